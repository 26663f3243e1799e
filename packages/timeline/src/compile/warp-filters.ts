import type { FrameSpan, Place } from '../model/edit.js'
import { curveExpression } from './curve-expression.js'
import { filterNumber } from './filter-number.js'
import type { FrameSize, Placement } from './frame-format.js'
import { isMoving } from './plain-look.js'

/** Transparent pixels around a picture that is moved: more than what follows looks beyond an edge. */
export const WARP_BORDER = 8

/** A picture that is moved: on a layer with a border, from which it is taken to the canvas. */
export interface WarpRequest extends FrameSpan {
  /** The picture's own size, whatever it was scaled to. */
  readonly picture: FrameSize
  /** Where it would lie by itself. */
  readonly fitted: Placement
  readonly place: Place
  readonly canvas: FrameSize
  readonly bits: number
  /** Whether the pictures are RGB, or YUV; either with transparency. */
  readonly rgb: boolean
}

/** The size of the layer: the picture with its border, and the canvas, fit in. */
export function warpLayer({ picture, canvas }: Pick<WarpRequest, 'picture' | 'canvas'>): FrameSize {
  const sized = (inner: number, outer: number): number => {
    const least = Math.max(inner + 2 * WARP_BORDER, outer)
    return least + (least % 2)
  }
  return { width: sized(picture.width, canvas.width), height: sized(picture.height, canvas.height) }
}

/** Scales below this are nothing: the picture would be of few pixels, and its way back beyond what filters reckon with. */
export function leastScale({ width, height }: FrameSize): number {
  return Math.max(width, height) / 2_000_000 + 0.0005
}

/**
 * Filters that take planar pictures of 4:4:4 or RGB from the layer to the canvas: moved, scaled, mirrored and turned to
 * fractions of a pixel, by the frame of the edit.
 */
export function warpFilters(request: WarpRequest): string[] {
  const { canvas, bits } = request
  const crop = `crop=${canvas.width}:${canvas.height}:0:0:exact=1`
  return [bits === 8 ? perspectiveFilter(request) : expressionFilter(request), crop]
}

/** Where the four corners of the layer take their pixels from; eight bits alone. */
function perspectiveFilter(request: WarpRequest): string {
  const { width, height } = warpLayer(request)
  const corners = [
    [0, 0],
    [width, 0],
    [0, height],
    [width, height],
  ] as const
  const options = corners.flatMap(([x, y], i) => {
    const way = wayBack(request, filterNumber(x + 0.5), filterNumber(y + 0.5))
    const text = (axis: 'x' | 'y'): string => `${axis}${i}='st(0,on-1+${request.from});${way[axis]}'`
    return [text('x'), text('y')]
  })
  return `perspective=${options.join(':')}:interpolation=cubic:sense=source:eval=${isStill(request.place) ? 'init' : 'frame'}`
}

/** The same for more bits, pixel by pixel: slow, and as deep as they are. */
function expressionFilter(request: WarpRequest): string {
  const way = wayBack(request, '(X+0.5)', '(Y+0.5)')
  const text = `'st(0,N+${request.from});st(8,${way.x});st(9,${way.y});p(ld(8),ld(9))'`
  const planes = request.rgb ? ['r', 'g', 'b', 'a'] : ['lum', 'cb', 'cr', 'a']
  return `geq=${planes.map((plane) => `${plane}=${text}`).join(':')}`
}

/** Expressions for the pixel of the layer that is seen at a point of the canvas. */
function wayBack(request: WarpRequest, pointX: string, pointY: string): { readonly x: string; readonly y: string } {
  const { picture, fitted, place, canvas } = request
  const anchorX = place.anchorX * fitted.width
  const anchorY = place.anchorY * fitted.height
  const steps = [
    `st(1,${curveExpression(place.rotation, request)}*${filterNumber(Math.PI / 180)})`,
    `st(2,${pointX}-${filterNumber(fitted.x + anchorX)}-${shift(request, 'x', canvas.width)})`,
    `st(3,${pointY}-${filterNumber(fitted.y + anchorY)}-${shift(request, 'y', canvas.height)})`,
  ].join(';')
  const back = (turned: string, scale: Place['scaleX'], [anchor, ratio]: readonly [number, number]): string =>
    `${steps};st(4,${curveExpression(scale, request)});` +
    `(${filterNumber(anchor)}+(${turned})/${atLeast('ld(4)', leastScale(warpLayer(request)))})*${filterNumber(ratio)}` +
    `+${filterNumber(WARP_BORDER - 0.5)}`
  return {
    x: back('cos(ld(1))*ld(2)+sin(ld(1))*ld(3)', place.scaleX, [anchorX, picture.width / fitted.width]),
    y: back('cos(ld(1))*ld(3)-sin(ld(1))*ld(2)', place.scaleY, [anchorY, picture.height / fitted.height]),
  }
}

/** No nearer to 0 than the least scale, with its sign. */
function atLeast(text: string, least: number): string {
  return `if(lt(abs(${text}),${filterNumber(least)}),${filterNumber(least)},${text})`
}

/** How far to shift, in pixels, and no farther than where nothing is to be seen any more. */
function shift(request: WarpRequest, axis: 'x' | 'y', length: number): string {
  const { place, fitted, canvas } = request
  const largest = (curve: Place['scaleX']): number =>
    typeof curve === 'number' ? Math.abs(curve) : Math.max(...curve.map(({ value }) => Math.abs(value)))
  const reach = 1 + Math.max(Math.abs(place.anchorX), Math.abs(place.anchorY))
  const size = largest(place.scaleX) * fitted.width + largest(place.scaleY) * fitted.height
  const far = Math.ceil(canvas.width + canvas.height + 2 * reach * (size + fitted.width + fitted.height))
  return `clip(${curveExpression(place[axis], request)}*${filterNumber(length)},-${far},${far})`
}

function isStill({ x, y, scaleX, scaleY, rotation }: Place): boolean {
  return ![x, y, scaleX, scaleY, rotation].some(isMoving)
}
