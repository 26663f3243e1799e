import { execFile } from 'node:child_process'
import { chmod, mkdir } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A folder of a special kind; `undo` gives it back so that it can be removed. */
export interface SpecialFolder {
  readonly path: string
  undo(): Promise<void>
}

/** A file system of `size` (such as `2m`); `undefined` where this user may not mount one. */
export async function mountSmallDisk(path: string, size: string): Promise<SpecialFolder | undefined> {
  return mountTmpfs(path, `size=${size}`)
}

/** A folder in which nothing can be made. To root permissions mean nothing, so for root it is a read-only mount. */
export async function makeReadOnlyFolder(path: string): Promise<SpecialFolder | undefined> {
  if (process.getuid?.() === 0) return mountTmpfs(path, 'ro,size=1m')
  if (process.platform === 'win32') return undefined
  await mkdir(path, { recursive: true })
  await chmod(path, 0o555)
  return { path, undo: () => chmod(path, 0o755) }
}

async function mountTmpfs(path: string, options: string): Promise<SpecialFolder | undefined> {
  await mkdir(path, { recursive: true })
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined
  try {
    await run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path])
  } catch {
    return undefined // A container may not mount, root or not.
  }
  return { path, undo: async () => void (await run('umount', ['-l', path])) }
}
