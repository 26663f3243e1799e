import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import {
  jobIdFrom,
  type AssetId,
  type BlobId,
  type FactPayloads,
  type JobId,
  type SubmitRequest,
} from '@sheaf/protocol'
import { formatPreset, isEncodedOnce, outputKind, type Manifest } from '@sheaf/timeline'
import type { AssetSource } from '../blobs/index.js'
import { engineClassOf, type EngineClass } from '../engine/index.js'
import { stemPaths } from '../join/index.js'
import { checkFinalEncoder } from './check-final-encoder.js'
import { checkOutput, jobNameOf } from './check-output.js'
import { checkStems } from './check-stems.js'
import { expectedBytes } from './expected-bytes.js'
import { filesOfMedia, type FindMediaInit } from './find-media.js'
import { prepareJob, type PreparedJob } from './prepare-job.js'
import { presetOf } from './preset-of.js'

/** What ingest needs of the machine. */
export interface IngestPorts {
  readonly probe: FindMediaInit['probe']
  /** Which of some pictures do not decode; without it those of sequences are not decoded. */
  readonly broken?: FindMediaInit['broken']
  /** Where media go that are made for a job; what is in it is removed when the job is closed. */
  readonly madeFolder: (jobId: JobId) => string
  readonly putManifest: (bytes: Uint8Array) => Promise<BlobId>
  readonly registerAsset: (jobId: JobId, asset: AssetId, source: AssetSource) => Promise<void>
  /** What agents must agree in to share a job of this class. Rejects when this machine cannot render it. */
  readonly fingerprintOf: (engineClass: EngineClass) => Promise<string>
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
  const submittedAtMs = ports.nowMs()
  const jobId = jobIdFrom(submittedAtMs, randomBytes(11))
  const madeFolder = ports.madeFolder(jobId)
  try {
    const { warnings, ...job } = await prepareJob(request, {
      probe: ports.probe,
      broken: ports.broken,
      madeFolder,
      preset,
    })
    await checkOutput({
      outputPath: request.outputPath,
      overwrite: request.overwrite ?? false,
      inputs: [request.editPath, ...filesOfMedia(job.media)],
      ...expectedBytes(job.manifest),
      storeFolder: ports.storeFolder,
      images: imagesOf(job.manifest),
    })
    await checkStems({
      paths: stemPaths(job.manifest, request.outputPath),
      overwrite: request.overwrite ?? false,
      others: [request.editPath, request.outputPath, ...filesOfMedia(job.media)],
    })
    return { ...(await keep(request, { ...job, jobId, submittedAtMs }, ports)), warnings }
  } catch (error) {
    await rm(madeFolder, { recursive: true, force: true })
    throw error
  }
}

async function keep(
  request: SubmitRequest,
  job: Omit<PreparedJob, 'warnings'> & { readonly jobId: JobId; readonly submittedAtMs: number },
  ports: IngestPorts,
): Promise<Pick<IngestedJob, 'payload' | 'manifest'>> {
  const { manifest, manifestBytes, media, preset, jobId, submittedAtMs } = job
  await checkFinalEncoder(manifest, ports.encodesHere)
  const fingerprint = await ports.fingerprintOf(engineClassOf(preset, { intermediate: isEncodedOnce(manifest) }))
  const blob = await ports.putManifest(manifestBytes)
  for (const { assetId, source } of media) {
    if (source !== undefined) await ports.registerAsset(jobId, assetId, source)
  }
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
  }
  return { payload, manifest }
}

/** The numbers of an output that is many files. */
function imagesOf({ preset, output, edit }: Manifest): { readonly first: number; readonly count: number } | undefined {
  if (outputKind(preset) !== 'images') return undefined
  return { first: output?.firstFrame ?? 0, count: edit.frames }
}
