import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { Mp4FormatError } from './box.js'

const REST_BYTES = 1024 * 1024

/** Where samples are read from. */
export interface SampleSource {
  /** Reads up to `length` bytes of the file from `position` into the buffer, from `at` on. */
  readonly read: (
    buffer: Buffer,
    at: number,
    length: number,
    position: number,
  ) => Promise<{ readonly bytesRead: number }>
  readonly close: () => Promise<void>
}

/**
 * A file that is read once, forwards, and hashed on the way, also where the reader skips: what was taken
 * from it is then known to be part of the whole that the hash names.
 */
export class HashedFile implements SampleSource {
  readonly #file: FileHandle
  readonly #hash = createHash('sha256')
  /** Bytes before this one are in the hash. */
  #hashed = 0

  private constructor(file: FileHandle) {
    this.#file = file
  }

  static async open(path: string): Promise<HashedFile> {
    return new HashedFile(await open(path, 'r'))
  }

  /** Throws Mp4FormatError for bytes that were read before: they cannot be vouched for any more. */
  readonly read = async (
    buffer: Buffer,
    at: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }> => {
    if (position < this.#hashed) throw new Mp4FormatError('its samples do not lie in the order of their index')
    await this.#skipTo(position)
    const { bytesRead } = await this.#file.read(buffer, at, length, position)
    if (position === this.#hashed) this.#take(buffer.subarray(at, at + bytesRead))
    return { bytesRead }
  }

  /** Reads what is left and returns the SHA-256 of the whole file, in hex. Once. */
  async digest(): Promise<string> {
    await this.#skipTo(Number.POSITIVE_INFINITY)
    return this.#hash.digest('hex')
  }

  readonly close = (): Promise<void> => this.#file.close()

  async #skipTo(position: number): Promise<void> {
    const rest = position > this.#hashed ? Buffer.allocUnsafe(Math.min(REST_BYTES, position - this.#hashed)) : undefined
    while (rest !== undefined && this.#hashed < position) {
      const length = Math.min(rest.length, position - this.#hashed)
      const { bytesRead } = await this.#file.read(rest, 0, length, this.#hashed)
      if (bytesRead === 0) return
      this.#take(rest.subarray(0, bytesRead))
    }
  }

  #take(bytes: Buffer): void {
    this.#hash.update(bytes)
    this.#hashed += bytes.length
  }
}
