import { SOUND_LAYOUTS, type SoundLayout } from '../compile/sound-layout.js'
import type { ValueReader } from '../manifest/value-reader.js'

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

/** Reads the settings of a manifest. */
export function readSoundSettings(value: ValueReader): SoundSettings {
  const layout = value.field('layout').optional((one) => one.oneOf(...SOUND_LAYOUTS))
  const loudness = value.field('loudness').optional(readLoudness)
  const stems = value.field('stems').optional((one) => one.oneOf(true))
  return { ...(layout && { layout }), ...(loudness && { loudness }), ...(stems && { stems }) }
}

function readLoudness(value: ValueReader): LoudnessTarget {
  const { lufs, truePeak } = LOUDNESS_LIMITS
  return {
    lufs: value.field('lufs').number(lufs.least, lufs.most),
    truePeak: value.field('truePeak').number(truePeak.least, truePeak.most),
  }
}
