/** Keeps two agents from using one store folder. Released by the system when the holder dies, however it dies. */
export class StoreLock {
  /** Takes the lock. `SHEAF_STORE_IN_USE` (details: `dir`, `pid`) when a live process holds it. */
  static take(dir: string): Promise<StoreLock> {
    return Promise.reject(new Error(`not implemented: ${dir}`))
  }

  /** Idempotent. */
  release(): Promise<void> {
    return Promise.resolve()
  }
}
