/**
 * Why a medium was not found: nothing is there; nothing is where a media root leads; this system has no such paths; the
 * edit itself says that it is missing.
 */
export type MissingReason = 'absent' | 'relinked' | 'windows-path' | 'unnamed'

/** That a medium is missing, and where it was looked for. */
export function missingMedium(
  media: string,
  { looked, why }: { readonly looked?: string | undefined; readonly why?: MissingReason | undefined },
): string {
  if (why === 'unnamed') return 'the edit names no medium for this clip (missing reference)'
  if (why === 'windows-path') return `the file ${media} does not exist on this machine: it is a path of Windows`
  return `the file ${media} does not exist${looked === undefined ? '' : ` (looked for ${looked})`}`
}

/** What to do about missing media: the folders that they share, ready for `--media-root`. */
export function missingHint(
  problems: readonly { readonly kind: string; readonly media: string; readonly why?: MissingReason | undefined }[],
): string {
  const isOpen = (why: MissingReason | undefined): boolean => why === 'absent' || why === 'windows-path'
  const open = problems.filter(({ kind, why }) => kind === 'missing' && isOpen(why))
  const folders = commonFolders(open.map(({ media }) => media)).slice(0, 3)
  const roots = folders.map((folder) => `--media-root '${folder}=FOLDER'`).join(' ')
  return [
    'Put the missing files where the edit expects them, or relink them in the editor and export again.',
    ...(roots === '' ? [] : [`Or say in which FOLDER they are now, with ${roots}.`]),
    'With --allow-missing a slate with its name is rendered for each medium that is missing.',
  ].join(' ')
}

/** For each drive, server or root: the folder that all paths of it share; in the order of first mention. */
export function commonFolders(paths: readonly string[]): readonly string[] {
  const common = new Map<string, string>()
  for (const path of paths) {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/'), path.lastIndexOf('\\')))
    const root = rootOf(path)
    if (folder === '') continue
    const shared = common.get(root)
    const both = shared === undefined ? folder : sharedFolder(shared, folder, root !== '/' && root !== '')
    // What shares nothing but the root: the first one's folder is a better beginning.
    if (both !== '') common.set(root, both)
  }
  return [...common.values()]
}

function sharedFolder(a: string, b: string, windows: boolean): string {
  const namesIn = (path: string): string[] => (windows ? path.toLowerCase() : path).split(/[\\/]/)
  const [left, right] = [namesIn(a), namesIn(b)]
  const same = left.findIndex((name, i) => name !== right[i])
  return same === -1 ? a : a.slice(0, left.slice(0, same).join('/').length)
}

function rootOf(path: string): string {
  const windows = /^(?:[A-Za-z]:|[\\/]{2}[^\\/]+)/.exec(path)?.[0]
  if (windows !== undefined) return windows.toLowerCase().replaceAll('\\', '/')
  return path.startsWith('/') ? '/' : ''
}
