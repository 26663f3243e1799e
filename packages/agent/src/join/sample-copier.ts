import { Mp4FormatError } from './box.js'
import type { SampleSource } from './hashed-file.js'
import { type Chunk, type SampleTable, sampleSize } from './sample-table.js'

const BUFFER_BYTES = 4 * 1024 * 1024

/** Appends bytes to the result and keeps count of where it is. */
export interface SampleSink {
  readonly write: (bytes: Buffer) => Promise<void>
  readonly position: () => number
}

/** Copies samples of one file to a sink, strictly forwards, in runs as long as the file has them. */
export class SampleCopier {
  readonly #table: SampleTable
  readonly #file: SampleSource
  readonly #buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  #chunk = 0
  #inChunk = 0
  #offset: number
  #next = 0

  /** The file is closed with the copier. */
  constructor(table: SampleTable, file: SampleSource) {
    this.#table = table
    this.#file = file
    this.#offset = table.chunks[0]?.offset ?? 0
  }

  /** Samples copied so far. */
  get copied(): number {
    return this.#next
  }

  /** Copies the next `count` samples and returns where they are now: one chunk, or none for 0 samples. */
  async copy(count: number, sink: SampleSink): Promise<Chunk | undefined> {
    const samples = Math.min(count, this.#table.count - this.#next)
    if (samples <= 0) return undefined
    const offset = sink.position()
    let left = samples
    while (left > 0) {
      const run = this.#takeRun(left)
      await this.#copyBytes(run.offset, run.bytes, sink)
      left -= run.samples
    }
    return { offset, samples }
  }

  /** Remembers where it is; what is returned goes back there. */
  mark(): () => void {
    const [chunk, inChunk, offset, next] = [this.#chunk, this.#inChunk, this.#offset, this.#next]
    return () => {
      this.#chunk = chunk
      this.#inChunk = inChunk
      this.#offset = offset
      this.#next = next
    }
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  /** The next samples that lie together, at most `most` of them. */
  #takeRun(most: number): { offset: number; bytes: number; samples: number } {
    const chunk = this.#table.chunks[this.#chunk]
    if (!chunk) throw new Mp4FormatError('its chunks hold fewer samples than it says')
    const samples = Math.min(most, chunk.samples - this.#inChunk)
    let bytes = 0
    if (typeof this.#table.sizes === 'number') bytes = samples * this.#table.sizes
    else for (let i = 0; i < samples; i++) bytes += sampleSize(this.#table, this.#next + i)
    const offset = this.#offset
    this.#next += samples
    this.#inChunk += samples
    this.#offset += bytes
    if (this.#inChunk === chunk.samples) {
      this.#chunk += 1
      this.#inChunk = 0
      this.#offset = this.#table.chunks[this.#chunk]?.offset ?? 0
    }
    return { offset, bytes, samples }
  }

  async #copyBytes(offset: number, bytes: number, sink: SampleSink): Promise<void> {
    for (let done = 0; done < bytes;) {
      const want = Math.min(bytes - done, this.#buffer.length)
      const { bytesRead } = await this.#file.read(this.#buffer, 0, want, offset + done)
      if (bytesRead === 0) throw new Mp4FormatError(`it ends ${bytes - done} bytes too early`)
      await sink.write(this.#buffer.subarray(0, bytesRead))
      done += bytesRead
    }
  }
}

/** Adds a chunk to a list, growing the last one where the bytes are adjacent. */
export function pushChunk(chunks: Chunk[], chunk: Chunk | undefined, lastEnd: number): void {
  if (!chunk) return
  const last = chunks.at(-1)
  if (last && lastEnd === chunk.offset) {
    chunks[chunks.length - 1] = { offset: last.offset, samples: last.samples + chunk.samples }
  } else {
    chunks.push(chunk)
  }
}
