/** @typedef {readonly [major: number, minor: number, patch: number]} Version */

/**
 * Reads `v24.21.0`, `5.1`, `5.1.9-0+deb12u1`; null when the text does not start with a number.
 * Missing parts count as 0, suffixes are dropped.
 * @param {string} text
 * @returns {Version | null}
 */
export function parseVersion(text) {
  const match = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(text.trim())
  return match === null ? null : [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)]
}

/**
 * Negative, zero or positive, as `a` comes before, equals or follows `b`.
 * @param {Version} a
 * @param {Version} b
 */
export function compareVersions(a, b) {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}

/**
 * Whether a version lies in a range of the kind that `engines.node` holds here: alternatives of
 * `^1.2.3` and `>=1.2.3`, joined by `||`. Other operators throw: a range read wrongly would be
 * worse than one refused.
 * @param {string} versionText
 * @param {string} range
 */
export function satisfiesRange(versionText, range) {
  const version = parseVersion(versionText)
  if (version === null) return false
  return range.split('||').some((part) => satisfiesPart(version, part.trim()))
}

/**
 * @param {Version} version
 * @param {string} part
 */
function satisfiesPart(version, part) {
  const match = /^(\^|>=)(\d+\.\d+\.\d+)$/.exec(part)
  const least = match === null ? null : parseVersion(match[2] ?? '')
  if (match === null || least === null) {
    throw new Error(`cannot read "${part}" as a version range: use ^1.2.3 or >=1.2.3, joined by ||`)
  }
  if (compareVersions(version, least) < 0) return false
  return match[1] === '>=' || version[0] === least[0]
}
