import { compareRational, type Rational, rational, rationalToNumber, subRational, ZERO } from '@sheaf/protocol'
import type { Notes } from './refusal.js'

/** A boundary further than this from a whole frame is worth a warning, in frames. */
const SNAP_WARNING = rational(1, 10)

/** Warns when an item's end, in frames, had to be moved to a whole one. */
export function warnOffGrid(end: Rational, frame: number, where: string, notes: Notes): void {
  const off = subRational(end, rational(frame))
  if (compareRational(off.num < 0 ? subRational(ZERO, off) : off, SNAP_WARNING) <= 0) return
  const error = Math.abs(rationalToNumber(off)).toFixed(2)
  notes.warn(`${where} ends ${error} frames off the grid; it is moved to frame ${frame}`)
}
