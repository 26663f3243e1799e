import { SOUND_LAYOUTS } from '../compile/sound-layout.js'
import { LOUDNESS_LIMITS, type LoudnessTarget, type SoundSettings } from '../sound/sound-settings.js'
import type { ValueReader } from './value-reader.js'

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
