import { mulRational, type Rational, rational, roundRational } from '@sheaf/protocol'
import type { LightLevels } from '../media/light-levels.js'
import type { MediaIndex, VideoIndex } from '../media/media-index.js'
import { quarterTurned } from '../media/turn.js'
import type { Edit } from '../model/edit.js'
import { mediaClipsOf } from '../model/walk-edit.js'

/** Width and height in pixels, both even. */
export interface FrameSize {
  readonly width: number
  readonly height: number
}

/** Raw pictures between compositor and encoder, by ffmpeg's names, and the bits that a pixel takes. */
const PIXEL_BITS = {
  yuv420p: 12,
  yuv422p: 16,
  yuv444p: 24,
  yuv420p10le: 24,
  yuv422p10le: 32,
  yuv444p10le: 48,
  yuva444p10le: 64,
} as const
export type PixelFormat = keyof typeof PIXEL_BITS
export const PIXEL_FORMATS = Object.keys(PIXEL_BITS) as readonly PixelFormat[]

/** Primaries, transfer and matrix of a job's pictures; always of limited range. */
export const PICTURE_COLOURS = ['bt709', 'bt2020-hlg', 'bt2020-pq'] as const
export type PictureColour = (typeof PICTURE_COLOURS)[number]

/** What runs between compositor and encoder: raw pictures of one size, layout and colour. */
export interface FrameFormat extends FrameSize {
  readonly pixFmt: PixelFormat
  readonly colour: PictureColour
  /** Of HDR pictures: what the encoder and the file say besides the tags. */
  readonly light?: LightLevels | undefined
}

/** Size of an edit whose media hold no pictures. */
const FALLBACK: FrameSize = { width: 1920, height: 1080 }

/** The format for a size, of 8 bits and BT.709 unless said; throws a RangeError when the size is odd or out of bounds. */
export function frameFormat({
  width,
  height,
  pixFmt = 'yuv420p',
  colour = 'bt709',
  light,
}: FrameSize & Partial<FrameFormat>): FrameFormat {
  for (const length of [width, height]) {
    if (!Number.isInteger(length) || length < 16 || length > 16_384 || length % 2 !== 0) {
      throw new RangeError(`a picture size must be even and 16 to 16384, not ${width}x${height}`)
    }
  }
  return { width, height, pixFmt, colour, ...(light && { light }) }
}

/** Bytes of one raw frame. */
export function frameBytes({ width, height, pixFmt }: FrameFormat): number {
  return (width * height * PIXEL_BITS[pixFmt]) / 8
}

/** Size of the output when the job does not say: that of the first clip as it is displayed. */
export function outputSize(edit: Edit, media: ReadonlyMap<string, MediaIndex>): FrameSize {
  for (const { content } of mediaClipsOf(edit.video)) {
    const video = media.get(content.media)?.video
    if (video) {
      const shown = displaySize(video)
      return { width: even(shown.width), height: even(shown.height) }
    }
  }
  return FALLBACK
}

/** Where a picture goes on a canvas: scaled to fit with its aspect kept, in the middle. */
export interface Placement extends FrameSize {
  readonly x: number
  readonly y: number
}

/** Letterbox or pillarbox; sizes and offsets are even so that chroma stays where it is. */
export function fitInto(video: VideoIndex, canvas: FrameSize): Placement {
  const shape = uprightShape(video)
  const aspect = mulRational(rational(shape.width, shape.height), shape.sar)
  const byHeight = roundEven(mulRational(rational(canvas.height), aspect))
  const byWidth = roundEven(mulRational(rational(canvas.width), rational(aspect.den, aspect.num)))
  const width = Math.min(canvas.width, byHeight)
  const height = byHeight <= canvas.width ? canvas.height : Math.min(canvas.height, byWidth)
  return { width, height, x: middle(canvas.width - width), y: middle(canvas.height - height) }
}

/** Whether a picture fills the canvas, so that nothing below it is seen. */
export function coversCanvas(video: VideoIndex, canvas: FrameSize): boolean {
  const { width, height } = fitInto(video, canvas)
  return width === canvas.width && height === canvas.height
}

/** The size at which a picture is meant to be seen, with square pixels. */
export function displaySize(video: VideoIndex): FrameSize {
  // Like players: the height stays, the width gives the aspect.
  const { width, height, sar } = uprightShape(video)
  return { width: roundEven(mulRational(rational(width), sar)), height }
}

/** Size and pixel shape after a picture is turned. */
function uprightShape({ width, height, sar, turn }: VideoIndex): Pick<VideoIndex, 'width' | 'height' | 'sar'> {
  if (!quarterTurned(turn)) return { width, height, sar }
  return { width: height, height: width, sar: rational(sar.den, sar.num) }
}

/** The nearest even number, 2 at least; an odd one goes up. */
function roundEven(value: Rational): number {
  return Math.max(2, 2 * roundRational(mulRational(value, rational(1, 2))))
}

function even(value: number): number {
  return Math.min(16_384, Math.max(16, value - (value % 2)))
}

function middle(space: number): number {
  return 2 * Math.floor(space / 4)
}
