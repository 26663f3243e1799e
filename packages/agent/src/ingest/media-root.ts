import { SheafError, type SubmitRequest } from '@sheaf/protocol'

/** What `--media-root OLD=NEW` says: media below `from`, as the edit writes it, are now below `to`. */
export type MediaRoot = NonNullable<SubmitRequest['mediaRoots']>[number]

/** How a path of an edit begins. */
type Root = 'drive' | 'unc' | 'posix' | 'relative'

interface SplitPath {
  readonly root: Root
  /** Folders and name; the drive, or the server, is the first of them. */
  readonly parts: readonly string[]
}

/** Whether a path is one of Windows', with a drive letter or a server's name, which no other system can open as it is. */
export function isWindowsPath(path: string): boolean {
  const { root } = split(path)
  return root === 'drive' || root === 'unc'
}

/**
 * Where a path of an edit is after relinking; undefined when no root fits. The root with the most folders wins, the first
 * of equals. Windows' names are compared without regard to case and with either kind of separator, all names without
 * regard to how their accents are composed.
 */
export function relink(path: string, roots: readonly MediaRoot[]): string | undefined {
  const { root, parts } = split(path)
  const fitting = roots.flatMap((one) => {
    const from = split(one.from)
    const fits = from.root === root && from.parts.every((part, i) => fold(part, root) === fold(parts[i], root))
    return fits && from.parts.length <= parts.length ? [{ to: one.to, length: from.parts.length }] : []
  })
  const best = fitting.reduce<(typeof fitting)[number] | undefined>(
    (longest, one) => (longest && longest.length >= one.length ? longest : one),
    undefined,
  )
  if (!best) return undefined
  return [best.to.replace(/(?<=[^\\/])[\\/]+$/, ''), ...parts.slice(best.length)].join('/').replace(/^\/\//, '/')
}

/** Refuses roots that could not mean anything: SHEAF_REQUEST_INVALID. */
export function checkMediaRoots(roots: readonly MediaRoot[]): void {
  for (const { from, to } of roots) {
    if (
      /[\u0000-\u001f]/.test(from + to) ||
      isWindowsPath(to) !== (process.platform === 'win32') ||
      !/^([A-Za-z]:)?[\\/]/.test(to)
    ) {
      throw new SheafError({
        code: 'SHEAF_REQUEST_INVALID',
        message: `The media root ${from}=${to} leads to no folder of this machine.`,
        hint: "Write OLD=NEW, such as --media-root 'P:\\shots=/mnt/shots'.",
      })
    }
  }
}

function split(path: string): SplitPath {
  const drive = /^([A-Za-z]:)(?:[\\/]|$)/.exec(path)?.[1]
  if (drive !== undefined) return { root: 'drive', parts: [drive, ...names(path.slice(2), /[\\/]+/)] }
  if (/^(\\\\|\/\/)[^\\/]/.test(path)) return { root: 'unc', parts: names(path, /[\\/]+/) }
  if (path.startsWith('/')) return { root: 'posix', parts: names(path, /\/+/) }
  return { root: 'relative', parts: names(path, /[\\/]+/) }
}

const names = (path: string, separators: RegExp): string[] =>
  path.split(separators).filter((name) => name !== '' && name !== '.')

/** A name as it is compared. */
function fold(name: string | undefined, root: Root): string | undefined {
  const composed = name?.normalize('NFC')
  return root === 'drive' || root === 'unc' ? composed?.toLowerCase() : composed
}
