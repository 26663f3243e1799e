import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Rational, SheafError } from '@sheaf/protocol'
import { Mp4FormatError } from './box.js'
import { readSegment, segmentInvalid } from './check-segment.js'
import { MovieAssembler, type SoundTrack } from './movie-assembler.js'
import { readMp4Track } from './mp4-track.js'
import { checkTarget, outputError, publish } from './publish-output.js'
import { verifyOutput } from './verify-output.js'

/** What a joiner needs. */
export interface OutputJoinerOptions {
  /** Final path: the file appears there only when whole. */
  readonly outPath: string
  /** Partial file; a sibling of `outPath` (`.<name>.sheaf-part`) unless told. Must be on the same file system. */
  readonly partPath?: string | undefined
  readonly overwrite: boolean
  readonly rate: Rational
  readonly width: number
  readonly height: number
  /** Frames of each segment of the job, in order. */
  readonly segmentFrames: readonly number[]
  /** The job's rendered sound, whole, or undefined for none: its place in the file must not depend on timing. */
  readonly audioPath?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** The result file. */
export interface JoinedOutput {
  readonly path: string
  readonly frames: number
  readonly sizeBytes: number
  readonly sha256: string
}

/**
 * Joins segments into the result file as their prefix lands. The bytes depend on the segments and
 * the sound alone: not on order, timing or who rendered. After a crash a new joiner starts afresh
 * from the stored segments.
 */
export interface OutputJoiner {
  /**
   * Offers a landed segment, in any order; one that is already known is ignored. Resolves when it
   * is written, or queued behind a gap: its file must stay until `finish` has resolved. Throws
   * SHEAF_SEGMENT_INVALID (the joiner goes on, another file may be offered), SHEAF_DISK_FULL,
   * SHEAF_OUTPUT_NOT_WRITABLE, SHEAF_JOIN_FAILED (all three end it).
   */
  readonly add: (index: number, path: string) => Promise<void>
  /** Segments that are in the partial file: 0 … this − 1. */
  readonly joined: () => number
  /** Writes the index, reads it back, syncs, hashes, and gives the file its name. Every segment must have been added. */
  readonly finish: () => Promise<JoinedOutput>
  /** Removes the partial file. Idempotent; does nothing after `finish`. */
  readonly abort: () => Promise<void>
}

/**
 * Opens the partial file; what an earlier try left there is overwritten. Throws SHEAF_OUTPUT_EXISTS,
 * SHEAF_OUTPUT_FOLDER_MISSING, SHEAF_OUTPUT_NOT_WRITABLE, SHEAF_DISK_FULL, SHEAF_JOIN_FAILED (sound).
 */
export async function openOutputJoiner(options: OutputJoinerOptions): Promise<OutputJoiner> {
  await checkTarget(options)
  const sound = await readSound(options.audioPath)
  const partPath = options.partPath ?? join(dirname(options.outPath), `.${basename(options.outPath)}.sheaf-part`)
  try {
    return new PrefixJoiner({ options, sound, partPath, file: await open(partPath, 'w+', 0o644) })
  } catch (error) {
    throw outputError(options.outPath, error)
  }
}

interface PrefixJoinerInit {
  readonly options: OutputJoinerOptions
  readonly sound: SoundTrack | undefined
  readonly partPath: string
  readonly file: FileHandle
}

class PrefixJoiner implements OutputJoiner {
  readonly #init: PrefixJoinerInit
  readonly #assembler: MovieAssembler
  readonly #waiting = new Map<number, string>()
  #position = 0
  #joined = 0
  #aborting = false
  #signature: string | undefined
  #state: 'open' | 'failed' | 'finished' | 'aborted' = 'open'
  /** Whatever touches the file goes through this queue, one after another. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(init: PrefixJoinerInit) {
    this.#init = init
    this.#assembler = new MovieAssembler({
      rate: init.options.rate,
      sound: init.sound,
      sink: { write: (bytes) => this.#write(bytes), position: () => this.#position },
    })
  }

  readonly joined = (): number => this.#joined

  readonly add = (index: number, path: string): Promise<void> => {
    const { segmentFrames } = this.#init.options
    if (!Number.isInteger(index) || index < 0 || index >= segmentFrames.length) {
      return Promise.reject(joinFailed(`there is no segment ${index} among ${segmentFrames.length}`))
    }
    if (index >= this.#joined && !this.#waiting.has(index)) this.#waiting.set(index, path)
    return this.#enqueue(() => this.#drain())
  }

  readonly finish = (): Promise<JoinedOutput> =>
    this.#enqueue(async () => {
      const { options, file, partPath } = this.#init
      const expected = options.segmentFrames.length
      if (this.#joined !== expected || expected === 0) {
        throw joinFailed(`segment ${this.#joined} of ${expected} has not landed`)
      }
      const { header, position } = await this.#assembler.end()
      await file.write(header, 0, header.length, position)
      await file.sync()
      await verifyOutput(partPath, { frames: this.#assembler.frames, rate: options.rate })
      const sha256 = await hashFile(file)
      await publish({ partPath, outPath: options.outPath, overwrite: options.overwrite })
      this.#state = 'finished'
      await file.close()
      return { path: options.outPath, frames: this.#assembler.frames, sizeBytes: this.#position, sha256 }
    })

  readonly abort = async (): Promise<void> => {
    this.#aborting = true
    await this.#queue
    if (this.#state === 'finished' || this.#state === 'aborted') return
    this.#state = 'aborted'
    await this.#assembler.close()
    await this.#init.file.close()
    await rm(this.#init.partPath, { force: true })
  }

  async #drain(): Promise<void> {
    for (;;) {
      const index = this.#joined
      const path = this.#waiting.get(index)
      if (path === undefined) return
      this.#init.options.signal?.throwIfAborted()
      if (this.#aborting) throw joinFailed('the joiner was aborted')
      this.#waiting.delete(index)
      const segment = await readSegment(path, this.#expectation(index))
      // From here on a failure leaves half a segment in the file, so it ends the joiner.
      await this.#guard(() => this.#assembler.append(path, segment), index)
      this.#signature = segment.signature
      this.#joined = index + 1
    }
  }

  #expectation(index: number): Parameters<typeof readSegment>[1] {
    const { rate, width, height, segmentFrames } = this.#init.options
    return { index, frames: segmentFrames[index] ?? 0, rate, width, height, signature: this.#signature }
  }

  async #guard(work: () => Promise<void>, index: number): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#state = 'failed'
      throw error instanceof Mp4FormatError ? segmentInvalid(index, error) : error
    }
  }

  async #write(bytes: Buffer): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.#init.file.write(bytes, done, bytes.length - done, this.#position)
      done += bytesWritten
      this.#position += bytesWritten
    }
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(async () => {
      if (this.#state !== 'open') throw joinFailed(`the joiner is ${this.#state}`)
      try {
        return await work()
      } catch (error) {
        throw outputError(this.#init.options.outPath, error)
      }
    })
    this.#queue = run.catch(() => undefined)
    return run
  }
}

async function readSound(path: string | undefined): Promise<SoundTrack | undefined> {
  if (path === undefined) return undefined
  try {
    const track = await readMp4Track(path, 'audio')
    if (!track) throw new Mp4FormatError('it has no sound track')
    return { path, track }
  } catch (error) {
    throw joinFailed(
      `the rendered sound cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      error,
    )
  }
}

async function hashFile(file: FileHandle): Promise<string> {
  const hash = createHash('sha256')
  const path = createReadStream('', { fd: file, start: 0, autoClose: false, highWaterMark: 4 * 1024 * 1024 })
  for await (const bytes of path as AsyncIterable<Buffer>) hash.update(bytes)
  return hash.digest('hex')
}

function joinFailed(message: string, cause?: unknown): SheafError {
  return new SheafError({
    code: 'SHEAF_JOIN_FAILED',
    message,
    hint: 'The segments are kept; the join is tried again from them.',
    cause,
  })
}
