import { type Rational, rationalToNumber } from '@sheaf/protocol'
import type { CurveKey, Look } from '../model/edit.js'
import type { Moment, SubtitleCue } from './cue.js'

/** How a subtitle's clip fades and moves; undefined when it does neither. */
export function lookOf({ opacity, motion }: SubtitleCue, rate: Rational): Look | undefined {
  const [x, y] = ([0, 1] as const).map((axis) =>
    keysOf(
      motion.map(({ at, value }) => ({ at, value: value[axis] })),
      rate,
    ),
  )
  if (opacity.length === 0 && motion.length === 0) return undefined
  return {
    ...(opacity.length > 0 && { opacity: keysOf(opacity, rate) }),
    ...(x && y && x.length > 0 && { place: { x, y, scaleX: 1, scaleY: 1, rotation: 0, anchorX: 0.5, anchorY: 0.5 } }),
  }
}

/** To a thousandth of a frame; of several moments on one frame the last counts, as where something jumps. */
function keysOf(moments: readonly Moment<number>[], rate: Rational): CurveKey[] {
  const keys: CurveKey[] = []
  for (const { at, value } of moments) {
    const frame = Math.round(at * rationalToNumber(rate) * 1000) / 1000
    if (keys.at(-1)?.frame === frame) keys.pop()
    keys.push({ frame, value, ease: 'linear' })
  }
  return keys
}
