import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isSheafError, SheafError, type BlobId, type JobId, type PeerId } from '@sheaf/protocol'
import { audioExtension, outputKind, type Manifest } from '@sheaf/timeline'
import { renderAudio, type FfmpegTools } from '../engine/index.js'
import { workingPath, type JoinedOutput, type OutputJoiner, type WrongOutput } from '../join/index.js'
import type { Log } from '../log/index.js'
import { readJson, writeJsonDurably } from '../store/index.js'
import type { Materials } from '../worker/index.js'
import { doneFilm, type DoneFilm, identityOf } from './done-film.js'
import { checkFilmInPlace, takeFromItsPlace } from './film-check.js'
import { openOutput } from './open-output.js'
import type {
  AppendFacts,
  CheckedBorders,
  FilmFinding,
  FilmWatch,
  HomeBytes,
  HomeFarm,
  HomeJob,
  WatchFilm,
} from './ports.js'
import { publishStems } from './publish-stems.js'
import { sha256Of } from '../hashing/index.js'

export interface JobResultComponents {
  readonly farm: HomeFarm
  readonly bytes: HomeBytes
  readonly materials: Materials
  readonly append: AppendFacts
  readonly tools: FfmpegTools
  readonly log: Log
  /** Looks at the film while it is joined; without it nobody does. */
  readonly watchFilm?: WatchFilm | undefined
  /** A machine as people call it. */
  readonly nameOf?: ((peer: PeerId) => string) | undefined
}

/** Errors after which a segment must be rendered again. */
const unusable = new Set(['SHEAF_SEGMENT_INVALID', 'SHEAF_BLOB_CORRUPT', 'SHEAF_BLOB_NOT_FOUND'])

const renderAgain = 'Look at it with sheaf verify; sheaf requeue renders the segments that are named again.'
/** Nothing would be rendered anew: tags, sound and the order of a file are made at the home, from the same bytes. */
const sameAgain =
  'No segment is to blame, so sheaf requeue would make the same film. Look at it with sheaf verify, and submit the edit anew with another preset or another ffmpeg on this machine (sheaf doctor).'

/** Where a job's result keeps what it needs on the way. */
export const resultFolder = (workDir: string, jobId: JobId): string => join(workDir, `result-${jobId}`)

/**
 * Makes one job's output file: the sound first (its place in the file must not depend on timing), then
 * the segments as their prefix lands, then the index and the final name. Everything in here can be
 * thrown away and made again from the landed segments, and is, after a crash.
 */
export class JobResult {
  readonly #components: JobResultComponents
  readonly #job: HomeJob
  readonly #folder: string
  readonly #onNotice: (text: string) => void
  readonly #abort = new AbortController()
  #discarded = false
  readonly #onCheck: (borders: CheckedBorders) => void
  #watching: Promise<FilmWatch | undefined> | undefined
  #wake: () => void = () => undefined

  constructor(
    components: JobResultComponents,
    init: {
      readonly job: HomeJob
      readonly workDir: string
      readonly self: PeerId
      /** What is being done just now, for people. */
      readonly onNotice?: ((text: string) => void) | undefined
      /** The film is in its place, and so much of it was looked at. */
      readonly onCheck?: ((borders: CheckedBorders) => void) | undefined
    },
  ) {
    this.#components = components
    this.#job = init.job
    this.#onCheck = init.onCheck ?? (() => undefined)
    this.#onNotice = init.onNotice ?? (() => undefined)
    this.#folder = resultFolder(init.workDir, init.job.jobId)
  }

  /** Something landed. */
  advance(): void {
    this.#wake()
  }

  /** Looks no further at a film that is in its place. */
  endCheck(): void {
    this.#watching?.then(
      (watch) => watch?.stop(),
      () => undefined,
    )
  }

  /** Stops for good: what was made on the way is removed too. */
  discard(): void {
    this.#discarded = true
    this.stop()
  }

  /** Stops; the partial file is removed. */
  stop(): void {
    this.#abort.abort(new Error('result not wanted any more'))
    this.#wake()
  }

  /** Runs until the file is in place and looked at, and the fact is signed; rejects with what went wrong. */
  async run(): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true })
      const film = await this.#film()
      await this.#publishStems()
      await this.#complete(film.output, await this.#check(film))
    } finally {
      this.endCheck()
      if (this.#discarded) await rm(this.#folder, { recursive: true, force: true })
    }
  }

  /** The film in its place: made now, or by an earlier try that got no further than the stems. */
  async #film(): Promise<DoneFilm> {
    const { outputPath, jobId, generation } = this.#job
    const done = await doneFilm(this.#markerPath, this.#job)
    if (done) return done
    const output = (await this.#wasFinishing()) ? await this.#makeAgain() : await this.#make()
    const film = { output, file: (await identityOf(outputPath)) ?? '', generation }
    await writeJsonDurably(this.#markerPath, { jobId, film })
    return film
  }

  async #make(): Promise<JoinedOutput> {
    const { outputPath: outPath, overwrite, jobId } = this.#job
    return this.#joinTo({ outPath, overwrite }, async (joiner, watch) => {
      await writeJsonDurably(this.#markerPath, { jobId })
      try {
        return await joiner.finish(watch && ((path) => this.#settle(path, watch)))
      } catch (error) {
        // Nothing has the final name: whatever appears there from now on is not ours.
        await rm(this.#markerPath, { force: true })
        throw error
      }
    })
  }

  /**
   * The agent died near the moment in which the file got its name. A file there may be ours or a
   * person's: it is ours when it is, byte for byte, what the segments make.
   */
  async #makeAgain(): Promise<JoinedOutput> {
    const { outputPath } = this.#job
    const there = await stat(outputPath).catch(() => undefined)
    if (there === undefined || this.#job.overwrite) return this.#make()
    const again = workingPath(outputPath, this.#job.jobId, 'again')
    try {
      const made = await this.#joinTo({ outPath: again, overwrite: true }, (joiner) => joiner.finish())
      if (made.sizeBytes === there.size && made.sha256 === (await sha256Of(outputPath))) {
        return { ...made, path: outputPath }
      }
    } finally {
      await rm(again, { force: true })
    }
    await rm(this.#markerPath, { force: true })
    return this.#make()
  }

  async #joinTo(
    target: { readonly outPath: string; readonly overwrite: boolean },
    finish: (joiner: OutputJoiner, watch: FilmWatch | undefined) => Promise<JoinedOutput>,
  ): Promise<JoinedOutput> {
    const signal = this.#abort.signal
    const manifest = await this.#components.materials.manifest(this.#job.jobId, signal)
    const joiner = await openOutput({
      ...target,
      jobId: this.#job.jobId,
      manifest,
      tools: this.#components.tools,
      folder: this.#folder,
      audioPath: await this.#sound(manifest),
      signal,
      onNotice: this.#onNotice,
    })
    const watch = await this.#watch(manifest)
    try {
      await this.#joinAll(joiner, manifest.segments.length, watch)
      return await finish(joiner, watch)
    } catch (error) {
      await joiner.abort()
      throw error
    }
  }

  #watch(manifest: Manifest): Promise<FilmWatch | undefined> {
    return (this.#watching ??= this.#beginToWatch(manifest))
  }

  async #beginToWatch(manifest: Manifest): Promise<FilmWatch | undefined> {
    const { watchFilm, materials, farm, nameOf = String } = this.#components
    if (watchFilm === undefined || outputKind(manifest.preset) !== 'film') return undefined
    const { jobId } = this.#job
    // On the home assets lie where they are: nothing is held open until the film has been looked at.
    const { placeOf } = await materials.assets(jobId, this.#abort.signal)
    // Asked for again and again, and not cheap to find out.
    const names = new Map<PeerId, string>()
    return watchFilm({
      manifest,
      assetPath: placeOf,
      renderedBy: (segment) => {
        const peer = farm.renderedBy(jobId, segment)
        if (peer !== undefined && !names.has(peer)) names.set(peer, nameOf(peer))
        return peer && names.get(peer)
      },
      workDir: this.#folder,
      signal: this.#abort.signal,
    })
  }

  /** What is wrong with the whole film that has no name yet; its segments are to be rendered again. */
  async #settle(path: string, watch: FilmWatch): Promise<WrongOutput | undefined> {
    const { faults } = await watch.settle(path).catch((error: unknown): Pick<FilmFinding, 'faults'> => {
      this.#abort.signal.throwIfAborted()
      // Trouble with looking is no fault of the film.
      this.#components.log.warn({ jobId: this.#job.jobId, error }, 'the film could not be looked at')
      return { faults: [] }
    })
    if (faults.length === 0) return undefined
    await this.#retract(faults)
    return wrongFilm(faults)
  }

  /** Looks at the film in its place, which nobody waits for. Throws SHEAF_OUTPUT_FAULTY. */
  async #check({ output, file }: DoneFilm): Promise<CheckedBorders | undefined> {
    const { jobId, outputPath } = this.#job
    const { materials, log } = this.#components
    const { signal } = this.#abort
    const there = await identityOf(outputPath)
    if (there !== undefined && there !== file) {
      log.info({ jobId, outputPath }, 'what lies there is no longer the film: nothing is looked at')
      return undefined
    }
    const watch = await materials
      .manifest(jobId, signal)
      .then((manifest) => this.#watch(manifest))
      .catch((error: unknown) => log.warn({ jobId, error }, 'the film in its place could not be looked at'))
    signal.throwIfAborted()
    if (!watch) return undefined
    const { borders, faults } = await checkFilmInPlace({
      ...{ jobId, watch, output, made: file, folder: this.#folder, log, signal, onProgress: this.#onCheck },
      confirmUnchanged: () => materials.confirmUnchanged(jobId),
    })
    if (faults.length === 0) return borders
    const error = await takeFromItsPlace(output, file, wrongFilm(faults))
    await rm(this.#markerPath, { force: true })
    await this.#retract(faults)
    throw error
  }

  /** A requeue renders the segments in which something is wrong again. */
  async #retract(faults: FilmFinding['faults']): Promise<void> {
    const { jobId, generation, epoch } = this.#job
    const indexes = [...new Set(faults.flatMap(({ segments }) => segments.map(({ index }) => index)))]
    if (indexes.length === 0) return
    const payload = { jobId, generation, epoch, indexes }
    await this.#components.append([{ kind: 'segments-retracted', payload }])
  }

  /** After the film: what a crash between the two leaves undone is done when the job is taken up again. */
  async #publishStems(): Promise<void> {
    const manifest = await this.#components.materials.manifest(this.#job.jobId, this.#abort.signal)
    await publishStems(this.#job, manifest, (track) => this.#stemPath(track))
  }

  #stemPath(track: number): string {
    return join(this.#folder, `stem-${track}.wav`)
  }

  async #complete(output: JoinedOutput, borders: CheckedBorders | undefined): Promise<void> {
    const { jobId, generation } = this.#job
    const { sha256: outputSha256, sizeBytes } = output
    const payload = { jobId, generation, outputSha256, sizeBytes, ...(borders && { borders }) }
    await this.#components.append([{ kind: 'job-completed', payload }])
    await rm(this.#folder, { recursive: true, force: true })
    this.#components.log.info({ jobId, path: output.path, sizeBytes, outputSha256, ...borders }, 'the job is completed')
  }

  get #markerPath(): string {
    return join(this.#folder, 'finishing.json')
  }

  /** Whether an earlier try went as far as to give the file its name, perhaps. */
  async #wasFinishing(): Promise<boolean> {
    return (await readJson(this.#markerPath)) !== undefined
  }

  async #sound(manifest: Manifest): Promise<string | undefined> {
    const { jobId } = this.#job
    const signal = this.#abort.signal
    const outPath = join(this.#folder, `sound${audioExtension(manifest.preset)}`)
    const assets = await this.#components.materials.assets(jobId, signal)
    try {
      if ((await stat(outPath).catch(() => undefined)) !== undefined) return outPath
      const made = await renderAudio({
        tools: this.#components.tools,
        manifest,
        assetPath: assets.placeOf,
        environment: assets.environment,
        outPath,
        stemPath: manifest.sound?.stems === true ? (track) => this.#stemPath(track) : undefined,
        signal: AbortSignal.any([signal, assets.failed]),
        onRemark: (text) => this.#components.log.warn({ jobId }, text),
      })
      await this.#components.materials.confirmUnchanged(jobId)
      return made ? outPath : undefined
    } finally {
      assets.close()
    }
  }

  async #joinAll(joiner: OutputJoiner, count: number, watch: FilmWatch | undefined): Promise<void> {
    for (let index = 0; index < count;) {
      this.#abort.signal.throwIfAborted()
      const woken = new Promise<void>((resolve) => (this.#wake = resolve))
      const blob = this.#components.farm.landedBlob(this.#job.jobId, index)
      if (blob === undefined) {
        await woken
        continue
      }
      await this.#join(joiner, index, blob)
      watch?.joined(index, this.#components.bytes.path(blob))
      index += 1
    }
  }

  async #join(joiner: OutputJoiner, index: number, blob: BlobId): Promise<void> {
    const { jobId, generation, epoch } = this.#job
    try {
      if (!(await this.#components.bytes.has(blob))) throw missing(index, blob)
      await joiner.add(index, this.#components.bytes.path(blob), blob)
    } catch (error) {
      if (isSheafError(error) && unusable.has(error.code)) {
        // Bytes that went bad on this disk must not be taken for those that come next: they have the same name.
        await this.#components.bytes.dropIfDamaged(blob)
        await this.#components.append([
          { kind: 'segments-retracted', payload: { jobId, generation, epoch, indexes: [index] } },
        ])
      }
      throw error
    }
  }
}

/** What is wrong with a film, in words, and what can be done about it. */
function wrongFilm(faults: FilmFinding['faults']): WrongOutput {
  const shown = faults.slice(0, 5).map(({ message }) => message)
  const message = `${shown.join('; ')}${faults.length > 5 ? `; and ${faults.length - 5} more` : ''}`
  return { message, hint: faults.some(({ segments }) => segments.length > 0) ? renderAgain : sameAgain }
}

function missing(index: number, blob: BlobId): SheafError {
  return new SheafError({
    code: 'SHEAF_BLOB_NOT_FOUND',
    message: `Segment ${index} landed as ${blob}, but its bytes are not in the store any more.`,
    hint: 'It is rendered again by itself.',
  })
}
