import {
  addRational,
  divRational,
  mulRational,
  type Rational,
  rational,
  roundRational,
  subRational,
  ZERO,
} from '@sheaf/protocol'
import { multiplySpeeds } from './time-warp.js'

/** How the seconds of a stack or track lie on the edit: local `origin` at second `at`, `speed` local seconds in each. */
export class TimeMap {
  readonly rate: Rational
  readonly #at: Rational
  readonly #origin: Rational
  readonly speed: Rational

  constructor(init: {
    readonly rate: Rational
    readonly at?: Rational
    readonly origin?: Rational
    readonly speed?: Rational
  }) {
    this.rate = init.rate
    this.#at = init.at ?? ZERO
    this.#origin = init.origin ?? ZERO
    this.speed = init.speed ?? rational(1)
  }

  /** Frames of the edit, exact, at which local second `local` is reached. */
  framesAt(local: Rational): Rational {
    return mulRational(addRational(this.#at, divRational(subRational(local, this.#origin), this.speed)), this.rate)
  }

  /** The whole frame nearest to a local second. */
  frameAt(local: Rational): number {
    return roundRational(this.framesAt(local))
  }

  /** The map of what begins inside at local second `local` with its own `origin`, at `speed` of this map's pace. */
  nested(local: Rational, inside: { readonly origin: Rational; readonly speed: Rational }): TimeMap {
    return new TimeMap({
      rate: this.rate,
      at: divRational(this.framesAt(local), this.rate),
      origin: inside.origin,
      speed: multiplySpeeds(this.speed, inside.speed),
    })
  }
}
