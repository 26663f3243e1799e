import type { PeerId } from '../ids.js'

/** A coordinator's term of office, compared whole: counter first, then peer id. */
export interface Term {
  readonly counter: number
  readonly peer: PeerId
}

/** Negative when `a` is the lower term, zero when they are the same. */
export function compareTerms(a: Term, b: Term): number {
  if (a.counter !== b.counter) return a.counter - b.counter
  if (a.peer === b.peer) return 0
  return a.peer < b.peer ? -1 : 1
}
