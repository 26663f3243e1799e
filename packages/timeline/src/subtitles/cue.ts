import type { TextPicture } from '../model/text.js'

/** A text of a subtitle file and when it is seen, in seconds from the beginning of the edit. */
export interface SubtitleCue extends TextPicture {
  readonly from: number
  readonly to: number
  /** How much of it is seen, 0 to 1, evenly from moment to moment; always wholly when there are none. */
  readonly opacity: readonly Moment<number>[]
  /** How far from where it is drawn it stands, in canvas widths and heights, evenly from moment to moment. */
  readonly motion: readonly Moment<readonly [number, number]>[]
  /** Of two that are seen at once, the one of the higher layer lies over the other. */
  readonly layer: number
  /** Whether it stands where it is told, also when another one stands there. */
  readonly isPlaced: boolean
  /** For people: `subtitle 12 at 00:01:02.500`. */
  readonly where: string
}

/** A value at a second of the edit. */
export interface Moment<T> {
  readonly at: number
  readonly value: T
}

/** Where a subtitle stands in its file, for people. */
export function cuePlace(number: number, seconds: number): string {
  const whole = Math.floor(seconds)
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const clock = parts.map((part) => String(part).padStart(2, '0')).join(':')
  const millis = Math.round((seconds - whole) * 1000)
  return `subtitle ${number} at ${clock}.${String(millis).padStart(3, '0')}`
}
