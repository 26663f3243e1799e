import {
  absRational,
  addRational,
  divRational,
  mulRational,
  type Rational,
  rational,
  subRational,
  ZERO,
} from '@sheaf/protocol'
import { onFlicks } from '../otio/durations.js'
import type { FrameSpan } from './edit.js'
import type { TimeMap } from './time-map.js'

/** How a clip of a medium lies on the edit. */
export interface MediaPlace {
  /** That of the clip, times those around it. */
  readonly speed: Rational
  /** Frames that it holds when transitions are left aside. */
  readonly span: FrameSpan
  readonly map: TimeMap
  /** Second of the map at which it begins. */
  readonly localStart: Rational
}

/**
 * Second of a medium that its clip shows first, when the part that the clip names begins at second `sourceStart`.
 * What runs backwards shows the last picture of the part first.
 */
export function mediaStart(sourceStart: Rational, { speed, span, map, localStart }: MediaPlace): Rational {
  const shift = addRational(lead(speed, span, map.rate), roundingOf(span, localStart, { map, speed }))
  return onFlicks(addRational(sourceStart, shift))
}

/** Backwards: how far the first picture that is shown lies behind the beginning of the part, in seconds. */
function lead(speed: Rational, span: FrameSpan, rate: Rational): Rational {
  if (speed.num >= 0) return ZERO
  return mulRational(absRational(speed), rational((span.to - span.from - 1) * rate.den, rate.num))
}

/**
 * Inside what runs at another speed, a clip's beginning may be moved by half a frame, which is many pictures of it:
 * the medium moves along. At the edit's own speed a clip begins with its first picture, as editors do it.
 */
function roundingOf(
  span: FrameSpan,
  localStart: Rational,
  { map, speed }: { readonly map: TimeMap; readonly speed: Rational },
): Rational {
  if (map.speed.num === map.speed.den) return ZERO
  const frames = subRational(rational(span.from), map.framesAt(localStart))
  return mulRational(divRational(frames, map.rate), speed)
}
