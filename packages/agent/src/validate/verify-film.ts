import { mkdtemp, rm, stat } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { SheafError } from '@sheaf/protocol'
import {
  borderWindows,
  checkFilm,
  countCompositorInputs,
  describeFault,
  type DescribedFault,
  expectFilm,
  type FilmFacts,
  type FilmFault,
  type FrameSpan,
  judgePictures,
  judgeSound,
  type Manifest,
  mediaIndices,
  outputKind,
  type PictureEvidence,
  signatureGrid,
  type SoundVerdict,
  wholeWindows,
} from '@sheaf/timeline'
import { placeOf } from '../blobs/index.js'
import { type FfmpegTools, findFfmpeg, probeMedia } from '../engine/index.js'
import { findPreset, prepareJob, type PrepareRequest } from '../ingest/index.js'
import { accusesFilm, readTwice } from './accuses-film.js'
import { compareSound } from './compare-sound.js'
import { compareWithEdit } from './compare-with-edit.js'
import { filmSignatures } from './film-signatures.js'
import type { ReferenceJob } from './reference-job.js'
import { probeFilm } from './probe-film.js'
import { undecodable } from './undecodable.js'

/** How much of a film is compared: every picture, or those at the borders of segments. */
export type VerifyDepth = 'whole' | 'borders'

/** Who rendered a job's segments. Used only where its segments are those of the edit that is compared. */
export interface KnownRenders {
  readonly frames: number
  readonly segments: number
  readonly renderedBy: (segment: number) => string | undefined
}

/** What `verifyFilm` needs. */
export interface VerifyFilmOptions {
  readonly tools: FfmpegTools
  readonly filePath: string
  /** The edit, and how it was asked to be rendered. */
  readonly request: PrepareRequest
  readonly depth: VerifyDepth
  /** Folder of the studio's own presets. */
  readonly presetFolder?: string | undefined
  readonly renders?: KnownRenders | undefined
  /** Frames compared so far, and how many there are to compare. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** What was looked at and what was found. */
export interface FilmReport {
  readonly file: string
  readonly frames: number
  readonly segments: number
  readonly depth: VerifyDepth
  readonly picturesCompared: number
  /** Seconds of sound that were compared and told something. */
  readonly soundCompared: number
  readonly faults: readonly DescribedFault[]
  /** What the edit was read with. */
  readonly warnings: readonly string[]
}

/**
 * Compares a film with the edit that it should show, rendered again here without encoding. Throws what ingest throws
 * for the edit and its media, SHEAF_MEDIA_MISSING when the film is not there, SHEAF_TOOL_MISSING, the signal's reason.
 * What is wrong with the film is data.
 */
export async function verifyFilm(options: VerifyFilmOptions): Promise<FilmReport> {
  const { tools, request, signal, depth } = options
  const file = resolve(options.filePath)
  checkFilmName(file)
  await checkThere(file)
  const workDir = await mkdtemp(join(tmpdir(), 'sheaf-verify-'))
  try {
    const { manifest, media, warnings } = await prepareJob(request, {
      probe: (path, part) => probeMedia({ tools, path, part, signal }),
      madeFolder: join(workDir, 'made'),
      preset: await findPreset(request.preset ?? 'h264', options.presetFolder),
    })
    checkFilmPreset(manifest)
    const places = new Map(
      media.flatMap(({ assetId, source }) => (source ? [[assetId, placeOf(source)] as const] : [])),
    )
    const job: ReferenceJob = { tools, manifest, assetPath: (asset) => places.get(asset) ?? '', workDir, signal }
    const found = await findFaults(job, { ...options, file })
    const { edit, segments } = manifest
    const renderedBy = rendersOf(manifest, options.renders)
    const context = { rate: edit.rate, timecode: edit.timecode, segments, renderedBy }
    return {
      file,
      frames: edit.frames,
      segments: segments.length,
      depth,
      picturesCompared: found.pictures,
      soundCompared: found.sound,
      faults: found.faults.map((fault) => describeFault(fault, context)),
      warnings,
    }
  } finally {
    await rm(workDir, { recursive: true, force: true })
  }
}

/** What {@link verifyWithTools} needs. */
export type VerifyRequest = Omit<VerifyFilmOptions, 'tools'>

/** {@link verifyFilm} with the ffmpeg of this machine. */
export async function verifyWithTools(request: VerifyRequest): Promise<FilmReport> {
  return verifyFilm({ ...request, tools: await findFfmpeg({ signal: request.signal }) })
}

/** Said by the name, before anything is read: what it is called is what it is, or nothing was found to compare. */
function checkFilmName(file: string): void {
  const name = basename(file)
  if (/\.(?:wav|flac|m4a)$/i.test(name)) throw noFilm(`${file} is sound alone`)
  if (name.includes('#')) throw noFilm(`${file} are numbered pictures`)
}

function noFilm(what: string): SheafError {
  return new SheafError({
    code: 'SHEAF_OUTPUT_FORMAT',
    message: `${what}, which cannot be verified: films in one file can`,
    hint: 'To have the edit checked, render it as a film too, such as with --draft, and verify that.',
  })
}

async function checkThere(file: string): Promise<void> {
  const info = await stat(file).catch(() => undefined)
  if (info?.isFile() === true) return
  throw new SheafError({
    code: 'SHEAF_MEDIA_MISSING',
    message: `${file} ${info === undefined ? 'does not exist or cannot be read' : 'is not a file'}.`,
    hint: 'Give the path of a finished film.',
  })
}

function checkFilmPreset({ preset }: Manifest): void {
  if (outputKind(preset) === 'film') return
  const what = outputKind(preset) === 'sound' ? 'sound alone' : 'numbered pictures'
  throw new SheafError({
    code: 'SHEAF_OUTPUT_FORMAT',
    message: `preset ${preset.name} writes ${what}, not a film; films are what can be compared with an edit`,
    hint: 'If the file is a film, give its own preset with --preset.',
  })
}

function rendersOf(manifest: Manifest, renders: KnownRenders | undefined): KnownRenders['renderedBy'] | undefined {
  const { segments, edit } = manifest
  return renders?.segments === segments.length && renders.frames === edit.frames ? renders.renderedBy : undefined
}

interface Found {
  readonly faults: readonly FilmFault[]
  readonly pictures: number
  readonly sound: number
}

async function findFaults(job: ReferenceJob, options: VerifyFilmOptions & { readonly file: string }): Promise<Found> {
  const { tools, signal, file } = options
  const expect = expectFilm(job.manifest)
  const facts = await readOrBlame(signal, () => probeFilm({ tools, path: file, depth: 'frames', signal }))
  if ('kind' in facts) return { faults: [facts], pictures: 0, sound: 0 }
  const pictures = await comparePicturesOf(job, facts, options)
  const sound = await readOrBlame(signal, () => compareSound(job, { tools, path: file, signal }, facts))
  return {
    faults: [
      ...checkFilm(facts, expect),
      ...pictures.faults,
      ...judgePictures(pictures.evidence, expect),
      ...('kind' in sound ? [sound] : judgeSound(sound)),
    ],
    pictures: pictures.evidence.length,
    sound: 'kind' in sound ? 0 : told(sound),
  }
}

const told = (verdicts: readonly SoundVerdict[]): number => verdicts.filter(({ kind }) => kind !== 'untold').length

/** What a film's bytes cannot be decoded for is a fault of the film, not of this program. */
async function readOrBlame<T extends object>(
  signal: AbortSignal | undefined,
  read: () => Promise<T>,
  frames?: FrameSpan,
): Promise<T | Extract<FilmFault, { kind: 'undecodable' }>> {
  try {
    return await readTwice(read)
  } catch (error) {
    signal?.throwIfAborted()
    if (!accusesFilm(error)) throw error
    return undecodable(error, frames)
  }
}

/** Input files that one process opens at most, and frames that it compares: short enough that all cores have work. */
const MOST_INPUTS = 24
const MOST_FRAMES = 1000

async function comparePicturesOf(
  job: ReferenceJob,
  facts: FilmFacts,
  options: VerifyFilmOptions & { readonly file: string },
): Promise<{ readonly evidence: readonly PictureEvidence[]; readonly faults: readonly FilmFault[] }> {
  const { video, container } = facts
  if (!video) return { evidence: [], faults: [] }
  const { manifest, tools, signal } = job
  const grid = signatureGrid(manifest.picture)
  const there = video.times.length
  const windows = windowsOf(manifest, options.depth)
    .filter(({ from }) => from < there)
    .map(({ from, to }) => ({ from, to: Math.min(to, there) }))
  const total = windows.reduce((sum, { from, to }) => sum + to - from, 0)
  let done = 0
  const compare = (window: FrameSpan): Promise<PictureEvidence[]> => {
    const found = filmSignatures({ tools, path: options.file, signal }, { container, video }, window, grid)
    return compareWithEdit(job, { window, found, onFrame: () => options.onProgress?.(++done, total) })
  }
  const results = await atOnce(windows, (window) => readOrBlame(signal, () => compare(window), window))
  return {
    evidence: results.flatMap((result) => ('kind' in result ? [] : result)),
    faults: results.flatMap((result) => ('kind' in result ? [result] : [])),
  }
}

function windowsOf(manifest: Manifest, depth: VerifyDepth): FrameSpan[] {
  if (depth === 'borders') return borderWindows(manifest.segments)
  const plan = { edit: manifest.edit, media: mediaIndices(manifest), format: manifest.picture }
  const fits = (window: FrameSpan): boolean => countCompositorInputs({ ...plan, ...window }) <= MOST_INPUTS
  return wholeWindows(manifest.edit.frames, { most: MOST_FRAMES, fits })
}

/** Several at once, results in order: each takes a decoder and a compositor, which are busy on two cores. */
async function atOnce<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const queue = [...items.entries()]
  const run = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) results[next[0]] = await work(next[1])
  }
  const ends = await Promise.allSettled(
    Array.from({ length: Math.max(1, Math.floor(availableParallelism() / 2)) }, () =>
      run().catch((error: unknown) => {
        queue.length = 0
        throw error
      }),
    ),
  )
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return results
}
