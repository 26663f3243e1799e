import { formatRational, type Rational, SheafError } from '@sheaf/protocol'
import { lightTags, type LightLevels } from '@sheaf/timeline'
import { Mp4FormatError } from './box.js'
import { hasConstantRate, readFrameOrder } from './frame-order.js'
import { readLightBoxes } from './light-boxes.js'
import { readMp4Track } from './mp4-track.js'

/** What the result must be. */
export interface OutputExpectation {
  readonly frames: number
  readonly rate: Rational
  readonly light?: LightLevels | undefined
}

/** Reads the result's index back: N frames, none off the grid, its light levels. Throws SHEAF_JOIN_FAILED naming what differs. */
export async function verifyOutput(path: string, expect: OutputExpectation): Promise<void> {
  try {
    const track = await readMp4Track(path, 'video')
    if (!track) throw new Mp4FormatError('it has no video track')
    if (track.samples.count !== expect.frames) {
      throw new Mp4FormatError(`it has ${track.samples.count} frames, expected ${expect.frames}`)
    }
    readFrameOrder(track, expect.rate)
    if (!hasConstantRate(track, expect.rate)) {
      throw new Mp4FormatError(`its frames do not all last 1/${formatRational(expect.rate)} s`)
    }
    const [asked, said] = [expect.light, readLightBoxes(track.sampleEntry)].map((one) => JSON.stringify(lightTags(one)))
    if (expect.light && asked !== said) throw new Mp4FormatError(`it says ${said} of its light, expected ${asked}`)
  } catch (error) {
    throw new SheafError({
      code: 'SHEAF_JOIN_FAILED',
      message: `the result ${path} is not right: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'The segments are kept; the join is tried again from them.',
      cause: error,
    })
  }
}
