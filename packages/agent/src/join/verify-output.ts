import type { Rational } from '@sheaf/protocol'

/** What the result must be. */
export interface OutputExpectation {
  readonly frames: number
  readonly rate: Rational
}

/** Reads the result's index back: N frames, none off the grid. Throws SHEAF_JOIN_FAILED naming what differs. */
export async function verifyOutput(path: string, expect: OutputExpectation): Promise<void> {
  throw new Error(`not built yet ${path} ${expect.frames}`)
}
