import { containerOf, type Preset } from '../preset/preset.js'
import { channelsOf, type SoundLayout } from './sound-layout.js'

/** What the file of a job's sound is. */
export interface SoundFile {
  readonly extension: '.m4a' | '.mov' | '.wav' | '.flac'
  /** ffmpeg's name of its container. */
  readonly container: 'mp4' | 'mov' | 'wav' | 'flac'
}

/** The sound's own file: what the joiner reads, or, for sound alone, the output itself. */
export function soundFile(preset: Preset): SoundFile {
  const { pictures, sound } = preset
  if (sound.codec === 'flac') return { extension: '.flac', container: 'flac' }
  if (sound.codec === 'aac' && containerOf(preset) === 'mp4') return { extension: '.m4a', container: 'mp4' }
  return pictures ? { extension: '.mov', container: 'mov' } : { extension: '.wav', container: 'wav' }
}

/** Codec options of a preset's sound. A preset's `kbits` are stereo's: mono has half of them, 5.1 twice as many. */
export function soundArgs({ sound }: Preset, layout: SoundLayout): string[] {
  if (sound.codec === 'aac') {
    const kbits = Math.round((sound.kbits / 2) * Math.min(4, channelsOf(layout)))
    // At these rates the fast coder is as good by ffmpeg's own word and by measure, in half the time.
    return ['-c:a', 'aac', '-aac_coder', 'fast', '-b:a', `${kbits}k`]
  }
  if (sound.codec === 'flac') return ['-c:a', 'flac', '-sample_fmt', 's32', '-compression_level', '8']
  return ['-c:a', sound.codec]
}
