/**
 * What every step of set-up is given.
 * @typedef {object} SetupContext
 * @property {string} root the repository
 * @property {string} tools where downloaded tools and stamps are kept; git ignores it
 * @property {NodeJS.ProcessEnv} env for children
 * @property {readonly string[]} npm the words that start npm
 * @property {import('./report.mjs').Report} report
 * @property {boolean} verbose pass the output of children on
 * @property {boolean} yes install system packages without asking
 */

export {}
