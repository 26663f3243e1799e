import type { Crop, Curve, Effect, FrameSpan, Look, Place } from '../model/edit.js'
import { curveAt, mapLook } from '../model/curve.js'

/** A look without what changes nothing: its curves are numbers where they never move. */
export interface PlainLook {
  readonly effects: readonly Effect[]
  readonly crop: Crop | undefined
  readonly place: Place | undefined
  /** Undefined when it is 1 throughout. */
  readonly opacity: Curve | undefined
}

/** The look as it is to be rendered; undefined when it changes nothing at all. */
export function plainLook(look: Look | undefined): PlainLook | undefined {
  if (!look) return undefined
  const { effects = [], crop, place, opacity } = mapLook(look, steady)
  const plain: PlainLook = {
    effects,
    crop: crop && isWhole(crop) ? undefined : crop,
    place: place && isHome(place) ? undefined : place,
    opacity: opacity === 1 ? undefined : opacity,
  }
  const nothing = effects.length === 0 && !plain.crop && !plain.place && plain.opacity === undefined
  return nothing ? undefined : plain
}

/** A number for a curve that has one value alone. */
function steady(curve: Curve): Curve {
  if (typeof curve === 'number') return curve
  const [first] = curve
  return first && curve.every(({ value }) => value === first.value) ? first.value : curve
}

function isWhole({ left, top, right, bottom }: Crop): boolean {
  return [left, top, right, bottom].every((side) => side === 0)
}

function isHome({ x, y, scaleX, scaleY, rotation }: Place): boolean {
  return x === 0 && y === 0 && scaleX === 1 && scaleY === 1 && typeof rotation === 'number' && rotation % 360 === 0
}

/** Whether a curve moves. */
export function isMoving(curve: Curve | undefined): curve is Exclude<Curve, number> {
  return curve !== undefined && typeof curve !== 'number'
}

/** A place that never moves and is not turned. */
export interface StaticPlace {
  readonly x: number
  readonly y: number
  readonly scaleX: number
  readonly scaleY: number
  readonly anchorX: number
  readonly anchorY: number
}

const HOME: StaticPlace = { x: 0, y: 0, scaleX: 1, scaleY: 1, anchorX: 0.5, anchorY: 0.5 }

/** The place when it is upright and never moves: then pictures are scaled, and lie on whole pixels. */
export function staticPlace(place: Place | undefined): StaticPlace | undefined {
  if (!place) return HOME
  const { x, y, scaleX, scaleY, rotation, anchorX, anchorY } = place
  const upright = typeof rotation === 'number' && rotation % 180 === 0
  const still = typeof x === 'number' && typeof y === 'number' && typeof scaleX === 'number'
  if (!upright || !still || typeof scaleY !== 'number') return undefined
  const sign = rotation % 360 === 0 ? 1 : -1
  return { x, y, scaleX: sign * scaleX, scaleY: sign * scaleY, anchorX, anchorY }
}

/** Whether nothing of the pictures is to be seen on any of these frames. */
export function isUnseen({ opacity, crop, place }: PlainLook, span: FrameSpan): boolean {
  if (opacity !== undefined && greatest(opacity, span) === 0) return true
  if (crop && (everGone(crop.left, crop.right) || everGone(crop.top, crop.bottom))) return true
  return place?.scaleX === 0 || place?.scaleY === 0
}

function everGone(before: Curve, after: Curve): boolean {
  return typeof before === 'number' && typeof after === 'number' && before + after >= 1
}

/** The greatest value on whole frames of a span. */
export function greatest(curve: Curve, { from, to }: FrameSpan): number {
  if (typeof curve === 'number') return curve
  const inside = curve.filter(({ frame }) => frame > from && frame < to - 1).map(({ value }) => value)
  return Math.max(curveAt(curve, from), curveAt(curve, to - 1), ...inside)
}
