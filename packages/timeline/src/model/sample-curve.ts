import type { Curve, CurveKey } from './edit.js'

/** Halvings of one stretch: a stretch of a thousand frames is sampled at less than a frame. */
const DEEPEST = 12

/**
 * Keyframes of a function of the frame, straight from one to the next, that leave it by at most `tolerance`; a number
 * when it does not change. `breaks` are the frames between which it is smooth, rising; outside of them it stays.
 */
export function sampleCurve(valueAt: (frame: number) => number, breaks: readonly number[], tolerance: number): Curve {
  const keys: CurveKey[] = []
  const add = (frame: number): void => void keys.push({ frame, value: valueAt(frame), ease: 'linear' })
  const halve = (from: number, to: number, depth: number): void => {
    if (depth >= DEEPEST || isStraight(valueAt, from, to, tolerance)) return
    const middle = (from + to) / 2
    halve(from, middle, depth + 1)
    add(middle)
    halve(middle, to, depth + 1)
  }
  for (const [at, frame] of breaks.entries()) {
    const before = breaks[at - 1]
    if (before !== undefined && frame <= before) continue
    if (before !== undefined) halve(before, frame, 0)
    add(frame)
  }
  const [first] = keys
  if (!first) return valueAt(0)
  return keys.every(({ value }) => value === first.value) ? first.value : keys
}

function isStraight(valueAt: (frame: number) => number, from: number, to: number, tolerance: number): boolean {
  const [begin, end] = [valueAt(from), valueAt(to)]
  return [0.25, 0.5, 0.75].every((share) => {
    const straight = begin + (end - begin) * share
    return Math.abs(valueAt(from + (to - from) * share) - straight) <= tolerance
  })
}
