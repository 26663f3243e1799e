/**
 * @typedef {{ target: string | undefined, yes: boolean, verbose: boolean, help: boolean,
 *             rest: readonly string[] }} BootstrapArguments
 */

/**
 * Takes the bootstrap's own flags out of the command line; everything else belongs to the target.
 * After `--`, and for `exec` after the target, nothing is taken.
 * @param {readonly string[]} argv without node and script
 * @returns {BootstrapArguments}
 */
export function splitArguments(argv) {
  const [target, ...others] = argv
  if (target === undefined || target === '--help' || target === '-h') {
    return { target: undefined, yes: false, verbose: false, help: target !== undefined, rest: [] }
  }
  const end = target === 'exec' ? 0 : others.indexOf('--')
  const own = end === -1 ? others : others.slice(0, end)
  const foreign = end === -1 ? [] : others.slice(target === 'exec' ? 0 : end + 1)
  return {
    target,
    yes: own.includes('--yes'),
    verbose: own.includes('--verbose'),
    help: false,
    rest: [...own.filter((word) => word !== '--yes' && word !== '--verbose'), ...foreign],
  }
}
