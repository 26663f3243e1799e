import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Level } from 'level'
import { SheafError } from '@sheaf/protocol'

const folderName = 'lock'
const ownerName = 'owner.json'

/**
 * Keeps two agents from using one store folder.
 *
 * The truth is the lock that the operating system holds on an (empty) Level database in `<dir>/lock`: it goes
 * with its process however that dies, so there is no stale lock, no reused pid and no race to take one over.
 * Node itself offers no file locks. `owner.json` beside it only serves the error message.
 */
export class StoreLock {
  readonly #database: Level

  private constructor(database: Level) {
    this.#database = database
  }

  /** Takes the lock. `SHEAF_STORE_IN_USE` (details: `dir`, `pid`) when a live process holds it. */
  static async take(dir: string): Promise<StoreLock> {
    const folder = join(dir, folderName)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const database = new Level(folder)
    try {
      await database.open()
    } catch (error) {
      throw await refusal(dir, error)
    }
    await writeFile(join(folder, ownerName), JSON.stringify({ pid: process.pid }), { mode: 0o600 })
    return new StoreLock(database)
  }

  /** Idempotent. */
  async release(): Promise<void> {
    await this.#database.close()
  }
}

async function refusal(dir: string, cause: unknown): Promise<SheafError> {
  if (!isLocked(cause)) {
    return new SheafError({
      code: 'SHEAF_STORE_DAMAGED',
      message: `The store folder ${dir} cannot be locked.`,
      hint: `Check that you may write there; if you may, remove ${join(dir, folderName)} and start again.`,
      cause,
    })
  }
  const pid = await ownerOf(dir)
  return new SheafError({
    code: 'SHEAF_STORE_IN_USE',
    message: `Another agent${pid === undefined ? '' : ` (process ${pid})`} is using the store folder ${dir}.`,
    hint: 'Stop it with `sheaf down`, or give this agent a folder of its own with --store.',
    details: { dir, ...(pid === undefined ? {} : { pid }) },
    cause,
  })
}

/** True when Level says that another process, or this one, has the database open. */
export function isLocked(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ((at as { code?: unknown }).code === 'LEVEL_LOCKED') return true
  }
  return false
}

async function ownerOf(dir: string): Promise<number | undefined> {
  try {
    const owner: unknown = JSON.parse(await readFile(join(dir, folderName, ownerName), 'utf8'))
    const pid = typeof owner === 'object' && owner !== null && 'pid' in owner ? owner.pid : undefined
    return typeof pid === 'number' ? pid : undefined
  } catch {
    return undefined
  }
}
