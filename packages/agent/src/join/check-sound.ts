import { Mp4FormatError } from './box.js'
import { readMp4Track } from './mp4-track.js'

/** Checks that a file holds one sound track of at least this many samples; throws an Error that says what it holds. */
export async function checkSound(path: string, samples: number): Promise<void> {
  const track = await readMp4Track(path, 'audio')
  if (!track) throw new Mp4FormatError('it has no sound track')
  const held = track.samples.durations.reduce((sum, run) => sum + run.count * run.value, 0) - track.mediaTime
  if (held < samples) throw new Mp4FormatError(`it holds ${held} samples, expected ${samples}`)
}
