import { quarterTurned, turnFilters } from '../media/turn.js'
import type { SourceColour, VideoIndex } from '../media/media-index.js'
import { isDeep, pixelTraits } from '../media/pixel-formats.js'
import { colourFilters, WIDE_WHITE } from './colour-conversion.js'
import { fitInto, type FrameFormat, type PictureColour } from './frame-format.js'
import { SCALE_FLAGS, workFormats } from './picture-formats.js'

/** The wide format in which colours are converted. */
const WIDE_RGB = 'gbrp16le'
const WIDE_RGB_ALPHA = 'gbrap16le'

const MATRICES: Readonly<Record<PictureColour, string>> = {
  bt709: 'bt709',
  'bt2020-hlg': 'bt2020',
  'bt2020-pq': 'bt2020',
}

/**
 * Filters that make decoded pictures those of a job: turned upright, scaled to fit, in its colours, range and format;
 * every format on the way is pinned. `canvas` pads them with black, `picture` leaves them as large as they are.
 * Transparent ones come out as `picture`, with straight alpha.
 */
export function conformFilters(video: VideoIndex, format: FrameFormat, extent: 'picture' | 'canvas'): string[] {
  if (video.alpha !== 'none') return transparentFilters(video, format)
  const place = fitInto(video, format)
  const padded = place.width !== format.width || place.height !== format.height
  return [
    ...(isDirect(video, format) ? directFilters(video, format) : convertedFilters(video, format)),
    ...(padded && extent === 'canvas' ? [`pad=${format.width}:${format.height}:${place.x}:${place.y}:black`] : []),
    'setsar=1',
  ]
}

/** Filters that make SDR pictures in 8-bit RGB (gbrp), BT.709, those of a job. */
export function rgbFilters(format: FrameFormat): string[] {
  const to = `out_color_matrix=${MATRICES[format.colour]}:out_range=tv`
  const last = `format=${workFormats(format).canvas}`
  if (format.colour === 'bt709') return [`scale=${SCALE_FLAGS}:${to}`, last]
  const wide = [
    `scale=${SCALE_FLAGS}`,
    `format=${WIDE_RGB}`,
    ...colourFilters('bt709', format.colour, { white: WIDE_WHITE, opaque: undefined }),
  ]
  return [...wide, `scale=${SCALE_FLAGS}:in_range=pc:${to}`, last]
}

/** Colours of a source, of which an index names only the unusual ones. */
export function colourOfSource({ colour = 'bt709' }: VideoIndex): SourceColour {
  return colour
}

/**
 * Whether swscale alone does it: one colour in and out, and white where it takes it to be. It reads the white of deep
 * pictures of full range wrong, and goes from matrix to matrix through 8 bits: the rest goes through wide RGB.
 */
function isDirect(video: VideoIndex, format: FrameFormat): boolean {
  if (colourOfSource(video) !== format.colour) return false
  if (isDeep(video.pixFmt) && whiteOf(video) !== WIDE_WHITE) return false
  if (video.matrix === 'rgb' || video.matrix === MATRICES[format.colour]) {
    return video.range === 'limited' || video.matrix === 'rgb' || !workFormats(format).deep
  }
  return !workFormats(format).deep && !isDeep(video.pixFmt)
}

/** White of a source in wide RGB: where there are more bits, they are all ones. */
function whiteOf({ range, pixFmt }: VideoIndex): number {
  return range === 'limited' ? WIDE_WHITE : allOnes(pixFmt)
}

/** The highest number of a channel, in 16 bits. */
function allOnes(pixFmt: string): number {
  const depth = pixelTraits(pixFmt)?.depth ?? 8
  return depth === 'float' ? 65_535 : (2 ** depth - 1) << (16 - depth)
}

function directFilters(video: VideoIndex, format: FrameFormat): string[] {
  const { canvas, mix, square } = workFormats(format)
  const to = MATRICES[format.colour]
  const turned = quarterTurned(video.turn) && !square
  // Between two kinds of YUV swscale would go through 8-bit RGB; colormatrix does it directly.
  const matrix = video.matrix === 'rgb' ? `out_color_matrix=${to}` : `in_color_matrix=${to}:out_color_matrix=${to}`
  const convert = video.matrix === 'rgb' || video.matrix === to ? [] : [`colormatrix=${video.matrix}:${to}`]
  return [
    `scale=${scaledSize(video, format)}:${SCALE_FLAGS}:in_range=${rangeOf(video)}:out_range=tv:${matrix}`,
    `format=${turned ? mix : canvas}`,
    ...convert,
    ...turnFilters(video.turn),
    ...(turned ? [`scale=${SCALE_FLAGS}`, `format=${canvas}`] : []),
  ]
}

function convertedFilters(video: VideoIndex, format: FrameFormat): string[] {
  const input = `in_range=${rangeOf(video)}${matrixIn(video)}`
  return [
    `scale=${scaledSize(video, format)}:${SCALE_FLAGS}:${input}:out_range=pc`,
    `format=${WIDE_RGB}`,
    ...turnFilters(video.turn),
    ...colourFilters(colourOfSource(video), format.colour, { white: whiteOf(video), opaque: undefined }),
    `scale=${SCALE_FLAGS}:in_range=pc:out_color_matrix=${MATRICES[format.colour]}:out_range=tv`,
    `format=${workFormats(format).canvas}`,
  ]
}

/**
 * The same for pictures with transparency. They are scaled while multiplied by it: the colour of what is not to be seen
 * would bleed into the edges otherwise.
 */
function transparentFilters(video: VideoIndex, format: FrameFormat): string[] {
  const colour = colourOfSource(video)
  const wide = workFormats(format).deep || isDeep(video.pixFmt) || colour !== format.colour
  const rgb = wide ? WIDE_RGB_ALPHA : 'gbrap'
  const input = `in_range=${rangeOf(video)}${matrixIn(video)}:out_range=pc`
  const levels = { white: whiteOf(video), opaque: allOnes(video.pixFmt) }
  return [
    // Colours are converted as they are without transparency: not multiplied by it.
    ...(video.alpha === 'premultiplied' ? unmultiplied(video) : []),
    // Straight from packed pictures swscale would write another opacity into 16 bits.
    ...(wide && video.matrix === 'rgb' && !isDeep(video.pixFmt) ? [`scale=${SCALE_FLAGS}`, 'format=gbrap'] : []),
    `scale=${SCALE_FLAGS}:${input}`,
    `format=${rgb}`,
    ...(wide ? colourFilters(colour, format.colour, levels) : []),
    'premultiply=inplace=1',
    `scale=${scaledSize(video, format)}:${SCALE_FLAGS}`,
    `format=${rgb}`,
    ...turnFilters(video.turn),
    'unpremultiply=inplace=1',
    `scale=${SCALE_FLAGS}:in_range=pc:out_color_matrix=${MATRICES[format.colour]}:out_range=tv`,
    `format=${workFormats(format).alpha}`,
    'setsar=1',
  ]
}

/** Divides by transparency in the source's own depth; what is brighter than white is cut off there. */
function unmultiplied({ pixFmt }: VideoIndex): string[] {
  const float = pixFmt.includes('f32')
  return [`scale=${SCALE_FLAGS}`, `format=${float ? 'gbrapf32le' : WIDE_RGB_ALPHA}`, 'unpremultiply=inplace=1']
}

/** The size to scale to, before pictures are turned. */
function scaledSize(video: VideoIndex, format: FrameFormat): string {
  const { width, height } = fitInto(video, format)
  return quarterTurned(video.turn) ? `${height}:${width}` : `${width}:${height}`
}

function rangeOf({ range }: VideoIndex): 'pc' | 'tv' {
  return range === 'full' ? 'pc' : 'tv'
}

function matrixIn({ matrix }: VideoIndex): string {
  return matrix === 'rgb' ? '' : `:in_color_matrix=${matrix}`
}
