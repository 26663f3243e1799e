import type { Level } from 'level'

/** The agent's one Level database; facts, assets and settings each have a sublevel of it. */
export type StoreDatabase = Level<string, Uint8Array>

/**
 * Opens (or creates) the database in `dir`.
 * `SHEAF_STORE_IN_USE` when another process has it open, `SHEAF_STORE_DAMAGED` when it cannot be read.
 */
export function openStoreDatabase(dir: string): Promise<StoreDatabase> {
  return Promise.reject(new Error(`not implemented: ${dir}`))
}
