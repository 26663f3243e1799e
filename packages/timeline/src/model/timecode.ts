import { type Rational, roundRational } from '@sheaf/protocol'

/** A frame number as hours:minutes:seconds:frames at the nominal rate, without drop frames. */
export function formatTimecode(frame: number, rate: Rational): string {
  const nominal = Math.max(1, roundRational(rate))
  const seconds = Math.floor(frame / nominal)
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60, frame % nominal]
  return parts.map((part) => String(part).padStart(2, '0')).join(':')
}
