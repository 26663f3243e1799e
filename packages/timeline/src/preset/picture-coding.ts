import type { PixelFormat } from '../compile/frame-format.js'

/** How pictures are encoded: an encoder of ffmpeg's and its parameters, all of them from {@link ENCODERS}. */
export interface PictureCoding {
  readonly encoder: EncoderName
  /** Constant quality; lower is better. */
  readonly crf?: number | undefined
  /** Mean bit rate of the whole film in kbit/s: such a film is encoded once, from lossless segments. */
  readonly bitrate?: number | undefined
  readonly passes?: number | undefined
  /** Highest bit rate in kbit/s, over a decoder's buffer of `buffer` kbit. */
  readonly maxrate?: number | undefined
  readonly buffer?: number | undefined
  /** Who keeps to `maxrate`: each segment by itself, or the film as a whole (encoded once, like a bit rate). */
  readonly vbv?: string | undefined
  /** The encoder's own word or number for how hard it tries. */
  readonly speed?: number | string | undefined
  readonly tune?: string | undefined
  readonly profile?: string | undefined
  /** The encoder's own number for quality. */
  readonly quality?: number | undefined
  readonly format?: string | undefined
  readonly compression?: string | undefined
}

/** A parameter's name in preset files and on the command line. */
export type ParameterName = Exclude<keyof PictureCoding, 'encoder'>

/** What a parameter may be: nothing else ever reaches an encoder. */
export type ParameterRule =
  | { readonly kind: 'integer'; readonly least: number; readonly most: number }
  | { readonly kind: 'word'; readonly words: readonly string[] }

/** An encoder: what it takes, and where its pictures may go. */
export interface EncoderRule {
  /** ffprobe's name of what it writes. */
  readonly codec: string
  /** Raw pictures that it is given. */
  readonly pixels: readonly PixelFormat[]
  readonly parameters: Readonly<Partial<Record<ParameterName, ParameterRule>>>
  /** One of these must be given, and no two of them. */
  readonly oneOf: readonly ParameterName[]
  /** Endings of the files it is written to. */
  readonly endings: readonly string[]
  /** Rough bits of a pixel on ordinary footage; only so good that a full disk is met early. */
  readonly bitsPerPixel: number
  /** Whether a chip does the work: then what works is found by trying. */
  readonly hardware?: true
}

const integer = (least: number, most: number): ParameterRule => ({ kind: 'integer', least, most })
const words = (...list: readonly string[]): ParameterRule => ({ kind: 'word', words: list })

const FILMS = ['.mp4', '.mov'] as const
const X26X_SPEEDS = [
  'ultrafast',
  'superfast',
  'veryfast',
  'faster',
  'fast',
  'medium',
  'slow',
  'slower',
  'veryslow',
] as const
const KBITS = integer(50, 2_000_000)
const rates = {
  bitrate: KBITS,
  passes: integer(1, 2),
  maxrate: KBITS,
  buffer: KBITS,
  vbv: words('segment', 'strict'),
} as const
const x26x = { crf: integer(0, 51), ...rates, speed: words(...X26X_SPEEDS) } as const

const SUBSAMPLED: readonly PixelFormat[] = ['yuv420p', 'yuv422p', 'yuv444p']
const DEEP: readonly PixelFormat[] = ['yuv420p10le', 'yuv422p10le', 'yuv444p10le']

/** A chip's encoder: eight bits, one number for quality. */
function chip(codec: 'h264' | 'hevc', quality: ParameterRule, speeds?: readonly string[]): EncoderRule {
  return {
    codec,
    pixels: ['yuv420p'],
    parameters: { quality, ...(speeds && { speed: words(...speeds) }) },
    oneOf: ['quality'],
    endings: FILMS,
    bitsPerPixel: 0.2,
    hardware: true,
  }
}

const NVENC_SPEEDS = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7']
const QSV_SPEEDS = ['veryfast', 'faster', 'fast', 'medium', 'slow', 'slower', 'veryslow']
const AMF_SPEEDS = ['speed', 'balanced', 'quality']

/** Every encoder that a preset may name. */
export const ENCODERS = {
  libx264: {
    codec: 'h264',
    pixels: [...SUBSAMPLED, ...DEEP],
    parameters: { ...x26x, tune: words('film', 'animation', 'grain', 'stillimage') },
    oneOf: ['crf', 'bitrate'],
    endings: FILMS,
    bitsPerPixel: 0.12,
  },
  libx265: {
    codec: 'hevc',
    pixels: [...SUBSAMPLED, ...DEEP],
    parameters: { ...x26x, tune: words('animation', 'grain') },
    oneOf: ['crf', 'bitrate'],
    endings: FILMS,
    bitsPerPixel: 0.09,
  },
  libsvtav1: {
    codec: 'av1',
    pixels: ['yuv420p', 'yuv420p10le'],
    parameters: { crf: integer(1, 63), speed: integer(0, 13) },
    oneOf: ['crf'],
    endings: ['.mp4'],
    bitsPerPixel: 0.08,
  },
  prores_ks: {
    codec: 'prores',
    pixels: ['yuv422p10le', 'yuv444p10le'],
    parameters: { profile: words('proxy', 'lt', 'standard', 'hq', '4444', '4444xq') },
    oneOf: ['profile'],
    endings: ['.mov'],
    bitsPerPixel: 4.5,
  },
  dnxhd: {
    codec: 'dnxhd',
    pixels: ['yuv422p', 'yuv422p10le', 'yuv444p10le'],
    parameters: { profile: words('dnxhr_lb', 'dnxhr_sq', 'dnxhr_hq', 'dnxhr_hqx', 'dnxhr_444') },
    oneOf: ['profile'],
    endings: ['.mov'],
    bitsPerPixel: 4,
  },
  ffv1: {
    codec: 'ffv1',
    pixels: [...SUBSAMPLED, ...DEEP],
    parameters: {},
    oneOf: [],
    endings: ['.mov'],
    bitsPerPixel: 8,
  },
  png: {
    codec: 'png',
    pixels: ['yuv444p', 'yuv444p10le'],
    parameters: {},
    oneOf: [],
    endings: ['.png'],
    bitsPerPixel: 14,
  },
  exr: {
    codec: 'exr',
    pixels: ['yuv444p10le'],
    parameters: { format: words('half', 'float'), compression: words('none', 'rle', 'zip1', 'zip16') },
    oneOf: ['format'],
    endings: ['.exr'],
    bitsPerPixel: 40,
  },
  mjpeg: {
    codec: 'mjpeg',
    pixels: ['yuv420p', 'yuv422p', 'yuv444p'],
    parameters: { quality: integer(1, 31) },
    oneOf: ['quality'],
    endings: ['.jpg', '.jpeg'],
    bitsPerPixel: 2,
  },
  h264_nvenc: chip('h264', integer(0, 51), NVENC_SPEEDS),
  hevc_nvenc: chip('hevc', integer(0, 51), NVENC_SPEEDS),
  h264_vaapi: chip('h264', integer(1, 51)),
  hevc_vaapi: chip('hevc', integer(1, 51)),
  h264_qsv: chip('h264', integer(1, 51), QSV_SPEEDS),
  hevc_qsv: chip('hevc', integer(1, 51), QSV_SPEEDS),
  h264_videotoolbox: chip('h264', integer(1, 100)),
  hevc_videotoolbox: chip('hevc', integer(1, 100)),
  h264_amf: chip('h264', integer(0, 51), AMF_SPEEDS),
  hevc_amf: chip('hevc', integer(0, 51), AMF_SPEEDS),
} as const satisfies Readonly<Record<string, EncoderRule>>

/** An encoder, by ffmpeg's name. */
export type EncoderName = keyof typeof ENCODERS
export const ENCODER_NAMES = Object.keys(ENCODERS) as readonly EncoderName[]

/** The rule of an encoder. */
export const encoderRule = (encoder: EncoderName): EncoderRule => ENCODERS[encoder]

/** Raw pictures that only these profiles are made for; other profiles of an encoder take the first of its list. */
export const PROFILE_PIXELS: Readonly<Record<string, readonly PixelFormat[]>> = {
  proxy: ['yuv422p10le'],
  lt: ['yuv422p10le'],
  standard: ['yuv422p10le'],
  hq: ['yuv422p10le'],
  '4444': ['yuv444p10le'],
  '4444xq': ['yuv444p10le'],
  dnxhr_lb: ['yuv422p'],
  dnxhr_sq: ['yuv422p'],
  dnxhr_hq: ['yuv422p'],
  dnxhr_hqx: ['yuv422p10le'],
  dnxhr_444: ['yuv444p10le'],
}
