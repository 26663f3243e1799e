import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import {
  isSheafError,
  jobIdFrom,
  type AssetId,
  type BlobId,
  type FactPayloads,
  type JobId,
  type SubmitRequest,
} from '@sheaf/protocol'
import { formatPreset, outputKind, type Manifest } from '@sheaf/timeline'
import type { AssetSource } from '../blobs/index.js'
import type { EngineClass } from '../engine/index.js'
import { stemPaths } from '../join/index.js'
import { checkFinalEncoder } from './check-final-encoder.js'
import { checkOutput, checkOutputFolder, jobNameOf } from './check-output.js'
import { checkStems } from './check-stems.js'
import { describeRoute } from './describe-route.js'
import { expectedBytes } from './expected-bytes.js'
import { filesOfMedia, type FindMediaInit } from './find-media.js'
import { chooseFilmRoute, type FilmRoute, type RoutePorts } from './film-route.js'
import { composeJob, type PreparedJob } from './prepare-job.js'
import { presetOf } from './preset-of.js'
import { sealManifest } from './seal-manifest.js'

/** What ingest needs of the machine. */
export interface IngestPorts extends RoutePorts {
  readonly probe: FindMediaInit['probe']
  /** Which of some pictures do not decode; without it those of sequences are not decoded. */
  readonly broken?: FindMediaInit['broken']
  /** Where media go that are made for a job; what is in it is removed when the job is closed. */
  readonly madeFolder: (jobId: JobId) => string
  readonly putManifest: (bytes: Uint8Array) => Promise<BlobId>
  readonly registerAsset: (jobId: JobId, asset: AssetId, source: AssetSource) => Promise<void>
  /** Rejects when this machine itself cannot encode jobs of this class. */
  readonly encodesHere: (engineClass: EngineClass) => Promise<unknown>
  /** A folder on the disk of this agent's store, which segments land in. */
  readonly storeFolder: string
  /** Folder of the studio's own presets. */
  readonly presetFolder?: string | undefined
  readonly nowMs: () => number
}

/** An edit, checked and cut into segments; everything wrong with it has been said. */
export interface IngestedJob {
  readonly payload: FactPayloads['job-submitted']
  readonly manifest: Manifest
  readonly warnings: readonly string[]
}

/**
 * Reads an edit, finds and indexes its media, checks the output, cuts segments, and keeps the manifest.
 * Throws before anything is rendered, with all missing media in one error.
 */
export async function ingestEdit(request: SubmitRequest, ports: IngestPorts): Promise<IngestedJob> {
  const preset = await presetOf(request, ports.presetFolder)
  // Before the media are read, which takes a while.
  await checkOutputFolder(request.outputPath, { isMade: outputKind(preset) === 'images' })
  const submittedAtMs = ports.nowMs()
  const jobId = jobIdFrom(submittedAtMs, randomBytes(11))
  const madeFolder = ports.madeFolder(jobId)
  try {
    const job = await composeJob(request, { probe: ports.probe, broken: ports.broken, madeFolder, preset })
    const film = await settleFilm(request, job, ports)
    const manifestBytes = sealManifest(film.manifest, request.editPath)
    await checkFinalEncoder(film.manifest, ports.encodesHere)
    return await keep(request, { ...job, film, manifestBytes, jobId, submittedAtMs }, ports)
  } catch (error) {
    await rm(madeFolder, { recursive: true, force: true })
    throw error
  }
}

/** Chooses how the film is made, so that there is room for it. */
async function settleFilm(request: SubmitRequest, job: PreparedJob, ports: IngestPorts): Promise<FilmRoute> {
  const film = await chooseFilmRoute(request, job.manifest, ports)
  try {
    await checkRoom(request, { ...job, manifest: film.manifest }, ports)
    return film
  } catch (error) {
    if (film.route.reason !== 'notably-faster' || !isSheafError(error, 'SHEAF_DISK_FULL')) throw error
  }
  await checkRoom(request, job, ports)
  return chooseFilmRoute({ ...request, noRoom: true }, job.manifest, ports)
}

async function checkRoom(request: SubmitRequest, job: PreparedJob, ports: IngestPorts): Promise<void> {
  const { manifest } = job
  const inputs = [request.editPath, ...filesOfMedia(job.media)]
  const overwrite = request.overwrite ?? false
  await checkOutput({
    ...{ outputPath: request.outputPath, overwrite, inputs, storeFolder: ports.storeFolder },
    ...expectedBytes(manifest),
    images: imagesOf(manifest),
  })
  const paths = stemPaths(manifest, request.outputPath)
  await checkStems({ paths, overwrite, others: [request.outputPath, ...inputs] })
}

/** A job that nothing is wrong with. */
interface CheckedJob extends PreparedJob {
  readonly film: FilmRoute
  /** The manifest as agents read it. */
  readonly manifestBytes: Uint8Array
  readonly jobId: JobId
  readonly submittedAtMs: number
}

async function keep(request: SubmitRequest, job: CheckedJob, ports: IngestPorts): Promise<IngestedJob> {
  const { film, manifestBytes, media, preset, jobId, submittedAtMs } = job
  const { manifest, fingerprint } = film
  const blob = await ports.putManifest(manifestBytes)
  for (const { assetId, source } of media) {
    if (source !== undefined) await ports.registerAsset(jobId, assetId, source)
  }
  const { route, leftOut } = preset.pictures ? describeRoute(film) : { route: undefined, leftOut: [] }
  const payload: FactPayloads['job-submitted'] = {
    jobId,
    name: (request.name ?? jobNameOf(request.outputPath)) + (request.draft === true ? ' (draft)' : ''),
    submittedAtMs,
    engine: 'ffmpeg',
    manifest: blob,
    segmentFrames: manifest.segments.map(([from, to]) => to - from),
    rate: manifest.edit.rate,
    priority: request.priority ?? 50,
    preset: formatPreset(preset),
    fingerprint,
    outputPath: request.outputPath,
    overwrite: request.overwrite ?? false,
    ...(route !== undefined && { route }),
  }
  return { payload, manifest, warnings: [...job.warnings, ...(route === undefined ? [] : [route]), ...leftOut] }
}

/** The numbers of an output that is many files. */
function imagesOf({ preset, output, edit }: Manifest): { readonly first: number; readonly count: number } | undefined {
  if (outputKind(preset) !== 'images') return undefined
  return { first: output?.firstFrame ?? 0, count: edit.frames }
}
