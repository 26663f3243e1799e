import { createHash } from 'node:crypto'
import type { BlobId } from '@sheaf/protocol'

/** Takes the hash and the length of bytes on their way through a pipe. */
export class Digest {
  readonly #hash = createHash('sha256')
  #sizeBytes = 0

  constructor(readonly signal?: AbortSignal) {}

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Once everything went through. */
  id(): BlobId {
    return this.#hash.digest('hex') as BlobId
  }

  /** The stage of the pipe; ends early when the signal is aborted. */
  readonly through = async function* (this: Digest, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      this.signal?.throwIfAborted()
      this.#hash.update(chunk)
      this.#sizeBytes += chunk.byteLength
      yield chunk
    }
  }.bind(this)
}
