import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import {
  jobIdFrom,
  parseFrameRange,
  SheafError,
  type AssetId,
  type BlobId,
  type FactPayloads,
  type JobId,
  type SubmitRequest,
} from '@sheaf/protocol'
import {
  bindMedia,
  burnIn,
  checkMediaAgainstEdit,
  checkOutputName,
  countCompositorInputs,
  cutsOf,
  decodeManifest,
  frameFormat,
  jobColours,
  mediaClipsOf,
  mediaIndices,
  draftPreset,
  encodeManifest,
  formatPreset,
  MANIFEST_VERSION,
  isEncodedOnce,
  mediaError,
  outputKind,
  outputSize,
  parsePreset,
  picturesOfEdit,
  planSegments,
  pngIndex,
  readEdit,
  remarksOn,
  settleEdit,
  sliceEdit,
  type Edit,
  type FrameSize,
  type Manifest,
  type MediaState,
  type OutputSettings,
  type ShownMedium,
  type Preset,
  type ReadEdit,
} from '@sheaf/timeline'
import type { AssetSource } from '../blobs/index.js'
import { engineClassOf, type EngineClass } from '../engine/index.js'
import { stemPaths } from '../join/index.js'
import { checkFinalEncoder } from './check-final-encoder.js'
import { checkOutput, jobNameOf } from './check-output.js'
import { checkStems } from './check-stems.js'
import { filesOfMedia, findMedia, type FindMediaInit, type FoundMedium } from './find-media.js'
import { expectedBytes } from './expected-bytes.js'
import { findPreset } from './find-preset.js'
import { checkMediaRoots } from './media-root.js'
import { openEdit, readEditFile, type OpenedEdit } from './open-edit.js'
import { remarksOnSound, soundSettings } from './sound-settings.js'
import { slateMedia, type SlatedEdit } from './slate-media.js'
import { textMedia } from './text-media.js'

/** What ingest needs of the machine. */
export interface IngestPorts {
  readonly probe: FindMediaInit['probe']
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
    const { warnings, ...job } = await prepareJob(request, { probe: ports.probe, madeFolder, preset })
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

/** The preset that a request names, as a draft when it asks for one. Throws when the two do not go together. */
async function presetOf(request: SubmitRequest, folder: string | undefined): Promise<Preset> {
  const asked = await findPreset(request.preset ?? 'h264', folder)
  const preset = request.draft === true ? draftPreset(asked) : asked
  checkOutputName(preset, request.outputPath)
  if (request.intermediate === true && outputKind(preset) !== 'film') {
    throw new SheafError({
      code: 'SHEAF_REQUEST_INVALID',
      message: `--intermediate: preset ${preset.name} makes no film that could be encoded once more`,
      hint: 'Leave --intermediate out.',
    })
  }
  return preset
}

/** What is to be rendered, without where it goes. */
export type PrepareRequest = Omit<SubmitRequest, 'outputPath' | 'overwrite' | 'name' | 'priority'>

/** What a request asks for, checked, with its media found; nothing is kept of it yet. */
export interface PreparedJob {
  readonly manifest: Manifest
  readonly media: readonly FoundMedium[]
  readonly preset: Preset
  readonly warnings: readonly string[]
}

/** What preparing a job needs of the machine. */
export interface PreparePorts {
  readonly probe: IngestPorts['probe']
  /** Where media go that are made for the job; it need not be there yet. */
  readonly madeFolder: string
  /** What the request's preset says, where it was looked up already. */
  readonly preset?: Preset | undefined
}

/** Reads an edit, finds, indexes and makes its media, and cuts segments. Throws as {@link ingestEdit} does. */
export async function prepareJob(request: PrepareRequest, ports: PreparePorts): Promise<PreparedJob> {
  const preset = ports.preset ?? parsePreset(request.preset ?? 'h264')
  const { editPath } = request
  const { read, asked, used, looked } = await lookForMedia(request, ports)
  const texts = read.texts.filter(({ media }) => used.has(media))
  const canvas = draftSize(request, sizeOf(request, { edit: asked, size: read.size }, looked))
  const states = new Map<string, MediaState>(looked.map(({ target, state }) => [target.path, state]))
  for (const { media } of texts) states.set(media, { state: 'indexed', index: pngIndex(canvas) })
  const settled = settleEdit(asked, { canvas, media: states })
  // After that, for a track on which nothing but missing media would be heard is silent, not gone.
  const { edit, media: found, warnings } = await madeUp({ request, edit: settled, media: looked, canvas }, ports)
  for (const { target, state } of found) states.set(target.path, state)
  const problem = mediaError(checkMediaAgainstEdit(edit, states))
  if (problem !== undefined) throw problem
  const { madeFolder } = ports
  const drawn = { texts, canvas, editPath, fonts: request.fonts ?? [], madeFolder, mediaCount: found.length }
  const media = [...found, ...(await textMedia(drawn))]
  const manifest = manifestOf({ request, edit, media, preset, canvas })
  checkRenderable(manifest, editPath)
  return {
    manifest,
    media,
    preset,
    warnings: [...read.report.warnings, ...warnings, ...remarksOnMedia(manifest), ...remarksOnSound(manifest)],
  }
}

/** The edit as it was asked for, and what of its media was found. */
interface SoughtMedia {
  readonly read: ReadEdit
  readonly asked: Edit
  /** Names of the media that it shows or lets hear. */
  readonly used: ReadonlySet<string>
  readonly looked: readonly FoundMedium[]
}

async function lookForMedia(request: PrepareRequest, ports: PreparePorts): Promise<SoughtMedia> {
  const { editPath, mediaRoots = [] } = request
  checkMediaRoots(mediaRoots)
  const opened = await openEdit(editPath, mediaRoots)
  try {
    const read = await readRequest(request, opened)
    const asked = request.frames === undefined ? read.edit : slice(read.edit, request.frames)
    const used = new Set(mediaClipsOf([...asked.video, ...asked.audio]).map(({ content }) => content.media))
    const looked = await findMedia(
      read.targets.filter((target) => used.has(target.path)),
      {
        ...{ editPath, probe: ports.probe, finder: opened.finder },
        picturesOf: ({ path, sequence }) => sequence && picturesOfEdit(asked, path, sequence.pictureSeconds),
      },
    )
    return { read, asked, used, looked }
  } finally {
    opened.close()
  }
}

/** What is missing is made up for when the person has said so, and left for the check when not. */
async function madeUp(
  job: {
    readonly request: PrepareRequest
    readonly edit: Edit
    readonly media: readonly FoundMedium[]
    readonly canvas: FrameSize
  },
  { madeFolder }: PreparePorts,
): Promise<SlatedEdit> {
  const { request, edit, media, canvas } = job
  if (request.allowMissing !== true) return { edit, media, warnings: [] }
  return slateMedia(edit, media, { canvas, madeFolder })
}

/** What a person should know of how the media are shown. */
function remarksOnMedia({ media, picture }: Manifest): string[] {
  return Object.values(media).flatMap(({ name, index }) => (index.video ? remarksOn(name, index.video, picture) : []))
}

/** The edit as its file says, with the subtitles that are to be seen in it. */
async function readRequest(request: PrepareRequest, { text }: OpenedEdit): Promise<ReadEdit> {
  const { editPath, dropUnknown, subtitles: path } = request
  const read = readEdit(text, { editPath, dropUnknown })
  if (path === undefined) return read
  return burnIn(read, { path, text: await readEditFile(path), family: request.subtitleFont, dropUnknown })
}

/** Files that one process may open for one segment. */
const inputsPerSegment = 200

/** Everything that every agent would refuse is refused here, before anything is rendered. */
function checkRenderable(manifest: Manifest, editPath: string): void {
  decodeManifest(encodeManifest(manifest))
  const { edit } = manifest
  const plan = { edit, media: mediaIndices(manifest), format: manifest.picture }
  for (const [from, to] of manifest.segments) {
    const inputs = countCompositorInputs({ ...plan, from, to })
    if (inputs <= inputsPerSegment) continue
    throw new SheafError({
      code: 'SHEAF_EDIT_UNSUPPORTED',
      message: `${editPath}: frames ${from}-${to - 1} show ${inputs} pieces of media; ${inputsPerSegment} are possible.`,
      hint: 'Take shorter segments with --segment-frames, or render out a part of the tracks in the editor.',
    })
  }
}

async function keep(
  request: SubmitRequest,
  job: Omit<PreparedJob, 'warnings'> & { readonly jobId: JobId; readonly submittedAtMs: number },
  ports: IngestPorts,
): Promise<Pick<IngestedJob, 'payload' | 'manifest'>> {
  const { manifest, media, preset, jobId, submittedAtMs } = job
  await checkFinalEncoder(manifest, ports.encodesHere)
  const fingerprint = await ports.fingerprintOf(engineClassOf(preset, { intermediate: isEncodedOnce(manifest) }))
  const blob = await ports.putManifest(new TextEncoder().encode(encodeManifest(manifest)))
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

function manifestOf(job: {
  readonly request: PrepareRequest
  readonly edit: Edit
  readonly media: readonly FoundMedium[]
  readonly preset: Preset
  readonly canvas: FrameSize
}): Manifest {
  const { request, edit, media, preset, canvas } = job
  const ids = new Map(media.map(({ target, assetId }) => [target.path, assetId]))
  const assets = Object.fromEntries(
    media.flatMap(({ assetId, state, source, path }) =>
      state.state === 'indexed' && source !== undefined
        ? [[assetId, { name: path.split(/[\\/]/).at(-1) ?? assetId, sizeBytes: source.sizeBytes, index: state.index }]]
        : [],
    ),
  )
  checkKind(edit, preset)
  const segments = !preset.pictures
    ? []
    : planSegments({ frames: edit.frames, cuts: cutsOf(edit), segmentFrames: request.segmentFrames })
  const bound = bindMedia(edit, ids)
  const pixFmt = preset.pixels ?? 'yuv420p'
  const colours = jobColours(request.colour ?? 'auto', shownMedia(bound, assets), { pixFmt })
  const picture = frameFormat({ ...canvas, pixFmt, ...colours })
  const output = outputSettings(request, preset)
  const sound = soundSettings(request, preset)
  const asked = { ...(output && { output }), ...(sound && { sound }) }
  return { version: MANIFEST_VERSION, edit: bound, media: assets, preset, ...asked, segments, picture }
}

/** What the output's making must know besides the preset; undefined when that is nothing. */
function outputSettings(
  { intermediate, faststart, chapters, frames }: PrepareRequest,
  preset: Preset,
): OutputSettings | undefined {
  const first = frames === undefined ? 0 : (parseFrameRange(frames).spans[0]?.first ?? 0)
  const settings = {
    ...(intermediate === true && { intermediate: true as const }),
    ...(faststart === true && { faststart: true as const }),
    ...(chapters === true && { chapters: true as const }),
    ...(first > 0 && outputKind(preset) === 'images' && { firstFrame: first }),
  }
  return Object.keys(settings).length > 0 ? settings : undefined
}

function checkKind({ name, audio }: Edit, preset: Preset): void {
  if (outputKind(preset) !== 'sound' || audio.length > 0) return
  throw new SheafError({
    code: 'SHEAF_EDIT_EMPTY',
    message: `the edit "${name}" has no sound, and preset ${preset.name} makes nothing else`,
    hint: 'Choose a preset that has pictures: sheaf presets',
  })
}

/** The media whose pictures are in the film. */
function shownMedia({ video }: Edit, media: Manifest['media']): ShownMedium[] {
  const shown = new Set(mediaClipsOf(video).map(({ content }) => content.media))
  return [...shown].flatMap((id) => {
    const medium = media[id]
    return medium?.index.video ? [{ name: medium.name, video: medium.index.video }] : []
  })
}

function sizeOf(
  { size }: PrepareRequest,
  read: { readonly edit: Edit; readonly size: FrameSize | undefined },
  media: readonly FoundMedium[],
): FrameSize {
  if (size !== undefined) return parseSize(size)
  if (read.size !== undefined) return read.size
  return outputSize(
    read.edit,
    new Map(media.flatMap(({ target, state }) => (state.state === 'indexed' ? [[target.path, state.index]] : []))),
  )
}

/** Half of it in a draft, even again. */
function draftSize({ draft }: PrepareRequest, size: FrameSize): FrameSize {
  if (draft !== true) return size
  const half = (length: number): number => Math.max(16, 2 * Math.round(length / 4))
  return { width: half(size.width), height: half(size.height) }
}

function parseSize(text: string): FrameSize {
  const [width = 0, height = 0] = text.split('x').map(Number)
  if (width >= 16 && height >= 16 && width <= 16_384 && height <= 16_384 && width % 2 === 0 && height % 2 === 0) {
    return { width, height }
  }
  throw new SheafError({
    code: 'SHEAF_REQUEST_INVALID',
    message: `The size ${text} cannot be rendered.`,
    hint: 'Width and height are even numbers from 16 to 16384, such as 1920x1080.',
  })
}

function slice(edit: Edit, text: string): Edit {
  const [span, ...more] = parseFrameRange(text).spans
  if (span !== undefined && more.length === 0 && span.step === 1)
    return sliceEdit(edit, { from: span.first, to: span.last + 1 })
  throw new SheafError({
    code: 'SHEAF_FRAMES_MALFORMED',
    message: `--frames ${text}: a video is rendered from one stretch of frames without steps.`,
    hint: 'Such as --frames 100-199; both ends are included.',
  })
}

/** The numbers of an output that is many files. */
function imagesOf({ preset, output, edit }: Manifest): { readonly first: number; readonly count: number } | undefined {
  if (outputKind(preset) !== 'images') return undefined
  return { first: output?.firstFrame ?? 0, count: edit.frames }
}
