import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isSheafError, SheafError, type BlobId, type PeerId } from '@sheaf/protocol'
import type { Manifest } from '@sheaf/timeline'
import { renderAudio, type FfmpegTools } from '../engine/index.js'
import { openOutputJoiner, verifyOutput, type JoinedOutput, type OutputJoiner } from '../join/index.js'
import type { Log } from '../log/index.js'
import { readJson, writeJsonDurably } from '../store/index.js'
import type { Materials } from '../worker/index.js'
import type { AppendFacts, HomeBytes, HomeFarm, HomeJob } from './ports.js'

export interface JobResultComponents {
  readonly farm: HomeFarm
  readonly bytes: HomeBytes
  readonly materials: Materials
  readonly append: AppendFacts
  readonly tools: FfmpegTools
  readonly log: Log
}

/**
 * Makes one job's output file: the sound first (its place in the file must not depend on timing), then
 * the segments as their prefix lands, then the index and the final name. Everything in here can be
 * thrown away and made again from the landed segments, and is, after a crash.
 */
export class JobResult {
  readonly #components: JobResultComponents
  readonly #job: HomeJob
  readonly #folder: string
  readonly #abort = new AbortController()
  #wake: () => void = () => undefined

  constructor(
    components: JobResultComponents,
    init: { readonly job: HomeJob; readonly workDir: string; readonly self: PeerId },
  ) {
    this.#components = components
    this.#job = init.job
    this.#folder = join(init.workDir, `result-${init.job.jobId}`)
  }

  /** Something landed. */
  advance(): void {
    this.#wake()
  }

  /** Stops; the partial file is removed. */
  stop(): void {
    this.#abort.abort(new Error('result not wanted any more'))
    this.#wake()
  }

  /** Runs until the file is in place and the fact is signed; rejects with what went wrong. */
  async run(): Promise<void> {
    const { jobId } = this.#job
    const signal = this.#abort.signal
    await mkdir(this.#folder, { recursive: true })
    const manifest = await this.#components.materials.manifest(jobId, signal)
    const audioPath = await this.#sound(manifest)
    const joiner = await openOutputJoiner({
      outPath: this.#job.outputPath,
      overwrite: this.#job.overwrite || (await this.#wasFinishing()),
      rate: manifest.edit.rate,
      width: manifest.size.width,
      height: manifest.size.height,
      segmentFrames: manifest.segments.map(([from, to]) => to - from),
      audioPath,
      signal,
    })
    try {
      await this.#joinAll(joiner, manifest.segments.length)
      await writeJsonDurably(this.#markerPath, { jobId })
      const output = await joiner.finish()
      await this.#complete(manifest, output)
    } catch (error) {
      await joiner.abort()
      throw error
    }
  }

  async #complete(manifest: Manifest, output: JoinedOutput): Promise<void> {
    await verifyOutput(output.path, { frames: output.frames, rate: manifest.edit.rate })
    const { jobId, generation } = this.#job
    const { sha256: outputSha256, sizeBytes } = output
    await this.#components.append([{ kind: 'job-completed', payload: { jobId, generation, outputSha256, sizeBytes } }])
    await rm(this.#folder, { recursive: true, force: true })
    this.#components.log.info({ jobId, path: output.path, sizeBytes, outputSha256 }, 'output is in place')
  }

  get #markerPath(): string {
    return join(this.#folder, 'finishing.json')
  }

  /** The agent died between giving the file its name and signing *completed*: the file there is our own. */
  async #wasFinishing(): Promise<boolean> {
    return (await readJson(this.#markerPath)) !== undefined
  }

  async #sound(manifest: Manifest): Promise<string | undefined> {
    const { jobId } = this.#job
    const signal = this.#abort.signal
    const paths = await this.#components.materials.assets(jobId, signal)
    const outPath = join(this.#folder, 'sound.mp4')
    if ((await stat(outPath).catch(() => undefined)) !== undefined) return outPath
    const made = await renderAudio({
      tools: this.#components.tools,
      manifest,
      assetPath: (asset) => paths.get(asset) ?? '',
      outPath,
      signal,
    })
    await this.#components.materials.confirmUnchanged(jobId)
    return made ? outPath : undefined
  }

  async #joinAll(joiner: OutputJoiner, count: number): Promise<void> {
    for (let index = 0; index < count;) {
      this.#abort.signal.throwIfAborted()
      const woken = new Promise<void>((resolve) => (this.#wake = resolve))
      const blob = this.#components.farm.landedBlob(this.#job.jobId, index)
      if (blob === undefined) {
        await woken
        continue
      }
      await this.#join(joiner, index, blob)
      index += 1
    }
  }

  async #join(joiner: OutputJoiner, index: number, blob: BlobId): Promise<void> {
    const { jobId, generation, epoch } = this.#job
    try {
      if (!(await this.#components.bytes.has(blob))) throw missing(index, blob)
      await joiner.add(index, this.#components.bytes.path(blob))
    } catch (error) {
      if (isSheafError(error, 'SHEAF_SEGMENT_INVALID') || isSheafError(error, 'SHEAF_BLOB_NOT_FOUND')) {
        await this.#components.append([
          { kind: 'segments-retracted', payload: { jobId, generation, epoch, indexes: [index] } },
        ])
      }
      throw error
    }
  }
}

function missing(index: number, blob: BlobId): SheafError {
  return new SheafError({
    code: 'SHEAF_BLOB_NOT_FOUND',
    message: `Segment ${index} landed as ${blob}, but its bytes are not in the store any more.`,
    hint: 'It is rendered again by itself.',
  })
}
