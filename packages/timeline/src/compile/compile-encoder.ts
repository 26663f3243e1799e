import { formatRational, type Rational } from '@sheaf/protocol'
import type { Preset } from '../preset/preset.js'
import { SEGMENT_LENGTH } from '../segment/plan-segments.js'
import { COMMON_ARGS } from './ffmpeg-call.js'
import type { FrameFormat } from './frame-format.js'

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
  const container = preset.id === 'h264' ? 'mp4' : 'mov'
  return { container, extension: `.${container}`, timescale: timescaleFor(rate) }
}

/**
 * The ffmpeg call that encodes one segment: it reads `frames` raw frames from standard input and
 * writes one closed-GOP file, whose bytes depend on the frames and the preset alone.
 */
export function compileEncoder({ preset, format, frames, rate, output }: EncoderRequest): string[] {
  const file = segmentFile(preset, rate)
  return [
    ...COMMON_ARGS,
    '-f',
    'rawvideo',
    '-pixel_format',
    format.pixFmt,
    '-video_size',
    `${format.width}x${format.height}`,
    '-framerate',
    formatRational(rate),
    '-i',
    'pipe:0',
    '-map',
    '0:v:0',
    '-frames:v',
    String(frames),
    '-fps_mode',
    'passthrough',
    ...codecArgs(preset),
    '-color_range',
    'tv',
    '-colorspace',
    'bt709',
    '-color_primaries',
    'bt709',
    '-color_trc',
    'bt709',
    '-map_metadata',
    '-1',
    '-fflags',
    '+bitexact',
    '-video_track_timescale',
    String(file.timescale),
    '-f',
    file.container,
    `file:${output}`,
  ]
}

function codecArgs(preset: Preset): string[] {
  if (preset.id === 'ffv1') {
    return [
      '-c:v',
      'ffv1',
      '-level',
      '3',
      '-g',
      '1',
      '-slices',
      '4',
      '-slicecrc',
      '1',
      '-threads',
      '4',
      '-flags:v',
      '+bitexact',
    ]
  }
  // Four threads whatever the machine has, and plain arithmetic: x264 is only then the same everywhere.
  return [
    '-c:v',
    'libx264',
    '-crf',
    String(preset.crf),
    '-preset',
    preset.speed,
    '-threads',
    '4',
    '-x264-params',
    'cpu-independent=1:stitchable=1',
    '-g',
    String(SEGMENT_LENGTH.most),
    '-bf',
    '3',
    '-flags:v',
    '+bitexact+cgop',
  ]
}

/** Rate × a power of two, 10,000 at least, as muxers choose it: fine enough, and exact. */
function timescaleFor(rate: Rational): number {
  let scale = rate.num
  while (scale < 10_000) scale *= 2
  return scale
}
