import { mkdir } from 'node:fs/promises'
import { Level } from 'level'
import { SheafError } from '@sheaf/protocol'
import { isLocked } from '../identity/store-lock.js'

/** The agent's one Level database; facts, assets and settings each have a sublevel of it. */
export type StoreDatabase = Level<string, Uint8Array>

/**
 * Opens (or creates) the database in `dir`.
 * `SHEAF_STORE_IN_USE` when another process has it open, `SHEAF_STORE_DAMAGED` when it cannot be read.
 */
export async function openStoreDatabase(dir: string): Promise<StoreDatabase> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const database = new Level<string, Uint8Array>(dir, { valueEncoding: 'view' })
  try {
    await database.open()
  } catch (cause) {
    if (!isLocked(cause)) throw storeDamaged(dir, 'its database cannot be opened', cause)
    throw new SheafError({
      code: 'SHEAF_STORE_IN_USE',
      message: `Another process is using the database ${dir}.`,
      hint: 'Stop it with `sheaf down`, or give this agent a folder of its own with --store.',
      details: { dir },
      cause,
    })
  }
  return database
}

/** The error for a store whose records do not read back as they were written. */
export function storeDamaged(dir: string, what: string, cause?: unknown): SheafError {
  return new SheafError({
    code: 'SHEAF_STORE_DAMAGED',
    message: `The store in ${dir} is damaged: ${what}.`,
    hint: "Move the folder away and start again: the agent fetches the farm's facts from its peers.",
    details: { dir },
    cause,
  })
}
