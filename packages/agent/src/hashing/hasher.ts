import { hash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { HashThread, type FileBlocks, type HashAnswer, type PartsRead, type ReadPart } from './hash-thread.js'

/** Bytes and what they hash to. */
export interface HashedBytes {
  readonly bytes: Uint8Array
  readonly sha256: string
}

/** Fewer bytes than these are hashed sooner than they are handed to a thread and back. */
const smallBytes = 1 << 16
/** More threads than these wait for the disk or the network. */
const mostThreads = 4
/** A stretch of a file that one thread takes at a time. */
const stretchBytes = 64 << 20

/** SHA-256 on threads of their own, which begin when they are first needed: the event loop goes on meanwhile. */
export class Hasher {
  readonly #threads: HashThread[] = []
  readonly #most: number
  #sums = 0

  constructor(init: { readonly threads?: number } = {}) {
    this.#most = init.threads ?? Math.max(1, Math.min(mostThreads, availableParallelism()))
  }

  /**
   * Hashes bytes. They are given away, and the same bytes come back: what was passed is empty afterwards, unless it is
   * memory that threads share.
   */
  async hash(bytes: Uint8Array): Promise<HashedBytes> {
    if (bytes.byteLength < smallBytes) return { bytes: ownBytes(bytes), sha256: hash('sha256', bytes, 'hex') }
    const own = ownBytes(bytes)
    const answer = await this.#leastBusy().ask({ kind: 'bytes', bytes: own })
    return { bytes: answer.bytes ?? own, sha256: textOf(answer) }
  }

  /**
   * Reads parts of files one after another into memory that is long enough, and hashes them: all of it on one thread, in
   * one go. What a file looked like after it was read comes with it. What cannot be read is in the answer.
   */
  async readParts(parts: readonly ReadPart[], into: Uint8Array<SharedArrayBuffer>): Promise<PartsRead> {
    const { read } = await this.#leastBusy().ask({ kind: 'parts', parts, into })
    if (read === undefined) throw new Error('the thread that hashes has read nothing')
    return read
  }

  /** A sum over bytes that come in pieces, all of it on one thread. */
  begin(): RunningHash {
    this.#sums += 1
    return new RunningHash(this.#leastBusy(), this.#sums)
  }

  /** The hash of a whole file, as long as it is now. Rejects with the system's error, or the signal's reason. */
  async file(
    path: string,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<{ readonly sha256: string; readonly sizeBytes: number }> {
    const sum = this.begin()
    let sizeBytes = 0
    try {
      // A stretch at a time, so that others come between.
      for (let taken = stretchBytes; taken === stretchBytes; sizeBytes += taken) {
        options.signal?.throwIfAborted()
        taken = await sum.updateFile({ path, start: sizeBytes, end: sizeBytes + stretchBytes })
      }
    } catch (error) {
      await sum.digest()
      throw error
    }
    return { sha256: await sum.digest(), sizeBytes }
  }

  /**
   * The hashes of the blocks of a file's bytes [0, sizeBytes), by all threads at once. Fewer when it is shorter than
   * that. Rejects with the system's error, or the signal's reason.
   */
  async fileBlocks(
    file: { readonly path: string; readonly sizeBytes: number; readonly blockBytes: number },
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<readonly string[]> {
    const { path, sizeBytes, blockBytes } = file
    const step = Math.max(1, Math.floor(stretchBytes / blockBytes)) * blockBytes
    const stretches: FileBlocks[] = []
    for (let start = 0; start < sizeBytes; start += step) {
      stretches.push({ path, start, end: Math.min(sizeBytes, start + step), blockBytes })
    }
    const found: (readonly string[])[] = []
    let next = 0
    const work = async (): Promise<void> => {
      for (let at = next++; at < stretches.length; at = next++) {
        options.signal?.throwIfAborted()
        const stretch = stretches[at]
        if (stretch !== undefined)
          found[at] = (await this.#leastBusy().ask({ kind: 'file', file: stretch })).blocks ?? []
      }
    }
    await Promise.all(Array.from({ length: Math.min(this.#most, stretches.length) }, work))
    return found.flat()
  }

  #leastBusy(): HashThread {
    for (let at = this.#threads.length - 1; at >= 0; at -= 1) {
      if (this.#threads[at]?.usable === false) this.#threads.splice(at, 1)
    }
    let best = this.#threads[0]
    for (const thread of this.#threads) if (best === undefined || thread.load < best.load) best = thread
    if (best !== undefined && (best.load === 0 || this.#threads.length >= this.#most)) return best
    const thread = new HashThread()
    this.#threads.push(thread)
    return thread
  }
}

/** A sum that is under way. Pieces are given in their order, one at a time. */
export class RunningHash {
  readonly #thread: HashThread
  readonly #sum: number

  constructor(thread: HashThread, sum: number) {
    this.#thread = thread
    this.#sum = sum
  }

  /** Takes bytes away and gives them back. */
  async update(bytes: Uint8Array): Promise<Uint8Array> {
    const own = ownBytes(bytes)
    return (await this.#thread.ask({ kind: 'update', sum: this.#sum, bytes: own })).bytes ?? own
  }

  /** Adds a stretch of a file; resolves with how many bytes of it there were. Rejects with the system's error. */
  async updateFile(file: ReadPart): Promise<number> {
    return (await this.#thread.ask({ kind: 'update-file', sum: this.#sum, file })).taken ?? 0
  }

  /** The hash in hex, and the end of it; also how a sum that nobody wants is ended. */
  async digest(): Promise<string> {
    return textOf(await this.#thread.ask({ kind: 'digest', sum: this.#sum }))
  }
}

/** The threads of this process, for all who hash. */
export const hasher = new Hasher()

/** Bytes whose memory is shared, or holds nothing else, so that it can be given away. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  const { buffer } = bytes
  if (buffer instanceof SharedArrayBuffer) return bytes
  if (buffer instanceof ArrayBuffer && bytes.byteLength === buffer.byteLength) return new Uint8Array(buffer)
  return Uint8Array.from(bytes)
}

function textOf({ sha256 }: HashAnswer): string {
  if (sha256 === undefined) throw new Error('the thread that hashes gave no hash')
  return sha256
}
