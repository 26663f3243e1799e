import { mulRational, type Rational, rational, rationalToNumber } from '@sheaf/protocol'
import type { OtioEffect } from '../otio/otio-types.js'
import type { Notes } from './refusal.js'

/** Speeds that are rendered, either sign; 0 stands still. */
const SPEED_LIMITS = { least: 0.01, most: 100 } as const

/** Whether a speed is rendered. */
export function isPossibleSpeed(speed: Rational): boolean {
  return isPossible(rationalToNumber(speed))
}

function isPossible(speed: number): boolean {
  const size = Math.abs(speed)
  return size === 0 || (size >= SPEED_LIMITS.least && size <= SPEED_LIMITS.most)
}

/** The product of two speeds, in thousandths of a thousandth where it would have larger terms. */
export function multiplySpeeds(a: Rational, b: Rational): Rational {
  const product = rationalToNumber(a) * rationalToNumber(b)
  return a.den * b.den <= 1e6 ? mulRational(a, b) : rational(Math.round(product * 1e6), 1e6)
}

/** The speed that an item's time effects give it, one multiplied by the other; other effects are noted. */
export function speedOf(effects: readonly OtioEffect[], where: string, notes: Notes): Rational {
  let speed = rational(1)
  for (const effect of effects) {
    if (!effect.enabled) continue
    const name = effect.effectName || effect.name || effect.written
    if (effect.timeScalar === undefined) {
      const kind = effect.schema === 'TimeEffect' ? 'time effect' : 'effect'
      notes.refuseOrDrop(`the ${kind} ${name} (${effect.written})`, where)
      continue
    }
    if (!isPossible(effect.timeScalar)) {
      notes.refuse(`a speed of ${effect.timeScalar} (${effect.written}): 1/100 to 100 are possible`, where)
      continue
    }
    speed = multiplySpeeds(speed, snapSpeed(effect.timeScalar))
  }
  return speed
}

/** Exporters write thirds as 0.333333; the simple fraction that is meant, else thousandths. */
export function snapSpeed(value: number): Rational {
  for (let den = 1; den <= 128; den++) {
    const num = Math.round(value * den)
    if (Math.abs(num / den - value) < 1e-7) return rational(num, den)
  }
  return rational(Math.round(value * 1000), 1000)
}
