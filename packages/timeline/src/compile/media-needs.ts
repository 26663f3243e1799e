import { ceilRational, divRational, rational } from '@sheaf/protocol'
import { type Manifest, mediaIndices } from '../manifest/manifest.js'
import { type FileSpan, spanOfFrames } from '../media/frame-places.js'
import type { MediaIndex } from '../media/media-index.js'
import { lastAtOrBelow } from '../media/pts-runs.js'
import { compileCompositor } from './compile-compositor.js'
import type { CallInput } from './ffmpeg-call.js'
import { blindSeekSeconds } from './source-window.js'

/** A medium that a compositor opens, and what it will probably read of it; no spans: nobody knows. */
export interface MediaNeed {
  readonly assetId: string
  readonly spans: readonly FileSpan[]
}

/** Frames that ffmpeg decodes beyond what it is asked for: its threads and filters hold some. */
const READ_AHEAD_FRAMES = 16

/** What the pictures of frames [from, to) of a manifest's edit are made from. All media that are opened are among it. */
export function mediaNeeds(manifest: Manifest, frames: { readonly from: number; readonly to: number }): MediaNeed[] {
  const media = mediaIndices(manifest)
  const { inputs } = compileCompositor({ edit: manifest.edit, media, ...frames, format: manifest.picture })
  const spans = new Map<string, FileSpan[]>()
  for (const input of inputs) {
    const known = spans.get(input.assetId) ?? []
    spans.set(input.assetId, [...known, ...spansOfInput(input, media.get(input.assetId))])
  }
  return [...spans].map(([assetId, list]) => ({ assetId, spans: list }))
}

function spansOfInput({ pictures, frames }: CallInput, index: MediaIndex | undefined): readonly FileSpan[] {
  if (pictures) return pictures.bytes.map(({ start, end }) => ({ fromByte: start, toByte: end }))
  const video = index?.video
  if (!frames || !video) return []
  const early = ceilRational(divRational(rational(blindSeekSeconds(index.container)), video.timeBase))
  const span = spanOfFrames(video, {
    from: lastAtOrBelow(video.frames, frames.startPts - early),
    to: frames.endPts === undefined ? video.frameCount : lastAtOrBelow(video.frames, frames.endPts),
    after: READ_AHEAD_FRAMES,
  })
  return span ? [span] : []
}
