import { parseFrameRange, SheafError } from '@sheaf/protocol'
import {
  bindMedia,
  cutsOf,
  frameFormat,
  jobColours,
  MANIFEST_VERSION,
  mediaClipsOf,
  outputKind,
  planSegments,
  type Edit,
  type FrameSize,
  type Manifest,
  type OutputSettings,
  type Preset,
  type ShownMedium,
} from '@sheaf/timeline'
import type { FoundMedium } from './find-media.js'
import type { PrepareRequest } from './prepare-request.js'
import { soundSettings } from './sound-settings.js'

/** The manifest of an edit whose media are settled, cut into segments. Throws when the preset has nothing to make of it. */
export function makeManifest(job: {
  readonly request: PrepareRequest
  readonly edit: Edit
  readonly media: readonly FoundMedium[]
  /** Media that are not in the part, but decide about its colours. */
  readonly beside: readonly FoundMedium[]
  readonly preset: Preset
  readonly canvas: FrameSize
}): Manifest {
  const { request, edit, media, beside, preset, canvas } = job
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
  const colours = jobColours(request.colour ?? 'auto', [...shownMedia(bound, assets), ...shownBeside(beside)], {
    pixFmt,
  })
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

const shownBeside = (beside: readonly FoundMedium[]): ShownMedium[] =>
  beside.flatMap(({ target, state }) =>
    state.state === 'indexed' && state.index.video ? [{ name: target.path, video: state.index.video }] : [],
  )
