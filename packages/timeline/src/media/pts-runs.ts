import type { Rational } from '@sheaf/protocol'
import type { PtsRun } from './media-index.js'

/** The i-th value of a run; `i` from 0 to `count − 1`. */
export function ptsOfRun(run: PtsRun, i: number): number {
  return run.start + stepTo(run, i)
}

/** Packs rising integers into runs. `nominal` is the step to try first, which may be a fraction. */
export function packRuns(values: readonly number[], nominal?: Rational): PtsRun[] {
  const runs: PtsRun[] = []
  for (let at = 0; at < values.length;) {
    const exact = nominal ? takeRun(values, at, nominal.num, nominal.den) : undefined
    const plain = takeRun(values, at, (values[at + 1] ?? 0) - (values[at] ?? 0), 1)
    const run = exact && exact.count >= plain.count ? exact : plain
    runs.push(run)
    at += run.count
  }
  return runs
}

/** Value number `index` of all runs together; undefined outside. */
export function valueAt(runs: readonly PtsRun[], index: number): number | undefined {
  let left = index
  for (const run of runs) {
    if (left < run.count) return left < 0 ? undefined : ptsOfRun(run, left)
    left -= run.count
  }
  return undefined
}

/** Index of the last value that is not above `value`; −1 when all are. */
export function lastAtOrBelow(runs: readonly PtsRun[], value: number): number {
  let before = 0
  let found = -1
  for (const run of runs) {
    if (run.start > value) break
    let [low, high] = [0, run.count - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (ptsOfRun(run, middle) <= value) low = middle
      else high = middle - 1
    }
    found = before + low
    before += run.count
  }
  return found
}

/** How many values the runs hold. */
export function countValues(runs: readonly PtsRun[]): number {
  return runs.reduce((sum, run) => sum + run.count, 0)
}

function takeRun(values: readonly number[], at: number, num: number, den: number): PtsRun {
  const start = values[at] ?? 0
  let count = 1
  while (at + count < values.length && values[at + count] === start + stepTo({ num, den }, count)) count++
  return count === 1 ? { start, num: 0, den: 1, count } : { start, num, den, count }
}

/** round(i × num / den), half up, for non-negative steps; exact up to 2^53 by splitting the product. */
function stepTo({ num, den }: Pick<PtsRun, 'num' | 'den'>, i: number): number {
  const whole = Math.floor(num / den)
  const rest = num - whole * den
  return i * whole + Math.floor((2 * i * rest + den) / (2 * den))
}
