/**
 * The causes that npm and pnpm name in their output, and what a person can do about each.
 * @type {readonly (readonly [pattern: RegExp, hint: string])[]}
 */
const causes = [
  [
    /ERR_PNPM_OUTDATED_LOCKFILE|lockfile is not up.to.date|not up to date with/i,
    'pnpm-lock.yaml does not match a package.json: run `pnpm install` and commit the lockfile',
  ],
  [
    /EINTEGRITY|TARBALL_INTEGRITY/,
    'the download is not what was pinned: a cache or proxy on the way may have changed it',
  ],
  [/ENOSPC/, 'the disk is full: free some space, then run the same command again'],
  [/EACCES|EPERM/, 'a file cannot be written: does this folder, or the npm cache, belong to another user?'],
  [
    /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_/,
    'a proxy re-signs TLS: point NODE_EXTRA_CA_CERTS at its certificate',
  ],
  [/\bE?407\b|Proxy Authentication/i, 'the proxy wants a password: set HTTPS_PROXY=http://user:password@host:port'],
  [/\bE?40[13]\b/, 'the registry refused: check the registry and its token in ~/.npmrc'],
  [/\bE?404\b|ETARGET|NO_MATCHING_VERSION/, 'the registry does not have it: is a private mirror set in ~/.npmrc?'],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|META_FETCH_FAIL|dns error|error sending request/i,
    'the registry cannot be reached. Offline? Then connect once. Behind a proxy? Then set HTTPS_PROXY=http://host:port',
  ],
]

/**
 * What to do about a failed download, from what npm or pnpm printed.
 * @param {string} output
 */
export function explainDownloadFailure(output) {
  const known = causes.find(([pattern]) => pattern.test(output))
  return known?.[1] ?? 'run it again with --verbose to see everything that was printed'
}
