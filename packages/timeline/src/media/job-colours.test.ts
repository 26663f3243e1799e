import type { ColourChoice } from '@sheaf/protocol'
import { describe, expect, it } from 'vitest'
import { steadyIndex } from '../testing/media-fixtures.js'
import { jobColours, type ShownMedium } from './job-colours.js'
import type { MasteringDisplay } from './light-levels.js'
import type { SourceColour, VideoIndex } from './media-index.js'

const medium = (colour: SourceColour, more: Partial<VideoIndex> = {}): ShownMedium => ({
  name: `${colour}.mov`,
  video: { ...steadyIndex(50).video!, colour, ...more },
})
const point = { x: 1, y: 2 }
const mastering: MasteringDisplay = {
  ...{ red: point, green: point, blue: point, white: point, maxLuminance: 10_000_000, minLuminance: 1 },
}
const content = (maxContent: number) => ({ maxContent, maxAverage: 100 })
const of = (choice: ColourChoice, media: readonly ShownMedium[], pixFmt: 'yuv420p' | 'yuv420p10le' = 'yuv420p10le') =>
  jobColours(choice, media, { pixFmt })

describe('the colours of a film', () => {
  it('are those of its footage when that is all of one kind; titles do not count', () => {
    expect(of('auto', [])).toEqual({ colour: 'bt709' })
    expect(of('auto', [medium('bt709'), medium('bt2020')])).toEqual({ colour: 'bt709' })
    const title = medium('bt709', { frameCount: 1 })
    expect(of('auto', [medium('bt2020-hlg'), title])).toEqual({ colour: 'bt2020-hlg' })
    expect(of('auto', [medium('bt2020-pq'), medium('bt2020-pq')])).toEqual({ colour: 'bt2020-pq' })
  })

  it('are SDR in 8 bits, and HDR is refused there', () => {
    expect(of('auto', [medium('bt2020-pq'), medium('bt709')], 'yuv420p')).toEqual({ colour: 'bt709' })
    expect(() => of('hlg', [medium('bt2020-hlg')], 'yuv420p')).toThrow('HDR needs 10 bits')
  })

  it('are to be chosen where footage differs, each medium named', () => {
    const media = [medium('bt2020-pq'), medium('bt709'), medium('bt2020-hlg')]
    expect(() => of('auto', media)).toThrow(
      /bt2020-pq\.mov: HDR \(PQ\)\n {2}bt709\.mov: SDR\n {2}bt2020-hlg\.mov: HDR \(HLG\)/,
    )
    expect(of('bt709', media)).toEqual({ colour: 'bt709' })
    expect(of('pq', media)).toEqual({ colour: 'bt2020-pq' })
  })

  it('say the light levels that hold for all of it', () => {
    const bright = medium('bt2020-pq', { light: { mastering, content: content(900) } })
    const dim = medium('bt2020-pq', { light: { mastering, content: content(400) } })
    const other = medium('bt2020-pq', { light: { mastering: { ...mastering, minLuminance: 5 } } })
    expect(of('auto', [dim, bright])).toEqual({ colour: 'bt2020-pq', light: { mastering, content: content(900) } })
    expect(of('auto', [bright, other])).toEqual({ colour: 'bt2020-pq' })
    expect(of('pq', [bright, medium('bt709')])).toEqual({ colour: 'bt2020-pq' })
    expect(of('bt709', [bright])).toEqual({ colour: 'bt709' })
  })
})
