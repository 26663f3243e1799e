import { type Rational, roundRational } from '@sheaf/protocol'
import type { EditTimecode } from './edit.js'

/**
 * A frame number as hours:minutes:seconds:frames at the nominal rate, as the edit counts: from its start time code
 * where it has one. A time code that drops numbers is written with a semicolon before its frames.
 */
export function formatTimecode(frame: number, rate: Rational, start?: EditTimecode): string {
  const nominal = Math.max(1, roundRational(rate))
  const shown = frame + (start?.frame ?? 0)
  const drop = start?.drop === true
  const number = drop ? withDropped(shown, nominal) : shown
  const seconds = Math.floor(number / nominal)
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const two = (part: number): string => String(part).padStart(2, '0')
  return `${parts.map(two).join(':')}${drop ? ';' : ':'}${two(number % nominal)}`
}

/** The number that a frame has where each minute but every tenth leaves out its first 2 of 30, or 4 of 60. */
function withDropped(frame: number, nominal: number): number {
  const dropped = nominal / 15
  const [tenMinutes, minute] = [600 * nominal - 9 * dropped, 60 * nominal - dropped]
  const rest = frame % tenMinutes
  // The first minute of ten is whole.
  const minutes = Math.max(0, Math.floor((rest - dropped) / minute))
  return frame + dropped * (9 * Math.floor(frame / tenMinutes) + minutes)
}
