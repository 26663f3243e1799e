import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A folder of a special kind; `undo` gives it back so that it can be removed. */
export interface SpecialFolder {
  readonly path: string
  undo(): Promise<void>
}

/** To root permissions mean nothing: what is not to be written must be mounted so. */
const isRoot = process.getuid?.() === 0

/** Whether this user may mount a file system here; a container may forbid it even to root. */
export async function mayMount(): Promise<boolean> {
  if (process.platform !== 'linux' || !isRoot) return false
  const path = await mkdtemp(join(tmpdir(), 'sheaf-mount-'))
  try {
    await (await mountSmallDisk(path, '1m')).undo()
    return true
  } catch {
    return false
  } finally {
    await rm(path, { recursive: true, force: true })
  }
}

/** Whether {@link makeReadOnlyFolder} works for this user. */
export const mayMakeReadOnly = async (): Promise<boolean> => (isRoot ? mayMount() : process.platform !== 'win32')

/** A file system of `size` (such as `2m`) at `path`. */
export function mountSmallDisk(path: string, size: string): Promise<SpecialFolder> {
  return mountTmpfs(path, `size=${size}`)
}

/** A folder in which nothing can be made. */
export async function makeReadOnlyFolder(path: string): Promise<SpecialFolder> {
  if (isRoot) return mountTmpfs(path, 'ro,size=1m')
  await mkdir(path, { recursive: true })
  await chmod(path, 0o555)
  return { path, undo: () => chmod(path, 0o755) }
}

async function mountTmpfs(path: string, options: string): Promise<SpecialFolder> {
  await mkdir(path, { recursive: true })
  await run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path])
  return {
    path,
    undo: async () => {
      await run('umount', ['-l', path])
    },
  }
}
