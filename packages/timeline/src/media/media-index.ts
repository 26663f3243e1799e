import type { Rational } from '@sheaf/protocol'
import type { SequenceIndex } from './picture-sequence.js'

/**
 * `count` time stamps: the i-th is `start + round(i × num / den)`, a half rounded up. Files that
 * count in milliseconds need the fraction; without it every other frame would be a run of its own.
 */
export interface PtsRun {
  readonly start: number
  readonly num: number
  readonly den: number
  readonly count: number
}

/** Where every frame of a medium is, and what must be known to decode it right. Plain JSON. */
export interface MediaIndex {
  /** ffmpeg's name of the container, for instance `mov` or `mpegts`. */
  readonly container: string
  readonly video: VideoIndex | undefined
  readonly audio: AudioIndex | undefined
  /** The audio streams after the first one, in the order of the file; absent when there are none. */
  readonly moreAudio?: readonly AudioIndex[] | undefined
  /** When every picture is a file of its own. */
  readonly sequence?: SequenceIndex | undefined
}

/** The first video stream. */
export interface VideoIndex {
  readonly stream: number
  readonly codec: string
  readonly width: number
  readonly height: number
  /** Width of a pixel over its height. */
  readonly sar: Rational
  readonly pixFmt: string
  readonly timeBase: Rational
  /** In rising order of presentation, in `timeBase`. */
  readonly frames: readonly PtsRun[]
  readonly frameCount: number
  /** Indices into the frames at which decoding can start, as runs. */
  readonly keyframes: readonly PtsRun[]
  /** Duration of the last frame, in `timeBase`. */
  readonly lastDuration: number
  /** How many frames may be decoded before the first one in order comes out. */
  readonly reorder: number
  readonly variableRate: boolean
  readonly range: 'limited' | 'full'
  readonly matrix: 'bt601' | 'bt709' | 'smpte240m' | 'fcc' | 'rgb'
  /** Whether pixels say how much of what lies below is to be seen; `straight`: colours are not multiplied by it. */
  readonly alpha: 'none' | 'straight'
}

/** An audio stream. */
export interface AudioIndex {
  readonly stream: number
  readonly codec: string
  readonly sampleRate: number
  readonly channels: number
  readonly timeBase: Rational
  readonly startPts: number
  /** In `timeBase`, from `startPts`. */
  readonly duration: number
  /** As the file says it, of two or three letters; absent when it does not. */
  readonly language?: string | undefined
}
