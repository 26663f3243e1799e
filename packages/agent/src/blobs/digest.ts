import type { BlobId } from '@sheaf/protocol'
import { hasher, type RunningHash } from '../hashing/index.js'

/** Takes the hash and the length of bytes on their way through a pipe, on another thread. */
export class Digest {
  readonly #hash: RunningHash = hasher.begin()
  #sizeBytes = 0
  #id: BlobId | undefined

  constructor(readonly signal?: AbortSignal) {}

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Once everything went through. */
  id(): BlobId {
    if (this.#id === undefined) throw new Error('the hash is not known before the end')
    return this.#id
  }

  /** The stage of the pipe; ends early when the signal is aborted. Takes the pieces' memory, and gives the bytes on. */
  readonly through = async function* (this: Digest, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of source) {
        this.signal?.throwIfAborted()
        this.#sizeBytes += chunk.byteLength
        yield await this.#hash.update(chunk)
      }
    } finally {
      // Also for a sum that nobody wants any more: the thread forgets it.
      this.#id = (await this.#hash.digest()) as BlobId
    }
  }.bind(this)
}
