import type { AssetId, BlobId, JobId, PeerId } from '@sheaf/protocol'
import type { Log } from '../log/index.js'
import type { FarmNetwork } from '../network/index.js'
import type { AssetRegistry } from './asset-registry.js'
import type { BlobStore, StoredBlob } from './blob-store.js'

export interface BlobServiceComponents {
  readonly network: FarmNetwork
  readonly store: BlobStore
  readonly registry: AssetRegistry
  readonly log?: Log | undefined
}

export interface FetchAssetOptions {
  readonly sizeBytes: number
  /** Final place; appears only when it is whole. `<toPath>.part` and `<toPath>.part.json` lie beside it meanwhile. */
  readonly toPath: string
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: { readonly doneBytes: number; readonly sizeBytes: number }) => void) | undefined
}

/** Serves blobs and asset blocks to peers, and fetches theirs. Construct before `network.start()`. */
export class BlobService {
  constructor(readonly components: BlobServiceComponents) {}

  /** Fetches a blob into the store, verified; at once when it is here. `SHEAF_BLOB_NOT_FOUND`, `SHEAF_BLOB_CORRUPT`, `SHEAF_PEER_UNREACHABLE`, `SHEAF_TIMEOUT`. */
  fetchBlob(_peer: PeerId, _id: BlobId, _options: { readonly signal?: AbortSignal | undefined } = {}): Promise<StoredBlob> {
    return Promise.reject(new Error('not implemented'))
  }

  /** Fetches an asset of a job; goes on where a broken transfer stopped. Errors as `fetchBlob`, and `SHEAF_MEDIA_CHANGED`. */
  fetchAsset(_peer: PeerId, _jobId: JobId, _assetId: AssetId, _options: FetchAssetOptions): Promise<void> {
    return Promise.reject(new Error('not implemented'))
  }
}
