import { curveAt } from './curve.js'
import type { Curve, CurveKey } from './edit.js'
import { framesBetween } from './frames-between.js'

/**
 * The product of two curves. Where only one of them moves its keys stay; where both do, or one moves in part of an
 * ease, each whole frame gets a key of its own, so that every frame shows the product as it is.
 */
export function multiplyCurves(a: Curve, b: Curve): Curve {
  if (typeof a === 'number') return scaleCurve(b, a)
  if (typeof b === 'number') return scaleCurve(a, b)
  const frames = [...new Set([...a, ...b].map(({ frame }) => frame))].sort((x, y) => x - y)
  const keys = frames.flatMap((frame, i) => {
    const next = frames[i + 1]
    const value = curveAt(a, frame) * curveAt(b, frame)
    if (next === undefined) return [{ frame, value, ease: 'linear' } as const]
    return productKeys(a, b, { frame, next })
  })
  return keys.length === 1 ? (keys[0]?.value ?? 1) : keys
}

/** The same curve, each value of it multiplied. */
function scaleCurve(curve: Curve, factor: number): Curve {
  if (typeof curve === 'number') return curve * factor
  return factor === 1 ? curve : curve.map((key) => ({ ...key, value: key.value * factor }))
}

type Piece = { readonly frame: number; readonly next: number }

/** The keys of the product from one frame on which either curve has a key up to the next one. */
function productKeys(a: readonly CurveKey[], b: readonly CurveKey[], piece: Piece): CurveKey[] {
  const { frame, next } = piece
  const shapes = [shapeOf(a, piece), shapeOf(b, piece)]
  const ease = shapes[0] === 'still' ? shapes[1] : shapes[1] === 'still' ? shapes[0] : 'other'
  const valueAt = (at: number): number => curveAt(a, at) * curveAt(b, at)
  if (ease === 'still') return [{ frame, value: valueAt(frame), ease: 'hold' }]
  if (ease === 'linear' || ease === 'smooth') return [{ frame, value: valueAt(frame), ease }]
  return [frame, ...framesBetween(frame, next)].map((at) => ({ frame: at, value: valueAt(at), ease: 'linear' }))
}

/** How a curve goes over a piece in which it has no key; `other` when no one key says it. */
function shapeOf(curve: readonly CurveKey[], { frame, next }: Piece): 'still' | 'linear' | 'smooth' | 'other' {
  const index = curve.findIndex((key) => key.frame > frame)
  const [before, after] = [curve[index - 1], curve[index]]
  if (index === -1 || !before || !after) return 'still'
  if (before.ease === 'hold') return after.frame === next && after.value !== before.value ? 'other' : 'still'
  if (before.value === after.value) return 'still'
  if (before.ease === 'linear') return 'linear'
  return before.frame === frame && after.frame === next ? 'smooth' : 'other'
}
