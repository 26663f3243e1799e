import type { ReadStream } from 'node:fs'
import type { BlobId } from '@sheaf/protocol'

export interface StoredBlob {
  readonly id: BlobId
  readonly sizeBytes: number
}

/** Immutable bytes in files named by their SHA-256. A blob is whole or absent, also after a crash. */
export class BlobStore {
  /** Makes the folders and removes temp files of a run that died. */
  static open(dir: string): Promise<BlobStore> {
    return Promise.reject(new Error(`not implemented: ${dir}`))
  }

  /** Takes bytes in; synced before it resolves. `SHEAF_DISK_FULL`; `SHEAF_BLOB_CORRUPT` when `expect` is not what came. */
  put(
    _bytes: Uint8Array | AsyncIterable<Uint8Array>,
    _options: { readonly expect?: BlobId | undefined; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<StoredBlob> {
    return Promise.reject(new Error('not implemented'))
  }

  /** Takes a finished file in by moving it (copied when it is on another file system); the file is gone afterwards. */
  putFile(_path: string, _options: { readonly signal?: AbortSignal | undefined } = {}): Promise<StoredBlob> {
    return Promise.reject(new Error('not implemented'))
  }

  /** The blob's size in bytes; `undefined` when it is not here. */
  size(_id: BlobId): Promise<number | undefined> {
    return Promise.reject(new Error('not implemented'))
  }

  has(_id: BlobId): Promise<boolean> {
    return Promise.reject(new Error('not implemented'))
  }

  /** Where the blob's file is (or would be). Read only. */
  path(_id: BlobId): string {
    throw new Error('not implemented')
  }

  /** `SHEAF_BLOB_NOT_FOUND`. */
  openRead(_id: BlobId): Promise<ReadStream> {
    return Promise.reject(new Error('not implemented'))
  }

  /** Whole bytes of a small blob; `SHEAF_BLOB_NOT_FOUND`, `SHEAF_BLOB_CORRUPT` when they do not hash to `id`. */
  read(_id: BlobId, _options: { readonly maxBytes: number }): Promise<Uint8Array> {
    return Promise.reject(new Error('not implemented'))
  }

  /** Idempotent. */
  delete(_id: BlobId): Promise<void> {
    return Promise.reject(new Error('not implemented'))
  }
}
