import {
  checkMediaAgainstEdit,
  filledPictures,
  mediaError,
  mediaIndices,
  parsePreset,
  pngIndex,
  remarksOn,
  remarksOnLooks,
  settleEdit,
  type Edit,
  type FrameSize,
  type Manifest,
  type MediaState,
  type Preset,
} from '@sheaf/timeline'
import type { FindMediaInit, FoundMedium } from './find-media.js'
import { fontPlaces } from './font-places.js'
import { lookForMedia } from './look-for-media.js'
import { makeManifest } from './make-manifest.js'
import type { PrepareRequest } from './prepare-request.js'
import { pictureSize } from './picture-size.js'
import { sealManifest } from './seal-manifest.js'
import { slateMedia, type SlatedEdit } from './slate-media.js'
import { remarksOnSound } from './sound-settings.js'
import { textMedia } from './text-media.js'

/** What a request asks for, checked, with its media found; nothing is kept of it yet. */
export interface PreparedJob {
  readonly manifest: Manifest
  readonly media: readonly FoundMedium[]
  readonly preset: Preset
  readonly warnings: readonly string[]
}

/** What preparing a job needs of the machine. */
export interface PreparePorts {
  readonly probe: FindMediaInit['probe']
  /** Which of some pictures do not decode; without it those of sequences are not decoded. */
  readonly broken?: FindMediaInit['broken']
  /** Where media go that are made for the job; it need not be there yet. */
  readonly madeFolder: string
  /** What the request's preset says, where it was looked up already. */
  readonly preset?: Preset | undefined
}

/**
 * Reads an edit, finds, indexes and makes its media, and cuts segments. Throws with all missing media in one error,
 * and as `sealManifest` does.
 */
export async function prepareJob(request: PrepareRequest, ports: PreparePorts): Promise<PreparedJob> {
  const job = await composeJob(request, ports)
  sealManifest(job.manifest, request.editPath)
  return job
}

/** The same, for who goes on to seal the manifest: how the film is made of its segments may still change in it. */
export async function composeJob(request: PrepareRequest, ports: PreparePorts): Promise<PreparedJob> {
  const preset = ports.preset ?? parsePreset(request.preset ?? 'h264')
  const { editPath } = request
  const { read, asked, used, looked, beside } = await lookForMedia(request, { ...ports, preset })
  const texts = read.texts.filter(({ media }) => used.has(media))
  const canvas = pictureSize(request, { edit: read.edit, size: read.size }, [...looked, ...beside])
  const states = new Map<string, MediaState>(looked.map(({ target, state }) => [target.path, state]))
  for (const { media } of texts) states.set(media, { state: 'indexed', index: pngIndex(canvas) })
  const settled = settleEdit(asked, { canvas, media: states })
  const filled = filledPictures(settled, states)
  // After that, for a track on which nothing but missing media would be heard is silent, not gone.
  const { edit, media: found, warnings } = await madeUp({ request, edit: settled, media: looked, canvas }, ports)
  for (const { target, state } of found) states.set(target.path, state)
  const problem = mediaError(checkMediaAgainstEdit(edit, states))
  if (problem !== undefined) throw problem
  const { madeFolder } = ports
  const drawn = { texts, canvas, editPath, fonts: request.fonts ?? [], madeFolder, mediaCount: found.length }
  const media = [...found, ...(await textMedia(drawn))]
  const manifest = makeManifest({ request, edit, media, beside, preset, canvas })
  return {
    manifest,
    media,
    preset,
    warnings: [
      ...read.report.warnings,
      ...filled,
      ...warnings,
      ...remarksOnMedia(manifest),
      ...remarksOnSound(manifest),
    ],
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
  const places = fontPlaces({ editPath: request.editPath, fonts: request.fonts ?? [] })
  return slateMedia(edit, media, { canvas, madeFolder, fontPlaces: places })
}

/** What a person should know of how the media are shown. */
function remarksOnMedia(manifest: Manifest): string[] {
  const { edit, media, picture } = manifest
  const named = Object.values(media).flatMap(({ name, index }) =>
    index.video ? remarksOn(name, index.video, picture) : [],
  )
  if (!manifest.preset.pictures) return named
  return [...named, ...remarksOnLooks(edit, { media: mediaIndices(manifest), format: picture })]
}
