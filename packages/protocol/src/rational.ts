import { SheafError } from './errors.js'

/**
 * An exact fraction of two safe integers, always reduced, `den` > 0.
 * Times, rates and ratios are rationals everywhere: 24000/1001 stays exact.
 * Calculations run on bigint inside, so an intermediate product never loses a digit.
 */
export interface Rational {
  readonly num: number
  readonly den: number
}

/** Zero. */
export const ZERO: Rational = { num: 0, den: 1 }
/** One. */
export const ONE: Rational = { num: 1, den: 1 }

/** The reduced fraction `num/den`; throws when a part is no safe integer or `den` is 0. */
export function rational(num: number, den = 1): Rational {
  if (!Number.isSafeInteger(num) || !Number.isSafeInteger(den) || den === 0) {
    throw outOfRange(`${num}/${den} is not a fraction of two integers`)
  }
  return reduce(BigInt(num), BigInt(den))
}

/** `a + b`. */
export function addRational(a: Rational, b: Rational): Rational {
  return reduce(BigInt(a.num) * BigInt(b.den) + BigInt(b.num) * BigInt(a.den), BigInt(a.den) * BigInt(b.den))
}

/** `a − b`. */
export function subRational(a: Rational, b: Rational): Rational {
  return reduce(BigInt(a.num) * BigInt(b.den) - BigInt(b.num) * BigInt(a.den), BigInt(a.den) * BigInt(b.den))
}

/** `a × b`. */
export function mulRational(a: Rational, b: Rational): Rational {
  return reduce(BigInt(a.num) * BigInt(b.num), BigInt(a.den) * BigInt(b.den))
}

/** `a` without its sign. */
export function absRational(a: Rational): Rational {
  return a.num < 0 ? { num: -a.num, den: a.den } : a
}

/** `a ÷ b`; throws when `b` is zero. */
export function divRational(a: Rational, b: Rational): Rational {
  if (b.num === 0) throw outOfRange(`${formatRational(a)} cannot be divided by zero`)
  return reduce(BigInt(a.num) * BigInt(b.den), BigInt(a.den) * BigInt(b.num))
}

/** Negative when `a < b`, 0 when equal, positive when `a > b`. */
export function compareRational(a: Rational, b: Rational): -1 | 0 | 1 {
  const left = BigInt(a.num) * BigInt(b.den)
  const right = BigInt(b.num) * BigInt(a.den)
  return left < right ? -1 : left > right ? 1 : 0
}

/** Whether both are the same number. */
export function equalRational(a: Rational, b: Rational): boolean {
  return compareRational(a, b) === 0
}

/** The greatest integer that is not above `a`. */
export function floorRational(a: Rational): number {
  return Number(floorDiv(BigInt(a.num), BigInt(a.den)))
}

/** The smallest integer that is not below `a`. */
export function ceilRational(a: Rational): number {
  return -Number(floorDiv(-BigInt(a.num), BigInt(a.den))) + 0
}

/** The nearest integer; a half goes up (towards +∞), so −1.5 becomes −1. */
export function roundRational(a: Rational): number {
  return Number(floorDiv(2n * BigInt(a.num) + BigInt(a.den), 2n * BigInt(a.den)))
}

/** The nearest double: for display and for estimates, never for placing a frame. */
export function rationalToNumber(a: Rational): number {
  return a.num / a.den
}

/**
 * The simplest fraction within one part in 10¹² of a double (denominator up to 10⁶).
 * Throws for NaN, infinities and numbers above 2⁵³.
 */
export function rationalFromDouble(value: number): Rational {
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) {
    throw outOfRange(`${value} has no exact fraction`)
  }
  if (Number.isInteger(value)) return rational(value)
  const sign = value < 0 ? -1 : 1
  const [num, den] = continuedFraction(Math.abs(value))
  return rational(sign * num, den)
}

/**
 * A frame rate written as a double. Files round the NTSC rates in many ways (23.976, 23.98,
 * 23.97, 29.97, 59.94): whatever lies near n·1000/1001 and not on an integer becomes n·1000/1001.
 * Throws unless the rate is finite and above zero.
 */
export function rateFromDouble(value: number): Rational {
  if (!Number.isFinite(value) || value <= 0) throw outOfRange(`${value} is not a frame rate`)
  const nominal = Math.round((value * 1001) / 1000)
  const onInteger = Math.abs(value - Math.round(value)) < 1e-6
  if (onInteger) return rational(Math.max(1, Math.round(value)))
  // "23.97" is 0.00602 off; a third of the distance to the integer keeps low rates apart.
  const tolerance = Math.min(0.0065, nominal / 1001 / 3)
  if (nominal > 0 && Math.abs(value - (nominal * 1000) / 1001) < tolerance) {
    return rational(nominal * 1000, 1001)
  }
  return rationalFromDouble(value)
}

/** Reads `25`, `24000/1001`, `-3/4` or a decimal such as `29.97` (which stays 2997/100). */
export function parseRational(text: string): Rational {
  const fraction = /^\s*(-?\d{1,16})\s*(?:\/\s*(\d{1,16})\s*)?$/.exec(text)
  if (fraction) return rational(Number(fraction[1]), Number(fraction[2] ?? 1))
  const decimal = /^\s*(-?)(\d{1,15})\.(\d{1,12})\s*$/.exec(text)
  if (decimal) {
    const den = 10n ** BigInt((decimal[3] ?? '').length)
    const num = BigInt(`${decimal[2]}${decimal[3]}`)
    return reduce(decimal[1] === '-' ? -num : num, den)
  }
  throw outOfRange(`"${text.slice(0, 60)}" is not a number or a fraction`)
}

/** `24000/1001`, or `25` for a whole number; {@link parseRational} reads it back. */
export function formatRational(a: Rational): string {
  return a.den === 1 ? `${a.num}` : `${a.num}/${a.den}`
}

function reduce(num: bigint, den: bigint): Rational {
  const divisor = gcd(num < 0n ? -num : num, den < 0n ? -den : den)
  const sign = den < 0n ? -1n : 1n
  const n = Number((sign * num) / divisor)
  const d = Number((sign * den) / divisor)
  if (!Number.isSafeInteger(n) || !Number.isSafeInteger(d)) {
    throw outOfRange('a fraction grew beyond 2^53')
  }
  return { num: n, den: d }
}

function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b]
  return a === 0n ? 1n : a
}

function floorDiv(num: bigint, den: bigint): bigint {
  const quotient = num / den
  return num % den !== 0n && num < 0n ? quotient - 1n : quotient
}

function continuedFraction(value: number): readonly [number, number] {
  let [previousNum, num, previousDen, den] = [0, 1, 1, 0]
  let rest = value
  for (let step = 0; step < 40; step++) {
    const whole = Math.floor(rest)
    const nextNum = whole * num + previousNum
    const nextDen = whole * den + previousDen
    if (nextDen > 1_000_000 || !Number.isSafeInteger(nextNum)) break
    ;[previousNum, num, previousDen, den] = [num, nextNum, den, nextDen]
    if (Math.abs(value - num / den) <= value * 1e-12 || rest === whole) break
    rest = 1 / (rest - whole)
  }
  return [num, den]
}

function outOfRange(message: string): SheafError {
  return new SheafError({
    code: 'SHEAF_RATIONAL_MALFORMED',
    message,
    hint: 'Use whole numbers, or fractions of whole numbers, below 2^53.',
  })
}
