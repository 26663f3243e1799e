import { frameBytes, type FrameFormat, type FrameSize, type PixelFormat } from './frame-format.js'

/** Swscale's choice that gives the same pixels on every CPU. */
export const SCALE_FLAGS = 'flags=bicubic+accurate_rnd+bitexact'

/** ffmpeg's names of the formats in which the pictures of a job are worked on. All are pinned: nothing is negotiated. */
export interface WorkFormats {
  /** Opaque pictures, from chain to chain. */
  readonly canvas: PixelFormat
  /** Pictures with straight alpha that are laid over those; of the same depth. */
  readonly alpha: string
  /** The one format of this depth, besides RGB, in which the transition filter works. */
  readonly mix: string
  /** What the overlay filter calls the canvas; undefined when it knows no such format. */
  readonly overlay: string | undefined
  /** Whether rows and columns of colour are as many: pictures can be turned by quarters then. */
  readonly square: boolean
  readonly deep: boolean
}

const FORMATS: Readonly<Record<PixelFormat, WorkFormats>> = {
  yuv420p: of('yuv420p', 'yuv420'),
  yuv422p: of('yuv422p', 'yuv422'),
  yuv444p: of('yuv444p', 'yuv444'),
  yuv420p10le: of('yuv420p10le', 'yuv420p10'),
  yuv422p10le: of('yuv422p10le', 'yuv422p10'),
  yuv444p10le: of('yuv444p10le', undefined),
  // What is composed is opaque: the encoder is given an alpha that hides nothing.
  yuva444p10le: of('yuv444p10le', undefined),
}

function of(canvas: PixelFormat, overlay: string | undefined): WorkFormats {
  const deep = canvas.endsWith('10le')
  return {
    canvas,
    alpha: canvas.replace('yuv', 'yuva'),
    mix: deep ? 'yuv444p10le' : 'yuv444p',
    overlay,
    square: !canvas.startsWith('yuv422'),
    deep,
  }
}

/** The formats in which the pictures of a job are worked on. */
export function workFormats({ pixFmt }: Pick<FrameFormat, 'pixFmt'>): WorkFormats {
  return FORMATS[pixFmt]
}

/** Bytes of one picture of this size on its way through the graph, in the format that a job's pictures are worked on. */
export function workBytes({ width, height }: FrameSize, { pixFmt, colour }: FrameFormat, transparent: boolean): number {
  const { canvas, deep } = workFormats({ pixFmt })
  const opaque = frameBytes({ width, height, colour, pixFmt: canvas })
  return opaque + (transparent ? width * height * (deep ? 2 : 1) : 0)
}
