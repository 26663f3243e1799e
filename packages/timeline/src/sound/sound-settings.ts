import type { SoundLayout } from '../compile/sound-layout.js'

/** What a person asked of a film's sound. */
export interface SoundSettings {
  /** Stereo when absent. */
  readonly layout?: SoundLayout | undefined
  /** As loud as it is when absent. */
  readonly loudness?: LoudnessTarget | undefined
  /** A file for each audio track, beside the film. */
  readonly stems?: true | undefined
}

/** How loud a film is to be, by EBU R 128. */
export interface LoudnessTarget {
  /** Of the whole programme, in LUFS. */
  readonly lufs: number
  /** The highest true peak, in dBTP. */
  readonly truePeak: number
}

/** What can be asked for. Quieter than −50 LUFS or louder than −5 is a slip of the pen. */
export const LOUDNESS_LIMITS = {
  lufs: { least: -50, most: -5 },
  truePeak: { least: -20, most: 0, usual: -1 },
} as const
