import { createHash } from 'node:crypto'
import { mkdir, open, readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { isSheafError, SheafError, type BlobId } from '@sheaf/protocol'
import { sha256Of } from '../hashing/index.js'
import { Mp4FormatError } from './box.js'
import { readSegment, segmentInvalid, type CheckedSegment } from './check-segment.js'
import { HashedFile } from './hashed-file.js'
import { imagePath } from './image-name.js'
import type { JoinedOutput, OutputJoiner, OutputJoinerOptions } from './output-joiner.js'
import { checkTarget, outputError, publish } from './publish-output.js'
import { SampleCopier } from './sample-copier.js'
import { workingPath } from './working-path.js'

/** What numbered pictures need besides what a film needs; `outPath` holds a row of `#`. */
export interface ImageWriterOptions extends Omit<OutputJoinerOptions, 'audioPath'> {
  /** Number of the first picture. */
  readonly firstFrame: number
}

/**
 * Writes each picture of the segments to a file of its own. They are collected in a hidden folder beside them
 * and get their names when all are there, one by one and never over another file unless asked. One that is there
 * with the same bytes counts as written: so a crash in the middle of it is gone on from.
 */
export async function openImageWriter(options: ImageWriterOptions): Promise<OutputJoiner> {
  await checkTarget(options)
  const folder = workingPath(options.outPath, options.jobId, 'part')
  try {
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder)
  } catch (error) {
    throw outputError(options.outPath, error)
  }
  return new ImageWriter(options, folder)
}

class ImageWriter implements OutputJoiner {
  readonly #options: ImageWriterOptions
  readonly #folder: string
  readonly #starts: readonly number[]
  readonly #done = new Set<number>()
  #signature: string | undefined
  #bytes = 0
  #queue: Promise<unknown> = Promise.resolve()

  constructor(options: ImageWriterOptions, folder: string) {
    this.#options = options
    this.#folder = folder
    let at = 0
    this.#starts = options.segmentFrames.map((frames) => (at += frames) - frames)
  }

  readonly joined = (): number => this.#done.size

  readonly add = (index: number, path: string, blob: BlobId): Promise<void> =>
    this.#enqueue(async () => {
      if (this.#done.has(index)) return
      const { rate, width, height, segmentFrames, signal } = this.#options
      signal?.throwIfAborted()
      const frames = segmentFrames[index] ?? 0
      const segment = await readSegment(path, { index, frames, rate, width, height, signature: this.#signature })
      await this.#write(segment, { index, path, blob })
      this.#signature = segment.signature
      this.#done.add(index)
    })

  readonly finish = (): Promise<JoinedOutput> =>
    this.#enqueue(async () => {
      const { outPath, overwrite } = this.#options
      const names = (await readdir(this.#folder)).sort()
      const hash = createHash('sha256')
      for (const name of names) {
        const partPath = join(this.#folder, name)
        const sha256 = await sha256Of(partPath)
        hash.update(`${sha256}  ${name}\n`)
        const path = join(this.#folder, '..', name)
        await publish({ partPath, outPath: path, overwrite }).catch(async (error: unknown) => {
          const same = isSheafError(error, 'SHEAF_OUTPUT_EXISTS') && (await sha256Of(path)) === sha256
          if (!same) throw error
        })
      }
      await rm(this.#folder, { recursive: true, force: true })
      return { path: outPath, frames: names.length, sizeBytes: this.#bytes, sha256: hash.digest('hex') }
    })

  readonly abort = async (): Promise<void> => {
    await this.#queue
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #write(
    segment: CheckedSegment,
    { index, path, blob }: { readonly index: number; readonly path: string; readonly blob: BlobId },
  ): Promise<void> {
    const source = await HashedFile.open(path)
    try {
      const copier = new SampleCopier(segment.track.samples, source)
      for (const frame of segment.order) {
        const number = this.#options.firstFrame + (this.#starts[index] ?? 0) + frame
        this.#bytes += await copyOne(copier, join(this.#folder, basename(imagePath(this.#options.outPath, number))))
      }
      const actual = await source.digest()
      if (actual !== blob) throw new Mp4FormatError(`its bytes hash to ${actual} instead of ${blob}`)
    } catch (error) {
      throw error instanceof Mp4FormatError ? segmentInvalid(index, error) : error
    } finally {
      await source.close()
    }
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(async () => {
      try {
        return await work()
      } catch (error) {
        throw outputError(this.#options.outPath, error)
      }
    })
    this.#queue = run.catch(() => undefined)
    return run
  }
}

/** The next sample as a file, on the disk when this resolves; returns its bytes. */
async function copyOne(copier: SampleCopier, path: string): Promise<number> {
  const file = await open(path, 'w', 0o644)
  let position = 0
  try {
    const write = async (bytes: Buffer): Promise<void> => {
      await file.writeFile(bytes)
      position += bytes.length
    }
    await copier.copy(1, { write, position: () => position })
    await file.sync()
  } finally {
    await file.close()
  }
  if (position === 0) throw new SheafError({ code: 'SHEAF_SEGMENT_INVALID', message: `an empty picture for ${path}` })
  return position
}
