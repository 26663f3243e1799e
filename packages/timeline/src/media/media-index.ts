import type { Rational } from '@sheaf/protocol'
import type { LightLevels } from './light-levels.js'
import type { SequenceIndex } from './picture-sequence.js'
import type { Turn } from './turn.js'

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

/**
 * Roughly where the frames of a long medium lie in its file, to fetch them before they are asked for. Nothing else may
 * be made from it: no byte of a result depends on it.
 */
export interface FramePlaces {
  /** Frames that share an entry, in order of presentation. */
  readonly every: number
  /** Lowest position of such frames, in MiB, rounded down. */
  readonly mebibytes: readonly number[]
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
  readonly matrix: 'bt601' | 'bt709' | 'bt2020' | 'smpte240m' | 'fcc' | 'rgb'
  /** Whether pixels say how much of what lies below is to be seen; `straight`: colours are not multiplied by it. */
  readonly alpha: 'none' | 'straight' | 'premultiplied'
  /** Without it they are shown as they are stored. */
  readonly turn?: Turn | undefined
  /** Interlaced: which of a picture's two fields comes first. Without it pictures are whole. */
  readonly fields?: 'top-first' | 'bottom-first' | undefined
  /** The decoder that must be used; without it ffmpeg's own choice. */
  readonly decoder?: 'libvpx' | 'libvpx-vp9' | undefined
  /** Without it: `bt709`. */
  readonly colour?: SourceColour | undefined
  /** What HDR says of itself besides. */
  readonly light?: LightLevels | undefined
  /** Of files that are worth it, in containers that say. */
  readonly places?: FramePlaces | undefined
}

/** Primaries and transfer of a medium. SD's own primaries count as BT.709; `linear` has those of BT.709. */
export const SOURCE_COLOURS = ['bt709', 'bt2020', 'bt2020-hlg', 'bt2020-pq', 'linear'] as const
export type SourceColour = (typeof SOURCE_COLOURS)[number]

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
