import { divRational, mulRational, type Rational, rationalToNumber, subRational } from '@sheaf/protocol'
import type { Notes } from '../model/refusal.js'

/** The times of a clip, in seconds. */
interface ClipTimes {
  readonly start: Rational
  readonly end: Rational
  readonly sourceStart: Rational
  readonly sourceEnd: Rational | undefined
  readonly speed: Rational
}

/**
 * Projects say three things of a clip that need not agree: how long it is, how fast, and how much of its medium it
 * shows. The first two decide; a third that says something else is named.
 */
export function checkSourceEnd(
  { start, end, sourceStart, sourceEnd, speed }: ClipTimes,
  says: { readonly field: string; readonly rate: Rational; readonly where: string; readonly notes: Notes },
): void {
  if (!sourceEnd || sourceEnd.num <= 0) return
  const shown = rationalToNumber(divRational(subRational(sourceEnd, sourceStart), speed))
  const lasts = rationalToNumber(subRational(end, start))
  const frame = rationalToNumber(divRational({ num: 1, den: 1 }, says.rate))
  if (Math.abs(shown - lasts) <= frame / 2) return
  const until = rationalToNumber(mulRational(subRational(end, start), speed)) + rationalToNumber(sourceStart)
  says.notes.warn(
    `${says.where} lasts ${lasts.toFixed(3)} s at ${rationalToNumber(speed)} times its speed; its ${says.field} of ` +
      `${rationalToNumber(sourceEnd).toFixed(3)} s is taken for ${until.toFixed(3)} s`,
  )
}
