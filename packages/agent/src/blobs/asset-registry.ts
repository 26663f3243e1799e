import type { AssetId, JobId } from '@sheaf/protocol'
import type { StoreDatabase } from '../facts/index.js'

/** Where an asset lies on this machine and what it looked like when the job was submitted. */
export interface AssetSource {
  readonly path: string
  readonly sizeBytes: number
  readonly mtimeMs: number
  readonly ino?: number | undefined
}

export interface AssetRegistryInit {
  readonly db: StoreDatabase
}

/** Assets that stay where they are. Blocks are hashed when first read; afterwards every read must give the same hash. */
export class AssetRegistry {
  static open(_init: AssetRegistryInit): Promise<AssetRegistry> {
    return Promise.reject(new Error('not implemented'))
  }

  /** Synced before it resolves. */
  register(_jobId: JobId, _assetId: AssetId, _source: AssetSource): Promise<void> {
    return Promise.reject(new Error('not implemented'))
  }

  source(_jobId: JobId, _assetId: AssetId): Promise<AssetSource | undefined> {
    return Promise.reject(new Error('not implemented'))
  }

  /** Forgets a job's assets; the files stay. */
  forget(_jobId: JobId): Promise<void> {
    return Promise.reject(new Error('not implemented'))
  }

  /** Stats the file against what was registered. `SHEAF_MEDIA_CHANGED`, `SHEAF_MEDIA_MISSING`, `SHEAF_BLOB_NOT_FOUND`. */
  check(_jobId: JobId, _assetId: AssetId): Promise<AssetSource> {
    return Promise.reject(new Error('not implemented'))
  }

  /** One block of `limits.assetBlockBytes` (the last may be shorter), verified. Errors as `check`. */
  readBlock(_jobId: JobId, _assetId: AssetId, _block: number): Promise<{ readonly bytes: Uint8Array; readonly sha256: string }> {
    return Promise.reject(new Error('not implemented'))
  }
}
