import { rational, SheafError } from '@sheaf/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { audioStream, clipOf, editOf, report, steadyIndex } from '../testing/media-fixtures.js'
import { buildMediaIndex } from './build-media-index.js'
import { checkMediaAgainstEdit, mediaError } from './check-media.js'
import type { MediaState } from './media-state.js'
import type { ProbeReport } from './probe-report.js'
import { countValues, lastAtOrBelow, packRuns, valueAt } from './pts-runs.js'

const build = (probe: ProbeReport): ReturnType<typeof buildMediaIndex> => buildMediaIndex(probe, { name: 'x.mp4' })
const matrix = (...rows: string[]): string =>
  `\n${rows.map((row, i) => `0000000${i}: ${row}`).join('\n')}\n00000002: 0 0 1073741824\n`
const rising = fc
  .tuple(fc.integer({ min: -1000, max: 1000 }), fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 60 }))
  .map(([start, steps]) => steps.reduce((all, step) => [...all, all.at(-1)! + step], [start]))

describe('runs of time stamps', () => {
  it('hold every value, in order, and find the last one at or below another', () => {
    fc.assert(
      fc.property(rising, fc.option(fc.constant(rational(100, 3)), { nil: undefined }), (values, nominal) => {
        const runs = packRuns(values, nominal)
        expect(countValues(runs)).toBe(values.length)
        expect(values.map((_, i) => valueAt(runs, i))).toEqual(values)
        expect([valueAt(runs, -1), valueAt(runs, values.length)]).toEqual([undefined, undefined])
        for (let at = values[0]! - 1; at <= values.at(-1)! + 1; at++) {
          expect(lastAtOrBelow(runs, at)).toBe(values.findLastIndex((value) => value <= at))
        }
      }),
    )
  })

  it('hold an hour in milliseconds in one run', () => {
    const values = Array.from({ length: 108_000 }, (_, i) => Math.round((i * 1000) / 30))
    expect(packRuns(values, rational(100, 3))).toEqual([{ start: 0, num: 100, den: 3, count: 108_000 }])
  })
})

describe('buildMediaIndex', () => {
  it('indexes a plain file', () => {
    expect(build(report(95))).toEqual(steadyIndex(95))
  })

  it('sorts by presentation, leaves out what is cut off, and sees a variable rate', () => {
    const packets = [
      [0, 'K_'],
      [1536, '__'],
      [512, '__'],
      [1024, '__'],
      [9000, '__'],
      [-512, 'KD'],
    ] as const
    const { video } = build({
      ...report(1),
      packets: packets.map(([pts, flags]) => ({ stream_index: 0, pts, flags })),
      streams: report(1).streams!.slice(0, 1),
    })
    expect(video).toMatchObject({ frameCount: 5, variableRate: true })
    expect(Array.from({ length: 5 }, (_, i) => valueAt(video!.frames, i))).toEqual([0, 512, 1024, 1536, 9000])
  })

  it('begins at the first keyframe', () => {
    const probe = report(30)
    const { video } = build({ ...probe, packets: probe.packets!.slice(4) })
    expect(video).toMatchObject({ frameCount: 20, keyframes: [{ start: 0, num: 10, den: 1, count: 2 }] })
    expect(valueAt(video!.frames, 0)).toBe(5120)
  })

  it.each([
    [{ tags: { rotate: '45' } }, 'pictures turned by 45 degrees'],
    [{ tags: { ROTATE: 'x; movie=/etc/passwd' } }, 'pictures turned by NaN degrees'],
    [{ side_data_list: [{ displaymatrix: 'nonsense', rotation: 12 }] }, 'pictures turned by 12 degrees'],
    [{ pix_fmt: 'xyz12le' }, 'the pixel format xyz12le'],
    [{ pix_fmt: 'bayer_rggb8' }, 'the pixel format bayer_rggb8'],
    [{ color_transfer: 'log100' }, 'colours with the transfer log100'],
    [{ color_primaries: 'smpte432' }, 'wide colours with the primaries smpte432'],
    [{ color_transfer: 'smpte2084', color_primaries: 'bt709' }, 'HDR (smpte2084) with the primaries bt709'],
    [{ color_space: 'bt2020c' }, 'colours with the matrix bt2020c'],
    [{ color_space: 'ictcp' }, 'colours with the matrix ictcp'],
    [{ side_data_list: [{ dv_profile: 5, dv_bl_signal_compatibility_id: 0 }] }, 'Dolby Vision of profile 5'],
    [{ pix_fmt: 'gray', color_range: 'tv' }, 'grey pictures of limited range'],
    [{ codec_name: 'h264', tags: { alpha_mode: '1' } }, 'transparent pictures'],
    [{ width: 0 }, 'without a size'],
  ])('refuses %j by name', (stream, problem) => {
    expect(() => build(report(5, stream))).toThrow(
      expect.objectContaining({
        code: 'SHEAF_MEDIA_UNSUPPORTED',
        message: expect.stringContaining(problem) as string,
      }) as Error,
    )
  })

  it('names everything at once', () => {
    expect(() =>
      build(report(5, { tags: { rotate: '91' }, color_transfer: 'log316', color_space: 'ycgco' }, 'hls')),
    ).toThrow(/the container hls; pictures turned[^]*; colours with the transfer[^]*; colours with the matrix/)
  })

  it.each([
    [{ field_order: 'tt' }, { fields: 'top-first' }],
    [{ field_order: 'tb' }, { fields: 'bottom-first' }],
    [{ tags: { rotate: '270' } }, { turn: 'left' }],
    [
      { side_data_list: [{ displaymatrix: matrix('0 65536 0', '-65536 0 0') }], tags: { rotate: '270' } },
      { turn: 'right' },
    ],
    [{ side_data_list: [{ displaymatrix: matrix('65536 0 0', '0 -65536 0') }] }, { turn: 'mirrored-half' }],
    [
      { pix_fmt: 'p010le', color_transfer: 'smpte2084' },
      { colour: 'bt2020-pq', matrix: 'bt2020' },
    ],
    [
      { color_transfer: 'bt2020-10', color_primaries: 'bt2020' },
      { colour: 'bt2020', matrix: 'bt2020' },
    ],
    [
      { pix_fmt: 'gbrapf32le', codec_name: 'exr' },
      { colour: 'linear', alpha: 'premultiplied', matrix: 'rgb' },
    ],
    [{ pix_fmt: 'rgba64be' }, { alpha: 'straight', range: 'full' }],
    [
      { codec_name: 'vp9', tags: { ALPHA_MODE: '1' } },
      { alpha: 'straight', pixFmt: 'yuva420p', decoder: 'libvpx-vp9' },
    ],
  ])('reads %j', (stream, video) => {
    expect(build(report(5, stream)).video).toMatchObject(video)
  })

  it('refuses packets that give no picture of their own', () => {
    const probe = report(20)
    const decoded = probe.packets!.filter(({ stream_index: index }) => index === 0).map(({ pts }) => pts!)
    const frames = (times: readonly number[]) => times.map((best_effort_timestamp) => ({ best_effort_timestamp }))
    expect(build({ ...probe, frames: frames(decoded.slice(0, 12)) }).video).toMatchObject({ frameCount: 20 })
    expect(() => build({ ...probe, frames: frames(decoded.slice(0, 12).filter((_, i) => i % 2 === 0)) })).toThrow(
      '6 of its first 12 packets give no picture of their own',
    )
  })

  it.each([
    [{ format: { format_name: 'mov,mp4,m4a,3gp,3g2,mj2' }, streams: [], packets: [] }, 'neither pictures nor sound'],
    [{ ...report(5), packets: [] }, 'holds no frames'],
    [{ ...report(5), packets: report(5).packets!.map((p) => ({ ...p, flags: '__' })) }, 'no keyframe'],
    [{}, 'neither pictures nor sound'],
  ])('refuses what is no medium', (probe: ProbeReport, problem) => {
    expect(() => build(probe)).toThrow(
      expect.objectContaining({
        code: 'SHEAF_MEDIA_INVALID',
        message: expect.stringContaining(problem) as string,
      }) as Error,
    )
  })

  it('takes a cover picture for none', () => {
    const cover = { index: 0, codec_type: 'video', disposition: { attached_pic: 1 } }
    const { video, audio } = build({
      format: { format_name: 'mp3' },
      streams: [cover, audioStream],
      packets: [{ stream_index: 1, pts: 0, duration: 100, flags: 'K_' }],
    })
    expect(video).toBeUndefined()
    expect(audio?.duration).toBe(100)
  })
})

describe('checkMediaAgainstEdit', () => {
  const indexed = (frames: number, drop?: 'video' | 'audio'): MediaState => ({
    state: 'indexed',
    index: { ...steadyIndex(frames), ...(drop ? { [drop]: undefined } : {}) },
  })
  const check = (start: number, frames: number): string[] =>
    checkMediaAgainstEdit(editOf([clipOf('a', 0, frames, rational(start, 25))]), new Map([['a', indexed(100)]])).map(
      (p) => p.message,
    )

  it('counts the frames that are missing', () => {
    expect(check(0, 100)).toEqual([])
    expect(check(50, 50)).toEqual([])
    expect(check(51, 50)).toEqual(['the file a is 1 frame shorter than the clip that uses it'])
    expect(check(0, 140)).toEqual(['the file a is 40 frames shorter than the clip that uses it'])
  })

  it('counts what a transition wants before the beginning, and nothing of a still', () => {
    const wants = (media: string, start: number) => editOf([clipOf(media, 0, 20, rational(start, 25))])
    const media = new Map<string, MediaState>([
      ['a', indexed(100)],
      ['still', indexed(1)],
    ])
    expect(checkMediaAgainstEdit(wants('a', -3), media)[0]?.message).toContain('begins 3 frames after what is wanted')
    expect(checkMediaAgainstEdit(wants('a', 0), media)).toEqual([])
    expect(checkMediaAgainstEdit(wants('still', -12), media)).toEqual([])
  })

  it('lists everything at once, a broken file once', () => {
    const edit = editOf(
      [
        clipOf('gone', 0, 5),
        clipOf('gone', 5, 9),
        clipOf('zero', 9, 12),
        clipOf('text', 12, 15),
        clipOf('sound', 15, 20),
        clipOf('short', 20, 220),
      ],
      [clipOf('mute', 0, 220)],
    )
    const problems = checkMediaAgainstEdit(
      edit,
      new Map<string, MediaState>([
        ['zero', { state: 'empty' }],
        ['text', { state: 'unreadable', reason: 'no medium' }],
        ['sound', indexed(50, 'video')],
        ['short', indexed(100)],
        ['mute', indexed(300, 'audio')],
      ]),
    )
    expect(problems.map((p) => p.kind)).toEqual(['missing', 'empty', 'unreadable', 'no-video', 'too-short', 'no-audio'])
    const error = mediaError(problems)!
    expect(error).toBeInstanceOf(SheafError)
    expect(error.code).toBe('SHEAF_MEDIA_MISSING')
    expect(error.message.split('\n')).toHaveLength(7)
    expect(error.message).toContain('track V1 item 1 "gone" at 00:00:00:00: the file gone does not exist')
    expect(mediaError([])).toBeUndefined()
    expect(mediaError(problems.slice(4, 5))?.code).toBe('SHEAF_MEDIA_TOO_SHORT')
  })
})
