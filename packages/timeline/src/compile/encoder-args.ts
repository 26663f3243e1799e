import type { EncoderName, PictureCoding } from '../preset/picture-coding.js'
import { SEGMENT_LENGTH } from '../segment/plan-segments.js'
import { lightFilters } from './colour-conversion.js'
import type { FrameFormat } from './frame-format.js'
import { filterNumber } from './filter-number.js'
import { x265Light } from './x265-light.js'

/** Swscale's choices that give the same pixels on every CPU. */
const EXACT = 'flags=bicubic+accurate_rnd+bitexact+full_chroma_int+full_chroma_inp'
/** The GOP is as long as the longest segment: each segment is one, unless a scene cut makes two. */
const GOP = ['-g', String(SEGMENT_LENGTH.most)]

/** What an encoder's arguments depend on. */
export interface EncoderJob {
  readonly coding: PictureCoding
  readonly format: FrameFormat
  /**
   * `segment`: one of many that are joined, so a decoder's buffer must not be taken for empty or full at its
   * beginning. `film`: the whole film; pass 1 only writes what pass 2 reads from `passLog`.
   */
  readonly part: { readonly kind: 'segment' } | FilmPart
}

/** The one encode of a whole film. */
export interface FilmPart {
  readonly kind: 'film'
  readonly pass: 'only' | 1 | 2
  /** A path that x264 and x265 put their endings to; only for two passes. */
  readonly passLog?: string | undefined
}

/**
 * The options that make an encoder's bytes a function of pictures and parameters alone: fixed numbers of
 * threads, plain arithmetic where the fast one differs between CPUs, no names of programs.
 */
export function encoderArgs(job: EncoderJob): string[] {
  const { encoder } = job.coding
  return ['-c:v', encoder, ...BY_ENCODER[encoder](job)]
}

/** Options before the input: the device that some chips are reached through. */
export function deviceArgs({ encoder }: PictureCoding): string[] {
  if (encoder.endsWith('_vaapi')) return ['-vaapi_device', '/dev/dri/renderD128']
  if (encoder.endsWith('_qsv')) return ['-init_hw_device', 'qsv=chip', '-filter_hw_device', 'chip']
  return []
}

const BY_ENCODER: Readonly<Record<EncoderName, (job: EncoderJob) => string[]>> = {
  // Four threads whatever the machine has, and plain arithmetic: x264 is only then the same everywhere.
  libx264: (job) => [
    ...rateArgs(job),
    ...speedArgs(job.coding),
    ...tuneArgs(job.coding),
    ...['-threads', '4', '-x264-params', `cpu-independent=1:stitchable=1${bufferStart(job)}`],
    ...[...GOP, '-bf', '3', '-flags:v', '+bitexact+cgop'],
  ],
  // `info=0`: else it writes its thread count into the stream. Open GOPs would reach into the next segment.
  libx265: (job) => [
    ...rateArgs(job),
    ...speedArgs(job.coding),
    ...tuneArgs(job.coding),
    ...[
      '-x265-params',
      `info=0:pools=4:open-gop=0:log-level=error${x265Threads(job)}${x265Pass(job)}${bufferStart(job)}${x265Light(job.format)}`,
    ],
    ...[...GOP, '-bf', '3', '-flags:v', '+bitexact', '-tag:v', 'hvc1'],
  ],
  libsvtav1: ({ coding }) => [
    ...['-crf', String(coding.crf ?? 30), '-preset', String(coding.speed ?? 8)],
    ...['-svtav1-params', 'lp=2', ...GOP, '-flags:v', '+bitexact'],
  ],
  prores_ks: ({ coding }) => [
    ...['-profile:v', coding.profile ?? 'hq', '-vendor', 'apl0', '-threads', '4', '-flags:v', '+bitexact'],
  ],
  // The integer DCT: the default one differs between CPUs.
  dnxhd: ({ coding }) => [
    ...['-profile:v', coding.profile ?? 'dnxhr_hq', '-dct', 'int', '-threads', '4', '-flags:v', '+bitexact'],
  ],
  ffv1: () => ['-level', '3', '-g', '1', '-slices', '4', '-slicecrc', '1', '-threads', '4', '-flags:v', '+bitexact'],
  png: ({ format }) => [
    ...(format.pixFmt === 'yuv444p'
      ? toRgb(format, 'rgb24')
      : toRgb(format, 'gbrp16le', [WHITE_16, `scale=${EXACT}`, 'format=rgb48be'])),
    ...['-pred', 'mixed', '-threads', '4', '-flags:v', '+bitexact'],
  ],
  exr: ({ coding, format }) => [
    ...toRgb(format, 'gbrp16le', lightFilters(format.colour, SCALED_WHITE, `scale=${EXACT}`)),
    ...['-format', coding.format ?? 'half', '-compression', coding.compression ?? 'zip1'],
    ...['-threads', '4', '-flags:v', '+bitexact'],
  ],
  // JFIF knows full range and BT.601 only.
  mjpeg: ({ coding, format }) => [
    ...['-vf', `scale=${EXACT}:${matrixOf(format)}:out_range=full:out_color_matrix=bt601,format=${fullRange(format)}`],
    ...['-q:v', String(coding.quality ?? 2), '-dct', 'int', '-huffman', 'default', '-threads', '4'],
    ...['-flags:v', '+bitexact'],
  ],
  h264_nvenc: nvenc,
  hevc_nvenc: (job) => [...nvenc(job), '-tag:v', 'hvc1'],
  h264_vaapi: vaapi,
  hevc_vaapi: (job) => [...vaapi(job), '-tag:v', 'hvc1'],
  h264_qsv: qsv,
  hevc_qsv: (job) => [...qsv(job), '-tag:v', 'hvc1'],
  h264_videotoolbox: videotoolbox,
  hevc_videotoolbox: (job) => [...videotoolbox(job), '-tag:v', 'hvc1'],
  h264_amf: amf,
  hevc_amf: (job) => [...amf(job), '-tag:v', 'hvc1'],
}

/** Constant quality by NVENC: `-b:v 0` lifts its default rate, `-forced-idr`/`-strict_gop` close the GOP. */
function nvenc({ coding }: EncoderJob): string[] {
  return [
    ...['-preset', String(coding.speed ?? 'p5'), '-rc', 'constqp', '-qp', String(coding.quality ?? 23)],
    ...['-strict_gop', '1', '-forced-idr', '1', ...GOP, '-bf', '0', '-flags:v', '+bitexact'],
  ]
}

function vaapi({ coding }: EncoderJob): string[] {
  return [
    ...['-vf', 'format=nv12,hwupload', '-rc_mode', 'CQP', '-qp', String(coding.quality ?? 23)],
    ...[...GOP, '-bf', '0', '-flags:v', '+bitexact'],
  ]
}

function qsv({ coding }: EncoderJob): string[] {
  return [
    ...['-vf', 'format=nv12', '-preset', String(coding.speed ?? 'medium')],
    ...['-global_quality', String(coding.quality ?? 23), ...GOP, '-bf', '0', '-flags:v', '+bitexact+qscale'],
  ]
}

/** Its quality runs from 1 to 100, higher is better; without `-allow_sw` it is the chip or nothing. */
function videotoolbox({ coding }: EncoderJob): string[] {
  return ['-q:v', String(coding.quality ?? 60), '-allow_sw', '0', ...GOP, '-bf', '0', '-flags:v', '+bitexact+qscale']
}

function amf({ coding }: EncoderJob): string[] {
  const qp = String(coding.quality ?? 23)
  return [
    ...['-quality', String(coding.speed ?? 'quality'), '-rc', 'cqp', '-qp_i', qp, '-qp_p', qp],
    ...[...GOP, '-bf', '0', '-flags:v', '+bitexact'],
  ]
}

function rateArgs({ coding, part }: EncoderJob): string[] {
  const { crf, bitrate, maxrate, buffer } = coding
  const passes =
    part.kind === 'film' && part.pass !== 'only' && coding.encoder === 'libx264'
      ? ['-pass', String(part.pass), '-passlogfile', part.passLog ?? '']
      : []
  return [
    ...(bitrate === undefined ? ['-crf', String(crf ?? 20)] : ['-b:v', `${bitrate}k`]),
    ...(maxrate === undefined || buffer === undefined ? [] : ['-maxrate', `${maxrate}k`, '-bufsize', `${buffer}k`]),
    ...passes,
  ]
}

/**
 * A decoder's buffer at the beginning of a segment: half full, since nobody knows how the one before left it.
 * With the encoders' own 0.9 a measured film underflowed at seven borders, with 0.5 at none.
 */
function bufferStart({ coding, part }: EncoderJob): string {
  return coding.maxrate !== undefined && part.kind === 'segment' ? ':vbv-init=0.5' : ''
}

/**
 * Two pictures at once; under a cap one after the other: x265 looks there at what the threads of other pictures have
 * just written, which differs from run to run, with `const-vbv` too once the machine is busy (2 of 25 runs measured).
 */
const x265Threads = ({ coding }: EncoderJob): string =>
  coding.maxrate === undefined ? ':frame-threads=2' : ':frame-threads=1:const-vbv=1'

/** x265 takes passes among its own parameters, where ":" separates; the path is made by us and holds none. */
function x265Pass({ part }: EncoderJob): string {
  if (part.kind !== 'film' || part.pass === 'only') return ''
  return `:pass=${part.pass}:stats=${part.passLog ?? ''}`
}

const speedArgs = ({ speed }: PictureCoding): string[] => ['-preset', String(speed ?? 'medium')]
const tuneArgs = ({ tune }: PictureCoding): string[] => (tune === undefined ? [] : ['-tune', tune])

/** What ffmpeg's scaler makes of white of more than eight bits in RGB of full range, of 65535: the rest is made up for. */
const SCALED_WHITE = 65_283
const WHITE_GAIN = filterNumber(65_535 / SCALED_WHITE)
const WHITE_16 = `colorchannelmixer=rr=${WHITE_GAIN}:gg=${WHITE_GAIN}:bb=${WHITE_GAIN}`

/** RGB of full range, by the matrix that the pictures have; then what is to be done with it. */
function toRgb(format: FrameFormat, pixels: string, then: readonly string[] = []): string[] {
  return ['-vf', [`scale=${EXACT}:${matrixOf(format)}`, `format=${pixels}`, ...then].join(',')]
}

const matrixOf = ({ colour }: FrameFormat): string =>
  `in_range=limited:in_color_matrix=${colour === 'bt709' ? 'bt709' : 'bt2020'}`

const fullRange = ({ pixFmt }: FrameFormat): string => pixFmt.replace('yuv4', 'yuvj4')
