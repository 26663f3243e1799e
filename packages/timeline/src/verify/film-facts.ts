import type { Rational } from '@sheaf/protocol'

/** What a film's container and headers say, as it was found. Names and values are ffprobe's. */
export interface FilmFacts {
  readonly container: string
  readonly video: FilmVideoFacts | undefined
  readonly audio: FilmAudioFacts | undefined
}

/** The first video stream. */
export interface FilmVideoFacts {
  readonly stream: number
  readonly timeBase: Rational
  /** Times of the frames in rising order, in `timeBase`. */
  readonly times: readonly number[]
  /** Indices into `times` at which decoding can start, rising. */
  readonly keyframes: readonly number[]
  /** How many frames may be decoded before the first in order comes out. */
  readonly reorder: number
  /** `codec_name`, `width`, `color_space` … ; one that the file does not say is absent. */
  readonly tags: Readonly<Record<string, string>>
}

/** The first audio stream. */
export interface FilmAudioFacts {
  readonly stream: number
  /** From the first sample to the end of the last. */
  readonly seconds: number
  readonly tags: Readonly<Record<string, string>>
}
