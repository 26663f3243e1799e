import { divRational, mulRational, rationalToNumber } from '@sheaf/protocol'
import type { Curve, CurveKey } from '../model/edit.js'
import { framesBetween } from '../model/frames-between.js'
import { multiplyCurves } from '../model/multiply-curves.js'
import type { TimeMap } from '../model/time-map.js'
import type { TimedCurve, TimedEase, TimedKey } from './studio-project.js'

/** The beginning of a clip on the edit. */
export interface CurvePlace {
  readonly from: number
  readonly map: TimeMap
}

/** A curve over a clip's seconds as one over the frames of the edit. */
export function placeCurve(curve: TimedCurve, { from, map }: CurvePlace): Curve {
  if (typeof curve === 'number') return curve
  const pace = rationalToNumber(divRational(map.rate, map.speed))
  const placed = curve.map(({ seconds, value, ease }) => ({ frame: from + tidy(seconds * pace), value, ease }))
  const rising = placed.filter((key, i) => i === 0 || key.frame > (placed[i - 1]?.frame ?? 0))
  const keys = rising.flatMap((key, i): CurveKey[] => {
    const next = rising[i + 1]
    return isPlain(key.ease) || !next
      ? [{ ...key, ease: isPlain(key.ease) ? key.ease : 'linear' }]
      : sampled(key, next, key.ease)
  })
  return keys.length === 1 ? (keys[0]?.value ?? 0) : keys
}

/** Several curves, multiplied with one another. */
export function placeProduct(curves: readonly TimedCurve[], place: CurvePlace): Curve {
  return curves.map((curve) => placeCurve(curve, place)).reduce(multiplyCurves, 1)
}

/** The time of a curve with the values changed. */
export function mapTimed(curve: TimedCurve, change: (value: number) => number): TimedCurve {
  return typeof curve === 'number' ? change(curve) : curve.map((key) => ({ ...key, value: change(key.value) }))
}

/** Keys in rising order, the last one of those at one time. */
export function risingKeys(keys: readonly TimedKey[]): readonly TimedKey[] {
  const sorted = keys.toSorted((a, b) => a.seconds - b.seconds)
  return sorted.filter((key, i) => sorted[i + 1]?.seconds !== key.seconds)
}

/** The length of a clip in seconds of its own sequence. */
export function lengthOf(span: { readonly from: number; readonly to: number }, map: TimeMap): number {
  return rationalToNumber(mulRational(divRational({ num: span.to - span.from, den: 1 }, map.rate), map.speed))
}

const isPlain = (ease: TimedEase): ease is CurveKey['ease'] => ease === 'linear' || ease === 'hold' || ease === 'smooth'

/** Seconds as doubles times a rate miss whole frames by the last digits. */
function tidy(frames: number): number {
  const whole = Math.round(frames)
  return Math.abs(frames - whole) < 1e-6 ? whole : frames
}

type Key = { readonly frame: number; readonly value: number }

/** An ease that curves do not have: a key on each whole frame. */
function sampled(from: Key, to: Key, ease: TimedEase): CurveKey[] {
  return [from.frame, ...framesBetween(from.frame, to.frame)].map((frame) => {
    const share = easedShare(ease, (frame - from.frame) / (to.frame - from.frame))
    return { frame, value: from.value + (to.value - from.value) * share, ease: 'linear' }
  })
}

function easedShare(ease: TimedEase, t: number): number {
  switch (ease) {
    case 'in':
      return t * t
    case 'out':
      return 1 - (1 - t) * (1 - t)
    case 'cosine':
      return (1 - Math.cos(Math.PI * t)) / 2
    default:
      return t
  }
}
