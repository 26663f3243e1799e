import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { type BlobId, isSheafError, type JobId, type Rational, SheafError } from '@sheaf/protocol'
import type { LightLevels } from '@sheaf/timeline'
import { Mp4FormatError } from './box.js'
import { type CheckedSegment, readSegment, segmentInvalid } from './check-segment.js'
import { fastPathOf, indexFirst } from './index-first.js'
import { type FilmTimes, MovieAssembler, type SegmentFile, type SoundTrack } from './movie-assembler.js'
import { readMp4Track } from './mp4-track.js'
import { checkTarget, outputError, publish, setAside } from './publish-output.js'
import { verifyOutput } from './verify-output.js'
import { workingPath } from './working-path.js'

/** What a joiner needs. */
export interface OutputJoinerOptions {
  /** The partial file beside the output is named after it (`workingPath`): one joiner of a job at a time. */
  readonly jobId: JobId
  /** Final path: the file appears there only when whole. */
  readonly outPath: string
  readonly overwrite: boolean
  readonly rate: Rational
  readonly width: number
  readonly height: number
  /** Frames of each segment of the job, in order. */
  readonly segmentFrames: readonly number[]
  /** The job's rendered sound, whole, or undefined for none: its place in the file must not depend on timing. */
  readonly audioPath?: string | undefined
  readonly times?: FilmTimes | undefined
  /** What HDR pictures say of themselves; undefined for all others. */
  readonly light?: LightLevels | undefined
  /** The index before the pictures: the file is written once more for it. */
  readonly faststart?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** The result file. */
export interface JoinedOutput {
  readonly path: string
  readonly frames: number
  readonly sizeBytes: number
  readonly sha256: string
}

/** What is wrong with a whole file, in words, and what a person can do about it. */
export interface WrongOutput {
  readonly message: string
  readonly hint: string
}

/** Says what is wrong with a whole file that has no name yet; undefined when nothing is. */
export type CheckOutput = (path: string) => Promise<WrongOutput | undefined>

/**
 * Joins segments into the result file as their prefix lands. The bytes depend on the segments and
 * the sound alone: not on order, timing or who rendered. After a crash a new joiner starts afresh
 * from the stored segments.
 */
export interface OutputJoiner {
  /**
   * Offers a landed segment and what its bytes must hash to, in any order; one that is already known
   * is ignored. Resolves when it is written, or queued behind a gap: its file must stay until `finish`
   * has resolved. Throws SHEAF_BLOB_CORRUPT, SHEAF_SEGMENT_INVALID (`details.segment` names it;
   * nothing of it is in the file, the joiner goes on, another file may be offered), SHEAF_DISK_FULL,
   * SHEAF_OUTPUT_NOT_WRITABLE, SHEAF_JOIN_FAILED (all three end it).
   */
  readonly add: (index: number, path: string, blob: BlobId) => Promise<void>
  /** Segments that are in the partial file: 0 … this − 1. */
  readonly joined: () => number
  /**
   * Writes the index, reads it back, syncs, hashes, and gives the file its name. Every segment must have been added.
   * When `check` says that something is wrong with the whole file it gets another name, and this throws
   * SHEAF_OUTPUT_FAULTY with what was said and that name.
   */
  readonly finish: (check?: CheckOutput) => Promise<JoinedOutput>
  /** Removes the partial file. Idempotent; does nothing after `finish`. */
  readonly abort: () => Promise<void>
}

/**
 * Opens the partial file; what an earlier try of the job left there is removed. Throws SHEAF_OUTPUT_EXISTS,
 * SHEAF_OUTPUT_FOLDER_MISSING, SHEAF_OUTPUT_NOT_WRITABLE, SHEAF_DISK_FULL, SHEAF_JOIN_FAILED (sound).
 */
export async function openOutputJoiner(options: OutputJoinerOptions): Promise<OutputJoiner> {
  await checkTarget(options)
  const sound = await readSound(options.audioPath)
  const partPath = workingPath(options.outPath, options.jobId, 'part')
  try {
    for (const left of [partPath, fastPathOf(partPath)]) await rm(left, { force: true })
    return new PrefixJoiner({ options, sound, partPath, file: await open(partPath, 'wx+', 0o644) })
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
  readonly #waiting = new Map<number, SegmentFile>()
  #file: FileHandle
  #position = 0
  #joined = 0
  #aborting = false
  #signature: string | undefined
  #state: 'open' | 'failed' | 'finished' | 'aborted' = 'open'
  /** Whatever touches the file goes through this queue, one after another. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(init: PrefixJoinerInit) {
    this.#init = init
    this.#file = init.file
    this.#assembler = new MovieAssembler({
      rate: init.options.rate,
      sound: init.sound,
      times: init.options.times,
      light: init.options.light,
      sink: { write: (bytes) => this.#write(bytes), position: () => this.#position },
    })
  }

  readonly joined = (): number => this.#joined

  readonly add = (index: number, path: string, blob: BlobId): Promise<void> => {
    const { segmentFrames } = this.#init.options
    if (!Number.isInteger(index) || index < 0 || index >= segmentFrames.length) {
      return Promise.reject(joinFailed(`there is no segment ${index} among ${segmentFrames.length}`))
    }
    if (index >= this.#joined && !this.#waiting.has(index)) this.#waiting.set(index, { index, path, blob })
    return this.#enqueue(() => this.#drain())
  }

  readonly finish = (check?: CheckOutput): Promise<JoinedOutput> =>
    this.#enqueue(async () => {
      const { options, partPath } = this.#init
      const expected = options.segmentFrames.length
      if (this.#joined !== expected || expected === 0) {
        throw joinFailed(`segment ${this.#joined} of ${expected} has not landed`)
      }
      const end = await this.#assembler.end()
      await this.#file.write(end.header, 0, end.header.length, end.position)
      if (options.faststart === true) this.#file = await indexFirst(this.#file, partPath, end)
      const file = this.#file
      await file.sync()
      await verifyOutput(partPath, { frames: this.#assembler.frames, rate: options.rate, light: options.light })
      const [sha256, wrong] = await Promise.all([hashFile(file), check?.(partPath)])
      if (wrong !== undefined) throw await this.#setAside(wrong)
      // Not as many bytes as were written: with its index first the file may have become longer.
      const { size: sizeBytes } = await file.stat()
      // Hashing takes its time: a job that was canceled meanwhile replaces nothing.
      options.signal?.throwIfAborted()
      await publish({ partPath, outPath: options.outPath, overwrite: options.overwrite })
      this.#state = 'finished'
      await file.close()
      return { path: options.outPath, frames: this.#assembler.frames, sizeBytes, sha256 }
    })

  readonly abort = async (): Promise<void> => {
    this.#aborting = true
    await this.#queue
    if (this.#state === 'finished' || this.#state === 'aborted') return
    this.#state = 'aborted'
    await this.#assembler.close()
    await this.#file.close()
    await rm(this.#init.partPath, { force: true })
  }

  async #drain(): Promise<void> {
    for (;;) {
      const index = this.#joined
      const file = this.#waiting.get(index)
      if (file === undefined) return
      this.#init.options.signal?.throwIfAborted()
      if (this.#aborting) throw joinFailed('the joiner was aborted')
      this.#waiting.delete(index)
      const segment = await readSegment(file.path, this.#expectation(index))
      await this.#append(segment, file)
      this.#signature = segment.signature
      this.#joined = index + 1
    }
  }

  #expectation(index: number): Parameters<typeof readSegment>[1] {
    const { rate, width, height, segmentFrames } = this.#init.options
    return { index, frames: segmentFrames[index] ?? 0, rate, width, height, signature: this.#signature }
  }

  /** The segment whole, or, when it turns out not to be the one that landed, nothing of it. */
  async #append(segment: CheckedSegment, file: SegmentFile): Promise<void> {
    const position = this.#position
    const forget = this.#assembler.mark()
    try {
      await this.#assembler.append(segment, file)
    } catch (error) {
      // Any other failure may have left half a segment in the file: it ends the joiner, as does one on the way back.
      this.#state = 'failed'
      const bad = error instanceof Mp4FormatError || isSheafError(error, 'SHEAF_BLOB_CORRUPT')
      if (!bad) throw error
      await forget()
      await this.#file.truncate(position)
      this.#position = position
      this.#state = 'open'
      throw segmentInvalid(file.index, error)
    }
  }

  /** The faulty file under another name: what was rendered is not thrown away, and not taken for the result. */
  async #setAside(wrong: WrongOutput): Promise<SheafError> {
    const { options, file, partPath } = this.#init
    const path = await setAside(partPath, options.outPath)
    this.#state = 'finished'
    await file.close()
    return new SheafError({
      code: 'SHEAF_OUTPUT_FAULTY',
      message: `${wrong.message}. The film is not right and was kept as ${path}.`,
      hint: wrong.hint,
      details: { path },
    })
  }

  async #write(bytes: Buffer): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.#position)
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
