/** Samples a second at which sound is compared, in two channels: an eighth of a millisecond is told. */
export const CHECK_RATE = 8000
/** Channels that are compared. */
export const CHECK_CHANNELS = 2

/** Frames of samples that are compared at a time, and how far away from its place a piece is looked for. */
export const SOUND_WINDOW = CHECK_RATE
export const SOUND_REACH = CHECK_RATE / 2

/** Sound may be off by this much before it counts: far below what is noticed, above what a codec does. */
export const SOUND_TOLERANCE_MS = 10

/** What one piece of a film's sound was found to be. */
export type SoundVerdict =
  /** It is what belongs there. */
  | { readonly kind: 'right' }
  /** Silence in both, or nothing to tell it by. */
  | { readonly kind: 'untold' }
  /** It is what belongs there, late by so many samples; below 0, early. */
  | { readonly kind: 'offset'; readonly samples: number }
  | { readonly kind: 'silent' | 'unasked' | 'wrong' }

/** A piece of sound of {@link SOUND_WINDOW} and what belongs there. */
export interface SoundRequest {
  /** Interleaved samples of the film. */
  readonly found: Int16Array
  /** The edit's, {@link SOUND_REACH} longer on both sides; silence beyond its ends. */
  readonly expected: Int16Array
  /** An offset that was found before: tried first. */
  readonly hint?: number | undefined
}

/** Root mean squares of 16 bits: below the first there is silence (−70 dB), above the second sound (−50 dB). */
const SILENT = 10
const HEARD = 100
/** How alike two sounds are that are the same but for a codec; and those that have nothing to do with each other. */
const ALIKE = 0.98
const STRANGE = 0.8
/** Elsewhere it must be so much more alike: this part of what does not fit where it belongs. */
const BETTER = 0.25

/** Tells what a piece of sound is, by how alike it is to what belongs there and around. */
export function matchSound({ found, expected, hint }: SoundRequest): SoundVerdict {
  const loudness = rms(found)
  const asked = rms(centre(expected, found.length))
  if (asked < SILENT) return { kind: loudness > HEARD && rms(expected) < SILENT ? 'unasked' : 'untold' }
  if (loudness < Math.max(SILENT, asked / 100)) return { kind: asked > HEARD ? 'silent' : 'untold' }
  const tolerance = (SOUND_TOLERANCE_MS * CHECK_RATE) / 1000
  if (search(found, expected, { from: 0, to: 0 }).likeness >= ALIKE) return { kind: 'right' }
  const here = search(found, expected, { from: -tolerance, to: tolerance })
  if (here.likeness >= ALIKE) return { kind: 'right' }
  const hinted = hint === undefined ? here : search(found, expected, { from: hint - tolerance, to: hint + tolerance })
  const other = hinted.likeness >= ALIKE ? hinted : search(found, expected, { from: -SOUND_REACH, to: SOUND_REACH })
  if (
    Math.abs(other.samples) > tolerance &&
    other.likeness > 0.7 &&
    1 - other.likeness < BETTER * (1 - here.likeness)
  ) {
    return { kind: 'offset', samples: other.samples }
  }
  if (Math.max(here.likeness, other.likeness) < STRANGE) return { kind: asked > HEARD ? 'wrong' : 'untold' }
  return { kind: 'right' }
}

interface Likeness {
  /** How late it is. */
  readonly samples: number
  /** Correlation, 1 for the same sound however loud. */
  readonly likeness: number
}

/** The offset among [from, to] at which the two are most alike. */
function search(
  found: Int16Array,
  expected: Int16Array,
  { from, to }: { readonly from: number; readonly to: number },
): Likeness {
  const own = Math.sqrt(energy(found, 0, found.length))
  let result: Likeness = { samples: 0, likeness: -1 }
  const least = Math.max(-SOUND_REACH, Math.round(from))
  const most = Math.min(SOUND_REACH, Math.round(to))
  // What is late shows what belongs earlier.
  const startOf = (samples: number): number => (SOUND_REACH - samples) * CHECK_CHANNELS
  let power = energy(expected, startOf(least), found.length)
  for (let samples = least; samples <= most; samples++) {
    const start = startOf(samples)
    const likeness = power === 0 || own === 0 ? 0 : product(found, expected, start) / (own * Math.sqrt(power))
    const nearer = Math.abs(samples) < Math.abs(result.samples)
    if (likeness > result.likeness || (likeness === result.likeness && nearer)) result = { samples, likeness }
    // Squares of whole numbers: the sum that goes along stays exact.
    power += energy(expected, start - CHECK_CHANNELS, CHECK_CHANNELS)
    power -= energy(expected, start - CHECK_CHANNELS + found.length, CHECK_CHANNELS)
  }
  return result
}

function product(found: Int16Array, expected: Int16Array, start: number): number {
  let sum = 0
  for (let i = 0; i < found.length; i++) sum += (found[i] ?? 0) * (expected[start + i] ?? 0)
  return sum
}

function energy(sound: Int16Array, start: number, length: number): number {
  let sum = 0
  for (let i = start; i < start + length; i++) sum += (sound[i] ?? 0) ** 2
  return sum
}

function rms(sound: Int16Array): number {
  return sound.length === 0 ? 0 : Math.sqrt(energy(sound, 0, sound.length) / sound.length)
}

function centre(sound: Int16Array, length: number): Int16Array {
  const start = SOUND_REACH * CHECK_CHANNELS
  return sound.subarray(start, start + length)
}
