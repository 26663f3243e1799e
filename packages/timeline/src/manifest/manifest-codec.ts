import { parseAssetId, SheafError } from '@sheaf/protocol'
import { type FrameFormat, frameFormat, PICTURE_COLOURS, PIXEL_FORMATS } from '../compile/frame-format.js'
import { MOST_PLACES } from '../media/frame-places.js'
import { type AudioIndex, type MediaIndex, type PtsRun, SOURCE_COLOURS, type VideoIndex } from '../media/media-index.js'
import { containerNames } from '../media/media-support.js'
import { countValues } from '../media/pts-runs.js'
import { programOf } from '../media/sound-program.js'
import { TURNS } from '../media/turn.js'
import type { Edit, EditTrack } from '../model/edit.js'
import { MAX_EDIT_FRAMES } from '../model/finish-edit.js'
import { mediaClipsOf } from '../model/walk-edit.js'
import type { OutputSettings } from '../preset/job-preset.js'
import { readPreset } from '../preset/preset-reader.js'
import { SEGMENT_LENGTH, type SegmentSpan } from '../segment/plan-segments.js'
import { readSoundSettings } from './sound-value-reader.js'
import { canonicalJson } from './canonical-json.js'
import { readLight } from './light-value-reader.js'
import { type Manifest, MANIFEST_LIMITS, MANIFEST_VERSION, type ManifestMedia } from './manifest.js'
import { readSequence } from './sequence-value-reader.js'
import { TrackValueReader } from './track-value-reader.js'
import { ValueReader } from './value-reader.js'

/** The manifest's one text: equal manifests have equal texts. */
export function encodeManifest(manifest: Manifest): string {
  return canonicalJson(manifest)
}

/**
 * Reads a manifest from anyone: everything is checked, nothing unknown is kept. Throws
 * SHEAF_MANIFEST_VERSION for another version, else SHEAF_MANIFEST_INVALID with the field's path.
 */
export function decodeManifest(text: string): Manifest {
  const root = new ValueReader(parse(text), '')
  const version = root.field('version').integer(0)
  if (version !== MANIFEST_VERSION) {
    throw new SheafError({
      code: 'SHEAF_MANIFEST_VERSION',
      message: `the job's manifest has version ${version}; this Sheaf reads version ${MANIFEST_VERSION}`,
      hint: version > MANIFEST_VERSION ? 'Update Sheaf on this machine.' : 'Submit the job again with this version.',
      details: { version, readable: [MANIFEST_VERSION] },
    })
  }
  const edit = readEditValue(root.field('edit'))
  const media = root.field('media').entries(MANIFEST_LIMITS.media, readMedia)
  const sound = root.field('sound').optional(readSoundSettings)
  const preset = readPreset(root.field('preset'))
  const output = root.field('output').optional(readOutput)
  const manifest: Manifest = {
    version,
    edit,
    media,
    picture: readPicture(root.field('picture')),
    preset,
    ...(sound && { sound }),
    ...(output && { output }),
    segments: readSegments(root.field('segments'), preset.pictures ? edit.frames : 0),
  }
  checkMediaNames(manifest, root)
  return manifest
}

function parse(text: string): unknown {
  if (text.length > MANIFEST_LIMITS.characters) throw new ValueReader('…', '').error('a smaller manifest')
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new SheafError({
      code: 'SHEAF_MANIFEST_INVALID',
      message: 'the manifest is not JSON',
      hint: 'The job was made by a broken or foreign program; submit it again.',
      cause,
    })
  }
}

function readEditValue(value: ValueReader): Edit {
  const frames = value.field('frames').integer(1, MAX_EDIT_FRAMES)
  const rate = value.field('rate').positive()
  const firstFrame = value.field('firstFrame').optional((field) => field.integer(1, MAX_EDIT_FRAMES))
  return {
    name: value.field('name').text(),
    rate,
    frames,
    ...(firstFrame !== undefined && { firstFrame }),
    ...readTracks(value, { frames, rate }),
    ...readTimes(value),
  }
}

function readTimes(value: ValueReader): Pick<Edit, 'timecode' | 'markers'> {
  const timecode = value.field('timecode').optional((field) => ({
    frame: field.field('frame').integer(0, 2 ** 31),
    drop: field.field('drop').oneOf(true, false),
  }))
  const markers = value.field('markers').optional((field) =>
    field.list(10_000, (marker) => ({
      frame: marker.field('frame').integer(-(2 ** 40), 2 ** 40),
      name: marker.field('name').text(200),
    })),
  )
  return { ...(timecode && { timecode }), ...(markers && { markers }) }
}

function readTracks(
  value: ValueReader,
  { frames, rate }: Pick<Edit, 'frames' | 'rate'>,
): Pick<Edit, 'video' | 'audio'> {
  const reader = new TrackValueReader(rate)
  const read = (track: ValueReader): EditTrack => reader.track(track, { from: 0, to: frames })
  return {
    video: value.field('video').list(MANIFEST_LIMITS.tracks, read),
    audio: value.field('audio').list(MANIFEST_LIMITS.tracks, read),
  }
}

function readMedia(value: ValueReader): ManifestMedia {
  const index = value.field('index')
  const moreAudio = index.field('moreAudio').optional((list) => list.list(MANIFEST_LIMITS.audioStreams, readAudio))
  const sizeBytes = value.field('sizeBytes').integer(1)
  const container = index.field('container').oneOf(...containerNames())
  const video = index.field('video').optional(readVideo)
  const audio = index.field('audio').optional(readAudio)
  const of = { sizeBytes, container, pictures: video?.frameCount }
  const sequence = index.field('sequence').optional((inner) => readSequence(inner, of))
  const media: MediaIndex = { container, video, audio, ...(moreAudio && { moreAudio }), ...(sequence && { sequence }) }
  return { index: media, sizeBytes, name: value.field('name').text(1024) }
}

function readVideo(value: ValueReader): VideoIndex {
  const frames = value.field('frames').list(MANIFEST_LIMITS.runs, readRun)
  const frameCount = value.field('frameCount').integer(1)
  if (countValues(frames) !== frameCount) throw value.error('as many time stamps as frames')
  return {
    stream: value.field('stream').integer(0, 1000),
    codec: value.field('codec').word(),
    width: value.field('width').integer(1, 16_384),
    height: value.field('height').integer(1, 16_384),
    sar: value.field('sar').positive(),
    pixFmt: value.field('pixFmt').word(),
    timeBase: value.field('timeBase').positive(),
    frames,
    frameCount,
    keyframes: value.field('keyframes').list(MANIFEST_LIMITS.runs, readRun),
    lastDuration: value.field('lastDuration').integer(0),
    reorder: value.field('reorder').integer(0, 64),
    variableRate: value.field('variableRate').oneOf(true, false),
    range: value.field('range').oneOf('limited', 'full'),
    matrix: value.field('matrix').oneOf('bt601', 'bt709', 'bt2020', 'smpte240m', 'fcc', 'rgb'),
    alpha: value.field('alpha').oneOf('none', 'straight', 'premultiplied'),
    ...readUnusual(value),
    ...readPlaces(value.field('places')),
  }
}

/** What most media have not. */
function readUnusual(value: ValueReader): Pick<VideoIndex, 'turn' | 'fields' | 'decoder' | 'colour' | 'light'> {
  const turn = value.field('turn').optional((one) => one.oneOf(...TURNS))
  const fields = value.field('fields').optional((one) => one.oneOf('top-first', 'bottom-first'))
  const decoder = value.field('decoder').optional((one) => one.oneOf('libvpx', 'libvpx-vp9'))
  const colour = value.field('colour').optional((one) => one.oneOf(...SOURCE_COLOURS))
  const light = value.field('light').optional(readLight)
  return {
    ...(turn && { turn }),
    ...(fields && { fields }),
    ...(decoder && { decoder }),
    ...(colour && { colour }),
    ...(light && { light }),
  }
}

function readPlaces(value: ValueReader): Pick<VideoIndex, 'places'> {
  const places = value.optional((item) => ({
    every: item.field('every').integer(1),
    mebibytes: item.field('mebibytes').list(MOST_PLACES, (place) => place.integer(0, 1 << 30)),
  }))
  return places === undefined ? {} : { places }
}

function readAudio(value: ValueReader): AudioIndex {
  const language = value.field('language').optional((tag) => tag.word())
  return {
    stream: value.field('stream').integer(0, 1000),
    codec: value.field('codec').word(),
    sampleRate: value.field('sampleRate').integer(1, 1_000_000),
    channels: value.field('channels').integer(1, 256),
    timeBase: value.field('timeBase').positive(),
    startPts: value.field('startPts').integer(-Number.MAX_SAFE_INTEGER),
    duration: value.field('duration').integer(0),
    ...(language !== undefined && { language }),
  }
}

function readRun(value: ValueReader): PtsRun {
  return {
    start: value.field('start').integer(-Number.MAX_SAFE_INTEGER),
    num: value.field('num').integer(0),
    den: value.field('den').integer(1),
    count: value.field('count').integer(1, 1_000_000_000),
  }
}

function readPicture(value: ValueReader): FrameFormat {
  const size = { width: value.field('width').integer(16, 16_384), height: value.field('height').integer(16, 16_384) }
  if (size.width % 2 !== 0 || size.height % 2 !== 0) throw value.error('even numbers')
  const pixFmt = value.field('pixFmt').oneOf(...PIXEL_FORMATS)
  const light = value.field('light').optional(readLight)
  return frameFormat({ ...size, pixFmt, colour: value.field('colour').oneOf(...PICTURE_COLOURS), light })
}

function readOutput(value: ValueReader): OutputSettings {
  const intermediate = value.field('intermediate').optional((field) => field.oneOf(true))
  const firstFrame = value.field('firstFrame').optional((field) => field.integer(0, MAX_EDIT_FRAMES))
  const faststart = value.field('faststart').optional((field) => field.oneOf(true))
  const chapters = value.field('chapters').optional((field) => field.oneOf(true))
  return {
    ...(faststart && { faststart }),
    ...(chapters && { chapters }),
    ...(intermediate && { intermediate }),
    ...(firstFrame !== undefined && { firstFrame }),
  }
}

function readSegments(value: ValueReader, frames: number): SegmentSpan[] {
  let at = 0
  const spans = value.list(MANIFEST_LIMITS.segments, (item): SegmentSpan => {
    const [from = -1, to = -1, ...rest] = item.list(2, (bound) => bound.integer(0, MAX_EDIT_FRAMES))
    const fits = rest.length === 0 && from === at && to > from && to - from <= SEGMENT_LENGTH.most
    if (!fits) throw item.error(`a segment that begins at frame ${at}, of 1 to ${SEGMENT_LENGTH.most} frames`)
    at = to
    return [from, to]
  })
  if (at !== frames) throw value.error(`segments up to frame ${frames}`)
  return spans
}

/**
 * Media are named by asset ids alone, since agents that fetch them make file names of these. Every clip must
 * name a medium of the manifest that has what its track needs.
 */
function checkMediaNames({ edit, media }: Manifest, root: ValueReader): void {
  for (const key of Object.keys(media)) {
    if (parseAssetId(key) === undefined)
      throw root.field('media').error(`asset ids (${JSON.stringify(key.slice(0, 60))})`)
  }
  for (const kind of ['video', 'audio'] as const) {
    for (const { content, where } of mediaClipsOf(edit[kind])) {
      const medium = Object.hasOwn(media, content.media) ? media[content.media] : undefined
      const heard = kind === 'video' || !medium || programOf(medium.index, content.sound).length > 0
      if (!medium?.index[kind] || !heard) throw root.field('media').error(`${kind} of ${content.media} (${where})`)
    }
  }
}
