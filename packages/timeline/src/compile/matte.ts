import type { Crop, Curve, FrameSpan } from '../model/edit.js'
import { curveExpression } from './curve-expression.js'
import { filterNumber } from './filter-number.js'
import type { Placement } from './frame-format.js'
import { isMoving } from './plain-look.js'

/** How much of each pixel of a layer is seen: inside a rectangle, less what is cropped, times the opacity. */
export interface MatteRequest extends FrameSpan {
  /** Size of the layer. */
  readonly width: number
  readonly height: number
  /** Where in it the picture lies. */
  readonly rect: Placement
  readonly crop: Crop | undefined
  readonly opacity: Curve | undefined
  /** Scales below whose least size the picture is nothing. */
  readonly scales: readonly Curve[]
  readonly leastScale: number
  /** Pixels over which an edge goes from nothing to all: 1 on whole pixels, more where the layer will be moved. */
  readonly softness: number
  readonly bits: number
  /** `settb` and `setpts` in the count of the pictures. */
  readonly counted: string
  readonly add: (chain: string) => string
}

/** ffmpeg's name of grey; pinned everywhere, for anything else would be of another range. */
export function greyFormat(bits: number): string {
  return bits === 8 ? 'gray' : `gray${bits}le`
}

/** Repeats single values into areas, unchanged. */
const SPREAD_FLAGS = 'flags=neighbor+accurate_rnd+bitexact'

/**
 * Adds the chains of a matte: `to − from` grey pictures. Columns and rows are made apart and multiplied: so an edge
 * costs as many values as the picture is long, not as it is large; what does not move is made once.
 */
export function addMatte(request: MatteRequest): string {
  const made = addPlates(request)
  if (matteMoves(request)) return made
  const frames = request.to - request.from
  return request.add(`[${made}]loop=loop=${frames}:size=1,trim=end_frame=${frames},${request.counted}`)
}

function addPlates(request: MatteRequest): string {
  const { width, height, rect, crop, opacity, add } = request
  const gone = request.scales.filter(isMoving)
  const strength = [
    ...(opacity === undefined ? [] : [curveExpression(opacity, request)]),
    ...gone.map((scale) => `gte(abs(${curveExpression(scale, request)}),${filterNumber(request.leastScale)})`),
  ]
  const whole = rect.x <= 0 && rect.y <= 0 && rect.x + rect.width >= width && rect.y + rect.height >= height
  const level = strength.length === 0 ? '1' : strength.join('*')
  const moves = isMoving(opacity) || gone.length > 0
  if (whole && !crop) return add(`${plate(request, 2, 2, level, moves)},${spread(request)}`)
  const across = side(request, 'X', [rect.x, rect.width], [crop?.left, crop?.right])
  const down = side(request, 'Y', [rect.y, rect.height], [crop?.top, crop?.bottom])
  const columns = plate(request, width, 2, `${level}*${across.text}`, moves || across.moves)
  const rows = plate(request, 2, height, down.text, down.moves)
  const labels = [columns, rows].map((chain) => add(`${chain},${spread(request)}`))
  // A single picture lasts as long as what it is laid on; the side that moves leads.
  const ordered = down.moves && !moves && !across.moves ? labels.toReversed() : labels
  return add(`[${ordered.join('][')}]blend=all_mode=multiply,format=${greyFormat(request.bits)},${request.counted}`)
}

function matteMoves({ crop, opacity, scales }: MatteRequest): boolean {
  const sides = crop ? [crop.left, crop.right, crop.top, crop.bottom] : []
  return [...sides, ...scales, opacity].some(isMoving)
}

/** How much of each column or row lies inside, parts of a pixel as well. */
function side(
  span: FrameSpan & { readonly softness: number },
  axis: 'X' | 'Y',
  [start, length]: readonly [number, number],
  [before, after]: readonly [Curve | undefined, Curve | undefined],
): { readonly text: string; readonly moves: boolean } {
  const cut = (curve: Curve | undefined): string => (curve === undefined ? '0' : curveExpression(curve, span))
  const low = `(${filterNumber(start)}+${filterNumber(length)}*${cut(before)})`
  const high = `(${filterNumber(start + length)}-${filterNumber(length)}*${cut(after)})`
  const slope = filterNumber(1 / span.softness)
  const text = `clip((${axis}+0.5-${low})*${slope}+0.5,0,1)*clip((${high}-${axis}-0.5)*${slope}+0.5,0,1)`
  return { text, moves: isMoving(before) || isMoving(after) }
}

/** Grey pictures of 0 to 1 by an expression. */
function plate(request: MatteRequest, width: number, height: number, text: string, moves: boolean): string {
  const { from, to, bits, counted } = request
  const most = 2 ** bits - 1
  const frames = moves ? `loop=loop=${to - from}:size=1,trim=end_frame=${to - from},` : ''
  return (
    `color=c=black:s=${width}x${height}:r=1,trim=end_frame=1,format=${greyFormat(bits)},${frames}${counted},` +
    `geq=lum='st(0,N+${from});floor(${most}*clip(${text},0,1)+0.5)'`
  )
}

function spread({ width, height, bits }: MatteRequest): string {
  return `scale=${width}:${height}:${SPREAD_FLAGS},format=${greyFormat(bits)},setsar=1`
}
