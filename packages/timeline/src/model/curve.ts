import type { Crop, Curve, CurveEase, Effect, Level, Look, Place } from './edit.js'

/** The value of a curve at a frame of the edit. */
export function curveAt(curve: Curve, frame: number): number {
  if (typeof curve === 'number') return curve
  const next = curve.findIndex((key) => key.frame > frame)
  if (next === -1) return curve.at(-1)?.value ?? 0
  const [before, after] = [curve[next - 1], curve[next]]
  if (!before || !after) return after?.value ?? 0
  const share = eased(before.ease, (frame - before.frame) / (after.frame - before.frame))
  return before.value + (after.value - before.value) * share
}

/** How far a value has gone, 0 to 1, at a share of the way in time. */
function eased(ease: CurveEase, share: number): number {
  switch (ease) {
    case 'hold':
      return 0
    case 'linear':
      return share
    case 'smooth':
      return share * share * (3 - 2 * share)
  }
}

/** The same curve `by` frames later. */
export function shiftCurve(curve: Curve, by: number): Curve {
  return typeof curve === 'number' ? curve : curve.map((key) => ({ ...key, frame: key.frame + by }))
}

/** The same curve, so much added to each of its values. */
export function addToCurve(curve: Curve, more: number): Curve {
  return typeof curve === 'number' ? curve + more : curve.map((key) => ({ ...key, value: key.value + more }))
}

/** What is done to each curve of a look. */
type Change = (curve: Curve) => Curve

/** The same look, every curve of it changed. */
export function mapLook({ effects, crop, place, opacity, fit }: Look, change: Change): Look {
  return {
    ...(effects && { effects: effects.map((effect) => mapEffect(effect, change)) }),
    ...(crop && { crop: mapCrop(crop, change) }),
    ...(place && { place: mapPlace(place, change) }),
    ...(opacity !== undefined && { opacity: change(opacity) }),
    ...(fit && { fit }),
  }
}

/** The same level, both curves of it changed. */
export function mapLevel({ gain, pan }: Level, change: Change): Level {
  return { gain: change(gain), pan: change(pan) }
}

function mapEffect({ id, parameters }: Effect, change: Change): Effect {
  return { id, parameters: Object.fromEntries(Object.entries(parameters).map(([key, curve]) => [key, change(curve)])) }
}

function mapCrop({ left, top, right, bottom }: Crop, change: Change): Crop {
  return { left: change(left), top: change(top), right: change(right), bottom: change(bottom) }
}

function mapPlace(place: Place, change: Change): Place {
  const { x, y, scaleX, scaleY, rotation } = place
  const moved = { x: change(x), y: change(y), scaleX: change(scaleX), scaleY: change(scaleY) }
  return { ...place, ...moved, rotation: change(rotation) }
}
