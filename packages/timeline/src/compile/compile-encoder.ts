import { formatRational, type Rational } from '@sheaf/protocol'
import type { PictureCoding } from '../preset/picture-coding.js'
import { containerOf, type Preset } from '../preset/preset.js'
import { deviceArgs, encoderArgs } from './encoder-args.js'
import { COMMON_ARGS } from './ffmpeg-call.js'
import type { FrameFormat, PictureColour } from './frame-format.js'

/** What {@link compileEncoder} compiles. */
export interface EncoderRequest {
  readonly preset: Preset
  readonly format: FrameFormat
  /** Frames that will be written to the process. */
  readonly frames: number
  readonly rate: Rational
  /** Where the segment goes, an absolute path. */
  readonly output: string
}

/** What a segment's file is. */
export interface SegmentFile {
  readonly container: 'mp4' | 'mov'
  readonly extension: '.mp4' | '.mov'
  /** The video track's ticks a second: a whole number of them makes a frame. */
  readonly timescale: number
}

/** Container and time scale of segments with this preset at this rate. */
export function segmentFile(preset: Preset, rate: Rational): SegmentFile {
  const container = containerOf(preset)
  return { container, extension: `.${container}`, timescale: timescaleFor(rate) }
}

/** The lossless coding of pictures that are encoded once more, as a whole film. */
export const LOSSLESS: PictureCoding = { encoder: 'ffv1' }

/**
 * The ffmpeg call that encodes one segment: it reads `frames` raw frames from standard input and
 * writes one closed-GOP file, whose bytes depend on the frames and the preset alone.
 */
export function compileEncoder({ preset, format, frames, rate, output }: EncoderRequest): string[] {
  const coding = codingOf(preset)
  const file = segmentFile(preset, rate)
  return [
    ...COMMON_ARGS,
    ...deviceArgs(coding),
    ...['-f', 'rawvideo', '-pixel_format', format.pixFmt, '-video_size', `${format.width}x${format.height}`],
    ...['-framerate', formatRational(rate), ...takenColourArgs(coding, format.colour), '-i', 'pipe:0'],
    ...['-map', '0:v:0', '-frames:v', String(frames), '-fps_mode', 'passthrough'],
    ...encoderArgs({ coding, format, part: { kind: 'segment' } }),
    ...colourArgs(coding, format.colour),
    ...['-map_metadata', '-1', '-fflags', '+bitexact', '-video_track_timescale', String(file.timescale)],
    ...['-f', file.container, `file:${output}`],
  ]
}

/** Range, matrix, primaries and transfer, as ffmpeg calls them. */
const COLOUR_TAGS: Readonly<Record<PictureColour, readonly [matrix: string, primaries: string, transfer: string]>> = {
  bt709: ['bt709', 'bt709', 'bt709'],
  'bt2020-hlg': ['bt2020nc', 'bt2020', 'arib-std-b67'],
  'bt2020-pq': ['bt2020nc', 'bt2020', 'smpte2084'],
}

/** The colour tags of what an encoder writes. Files of RGB say nothing; JPEG is always full BT.601. */
export function colourArgs({ encoder }: PictureCoding, colour: PictureColour): string[] {
  const [matrix, primaries, transfer] = COLOUR_TAGS[colour]
  if (encoder === 'png' || encoder === 'exr') return []
  if (encoder === 'mjpeg') return ['-color_range', 'pc']
  return [...['-color_range', 'tv', '-colorspace', matrix], ...['-color_primaries', primaries, '-color_trc', transfer]]
}

/** ProRes says in each picture what colour it has, and takes that from the pictures that it is given. */
function takenColourArgs(coding: PictureCoding, colour: PictureColour): string[] {
  return coding.encoder === 'prores_ks' ? colourArgs(coding, colour) : []
}

function codingOf({ name, pictures }: Preset): PictureCoding {
  if (!pictures) throw new Error(`preset ${name} has no pictures to encode`)
  return pictures
}

/** Rate × a power of two, 10,000 at least, as muxers choose it: fine enough, and exact. */
function timescaleFor(rate: Rational): number {
  let scale = rate.num
  while (scale < 10_000) scale *= 2
  return scale
}
