import { join } from 'node:path'
import { rational, type BlobId, type JobId } from '@sheaf/protocol'
import { lightTags, type LightLevels } from '@sheaf/timeline'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { probeFilm } from '../validate/probe-film.js'
import { box, u16 } from './box.js'
import { readLightBoxes, withLightBoxes } from './light-boxes.js'
import { readMp4Track } from './mp4-track.js'
import { openOutputJoiner } from './output-joiner.js'
import { ffmpeg, ffprobeJson, scratch, sha256 } from './testing/make-media.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const light: LightLevels = {
  mastering: {
    ...{ red: { x: 35400, y: 14600 }, green: { x: 8500, y: 39850 }, blue: { x: 6550, y: 2300 } },
    ...{ white: { x: 15635, y: 16450 }, maxLuminance: 10_000_000, minLuminance: 1 },
  },
  content: { maxContent: 1000, maxAverage: 400 },
}

let dir = ''
let remove = async (): Promise<void> => undefined
beforeAll(async () => {
  ;({ dir, remove } = await scratch())
})
afterAll(() => remove())

const CODECS = {
  prores: ['mov', '-c:v', 'prores_ks', '-profile:v', '3', '-pix_fmt', 'yuv422p10le'],
  av1: ['mp4', '-c:v', 'libsvtav1', '-preset', '12', '-svtav1-params', 'lp=1', '-pix_fmt', 'yuv420p10le'],
  hevc: ['mp4', '-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none', '-tag:v', 'hvc1'],
} as const

async function film(codec: keyof typeof CODECS, of: LightLevels | undefined): Promise<string> {
  const [kind, ...encoder] = CODECS[codec]
  const segment = join(dir, `${codec}-segment.${kind}`)
  const source = ['-f', 'lavfi', '-i', 'testsrc2=s=96x64:r=25', '-frames:v', '3', '-fflags', '+bitexact']
  await ffmpeg(...source, ...encoder, '-video_track_timescale', '12800', segment)
  const outPath = join(dir, `${codec}${of ? '' : '-plain'}.${kind}`)
  const joiner = await openOutputJoiner({
    ...{ jobId: '00000000000000000001' as JobId, outPath, overwrite: true, rate: rational(25) },
    ...{ width: 96, height: 64, segmentFrames: [3], light: of },
  })
  await joiner.add(0, segment, (await sha256(segment)) as BlobId)
  await joiner.finish()
  return outPath
}

describe('light levels in the container', () => {
  it.each(Object.keys(CODECS) as (keyof typeof CODECS)[])('of %s are read by others, and checked', async (codec) => {
    const path = await film(codec, light)
    const { streams } = (await ffprobeJson(path, '-show_streams')) as {
      readonly streams: readonly { readonly side_data_list: readonly object[] }[]
    }
    expect(streams[0]?.side_data_list).toEqual([
      expect.objectContaining({
        ...{ side_data_type: 'Mastering display metadata', red_x: '35400/50000', green_y: '39850/50000' },
        ...{ blue_x: '6550/50000', white_point_y: '16450/50000' },
        ...{ min_luminance: '1/10000', max_luminance: '10000000/10000' },
      }),
      { side_data_type: 'Content light level metadata', max_content: 1000, max_average: 400 },
    ])
    expect(readLightBoxes((await readMp4Track(path, 'video'))?.sampleEntry ?? Buffer.alloc(0))).toEqual(light)
    const facts = await probeFilm({ tools: { ffprobe: 'ffprobe' }, path, depth: 'headers' })
    expect(facts.video?.tags).toMatchObject(lightTags(light))
  })

  it('are not there when a film says none, and replace what a segment said', async () => {
    const path = await film('prores', undefined)
    const track = await readMp4Track(path, 'video')
    const entry = track?.sampleEntry ?? Buffer.alloc(0)
    expect(readLightBoxes(entry)).toBeUndefined()
    expect(withLightBoxes(entry, { ...(light.content && { content: light.content }) }).length).toBe(entry.length + 12)
    const other = { content: { maxContent: 7, maxAverage: 5 } }
    const stale = Buffer.concat([entry.subarray(8), box('clli', u16([1, 1]))])
    expect(readLightBoxes(withLightBoxes(box('apch', stale), other))).toEqual(other)
    const facts = await probeFilm({ tools: { ffprobe: 'ffprobe' }, path, depth: 'headers' })
    expect(Object.keys(facts.video?.tags ?? {})).not.toContain('content_light')
  })
})
