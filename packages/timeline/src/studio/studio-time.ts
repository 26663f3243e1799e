import {
  mulRational,
  type Rational,
  rateFromDouble,
  rational,
  rationalFromDouble,
  rationalToNumber,
  roundRational,
  subRational,
} from '@sheaf/protocol'
import type { Notes } from '../model/refusal.js'
import type { TimeMap } from '../model/time-map.js'
import { onFlicks } from '../otio/durations.js'

/** Longest time that is accepted, either sign: 115 days. */
const MAX_SECONDS = 10_000_000
/** A time further than this from a whole frame is worth a warning, in frames. */
const SNAP_WARNING = 0.1

/** Seconds as projects write them, as a fraction; undefined when they are no time. */
export function studioSeconds(seconds: number | undefined): Rational | undefined {
  if (seconds === undefined || !Number.isFinite(seconds) || Math.abs(seconds) > MAX_SECONDS) return undefined
  return onFlicks(rationalFromDouble(seconds))
}

/** Whether something runs at a speed that is rendered, forwards. */
export const isStudioSpeed = (speed: number): boolean => speed >= 0.01 && speed <= 100

/** A frame rate between one frame in ten seconds and 1000 fps, 23.97 and its like as n·1000/1001. */
export function studioRate(rate: number | undefined): Rational | undefined {
  return rate !== undefined && rate >= 0.1 && rate <= 1000 ? rateFromDouble(rate) : undefined
}

/** The whole frame nearest to a second, with a warning when it is far from it. */
export function snapFrame(
  seconds: Rational,
  map: TimeMap,
  says: { readonly verb: 'begins' | 'ends'; readonly where: string; readonly notes: Notes },
): number {
  const exact = map.framesAt(seconds)
  const frame = roundRational(exact)
  const off = Math.abs(rationalToNumber(subRational(exact, rational(frame))))
  // Inside what runs at another speed nothing lies on the grid.
  if (off > SNAP_WARNING && map.speed.num === map.speed.den) {
    says.notes.warn(`${says.where} ${says.verb} ${off.toFixed(2)} frames off the grid; it is moved to frame ${frame}`)
  }
  return frame
}

/** A time in a medium: on the grid of the edit when it was meant to be, else as it is. */
export function snapSource(seconds: Rational, rate: Rational): Rational {
  const frames = mulRational(seconds, rate)
  const frame = roundRational(frames)
  const near = Math.abs(rationalToNumber(subRational(frames, rational(frame)))) <= SNAP_WARNING
  return near ? onFlicks(mulRational(rational(frame), { num: rate.den, den: rate.num })) : seconds
}
