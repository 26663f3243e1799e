import { addRational, compareRational, type Rational, rateFromDouble, rational, ZERO } from '@sheaf/protocol'
import type { OtioChild, OtioClip, OtioMediaReference, OtioNode, OtioTime } from './otio-types.js'

/** Ticks a second in which 24, 25, 30, 48, 50, 60, 120 fps, their 1000/1001 variants and 44.1/48 kHz are whole. */
export const FLICKS = 705_600_000
/** Longest time that is accepted, either sign: 115 days. */
const MAX_SECONDS = 10_000_000

/**
 * Seconds, exact for every rate that flicks hold, else to the nearest flick, so that sums never
 * outgrow their integers. Undefined when the time is NaN, infinite, at a rate of 0, or absurd.
 */
export function secondsOf(time: OtioTime): Rational | undefined {
  const { value, rate } = time
  if (!Number.isFinite(value) || !Number.isFinite(rate) || rate < 0 || rate > 1e7) return undefined
  if (value === 0) return ZERO
  if (rate < 1e-3 || Math.abs(value / rate) > MAX_SECONDS) return undefined
  const exact = rateFromDouble(rate)
  // Six decimals of a frame are far below what any exporter means.
  const scale = Number.isInteger(value) ? 1 : 1_000_000
  const scaled = BigInt(Math.round(value * scale))
  const num = 2n * scaled * BigInt(exact.den) * BigInt(FLICKS) + BigInt(scale) * BigInt(exact.num)
  const den = 2n * BigInt(scale) * BigInt(exact.num)
  const floor = num >= 0n ? num / den : -((-num + den - 1n) / den)
  return rational(Number(floor), FLICKS)
}

/** The nearest time in whole flicks: sums of such times never outgrow their integers. */
export function onFlicks(seconds: Rational): Rational {
  const num = 2n * BigInt(seconds.num) * BigInt(FLICKS) + BigInt(seconds.den)
  const den = 2n * BigInt(seconds.den)
  return rational(Number(num >= 0n ? num / den : -((-num + den - 1n) / den)), FLICKS)
}

/** The reference that a clip uses; undefined when it has none. */
export function activeReference(clip: OtioClip): OtioMediaReference | undefined {
  return clip.mediaReferences.get(clip.activeKey)
}

/**
 * How long a node lasts, in seconds: a clip its source range, else its medium's available range; a
 * track the sum of its items, a stack its longest child. Undefined when a time in it is unusable.
 */
export function durationOf(node: OtioNode): Rational | undefined {
  switch (node.schema) {
    case 'Timeline':
      return durationOf(node.tracks)
    case 'SerializableCollection':
    case 'Transition':
    case 'unknown':
      return ZERO
    case 'Clip':
    case 'Gap': {
      const range = node.sourceRange ?? (node.schema === 'Clip' ? activeReference(node)?.availableRange : undefined)
      return range && secondsOf(range.duration)
    }
    case 'Track':
      return node.sourceRange ? secondsOf(node.sourceRange.duration) : total(node.children)
    case 'Stack':
      return node.sourceRange ? secondsOf(node.sourceRange.duration) : longest(node.children)
  }
}

function total(children: readonly OtioChild[]): Rational | undefined {
  let sum = ZERO
  for (const child of children) {
    const duration = durationOf(child)
    if (!duration) return undefined
    sum = addRational(sum, duration)
  }
  return sum
}

function longest(children: readonly OtioChild[]): Rational | undefined {
  let most = ZERO
  for (const child of children) {
    const duration = durationOf(child)
    if (!duration) return undefined
    if (compareRational(duration, most) > 0) most = duration
  }
  return most
}
