import { rational, SheafError } from '@sheaf/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clip, external, gap, range, time, timeline, track } from '../testing/otio-builder.js'
import type { MediaClip } from './edit.js'
import type { ReadEdit } from './finish-edit.js'
import { readEdit } from './read-edit.js'
import { sliceEdit } from './slice-edit.js'
import { bindMedia, cutsOf, mediaClipsOf } from './walk-edit.js'

const read = (text: string): ReadEdit => readEdit(text, { editPath: 'film.otio' })
const failure = (text: string): SheafError => {
  try {
    read(text)
  } catch (error) {
    if (error instanceof SheafError) return error
    throw error
  }
  throw new Error('it was accepted')
}
const firstClip = (result: ReadEdit): MediaClip => mediaClipsOf(result.edit.video)[0]!

describe('readEdit', () => {
  it('places clips and gaps, on video and audio', () => {
    const { edit, report } = read(
      timeline([track([clip('a', 10, 50), gap(25), clip('b', 0, 30)]), track([gap(20), clip('c', 5, 100)], 'Audio')]),
    )
    expect(edit).toMatchObject({ name: 'film', rate: { num: 25, den: 1 }, frames: 120 })
    expect(edit.video[0]!.items.map((item) => [item.kind, item.from, item.to])).toEqual([
      ['clip', 0, 50],
      ['gap', 50, 75],
      ['clip', 75, 105],
      ['gap', 105, 120],
    ])
    expect(edit.audio[0]?.items.map((item) => [item.kind, item.from, item.to])).toEqual([
      ['gap', 0, 20],
      ['clip', 20, 120],
    ])
    expect(cutsOf(edit)).toEqual([50, 75, 105])
    expect(report).toEqual({ warnings: [], unsupported: [] })
    expect(firstClip({ edit } as ReadEdit)).toMatchObject({
      content: { kind: 'media', media: 'a.mp4', start: { num: 2, den: 5 }, speed: { num: 1, den: 1 } },
      where: 'track V1 item 1 "a" at 00:00:00:00',
    })
  })

  it('subtracts the time code that a medium starts at', () => {
    const media_references = { DEFAULT_MEDIA: external('x.mov', range(86400, 1000, 24)) }
    const result = read(timeline([track([clip('a', 0, 48, { source_range: range(86412, 48, 24), media_references })])]))
    expect(result.edit.rate).toEqual({ num: 24, den: 1 })
    expect(firstClip(result).content.start).toEqual({ num: 1, den: 2 })
  })

  it('takes the rate of the global start time, else the most frequent one, snapped to n/1001', () => {
    const ntsc = clip('a', 0, 30, { source_range: range(0, 30, 29.97) })
    const rate = (text: string): object => read(text).edit.rate
    expect(rate(timeline([track([clip('b', 0, 30), ntsc, ntsc])]))).toEqual({ num: 30000, den: 1001 })
    expect(rate(timeline([track([ntsc])], { global_start_time: time(0, 23.976) }))).toEqual({ num: 24000, den: 1001 })
  })

  it('snaps the sum of times, so that rounding never adds up', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 30 }), (lengths) => {
        const items = lengths.map((length, i) => clip(`c${i}`, 0, length, { source_range: range(0, length, 30) }))
        const { edit } = read(timeline([track(items)], { global_start_time: time(0, 25) }))
        let sum = 0
        const ends = lengths.map((length) => Math.round(((sum += length) * 25) / 30 + 1e-9))
        const kept = ends.filter((end, i) => end > (ends[i - 1] ?? 0))
        expect(edit.video[0]!.items.map((item) => item.to)).toEqual(kept)
      }),
    )
  })

  it('warns of what lies off the grid', () => {
    const { report } = read(timeline([track([clip('a', 0, 10.4), clip('b', 0, 10)])]))
    expect(report.warnings).toEqual([
      'track V1 item 1 "a" at 00:00:00:00 ends 0.40 frames off the grid; it is moved to frame 10',
      'track V1 item 2 "b" at 00:00:00:10 ends 0.40 frames off the grid; it is moved to frame 20',
    ])
  })

  it('reads old schemas, collections, other keys, and markers of any version', () => {
    const old = {
      OTIO_SCHEMA: 'SerializeableCollection.1',
      children: [
        {
          OTIO_SCHEMA: 'Timeline.1',
          name: 'old',
          tracks: {
            OTIO_SCHEMA: 'Stack.1',
            children: [
              {
                OTIO_SCHEMA: 'Sequence.1',
                kind: 'Video',
                markers: [{ OTIO_SCHEMA: 'Marker.7' }],
                children: [
                  {
                    OTIO_SCHEMA: 'Clip.1',
                    name: 'one',
                    source_range: range(0, 5),
                    media_reference: external('one.mov'),
                  },
                  { OTIO_SCHEMA: 'Filler.1', source_range: range(0, 5) },
                  clip('two', 0, 5, {
                    media_references: { proxy: external('p.mov'), full: external('f.mov') },
                    active_media_reference_key: 'full',
                  }),
                ],
              },
            ],
          },
        },
      ],
    }
    const { edit, targets } = read(JSON.stringify(old))
    expect(edit.frames).toBe(15)
    expect(targets.map((target) => target.path)).toEqual(['one.mov', 'f.mov'])
  })

  it.each([
    ['file:///a/b%20c%25.mov', '/a/b c%.mov', false, undefined],
    ['file://localhost/D%3a/x.mov', 'D:/x.mov', false, undefined],
    ['file://nas/share/x.mov', '//nas/share/x.mov', false, undefined],
    ['media/100%.mp4', 'media/100%.mp4', true, undefined],
    ['a%20b.mp4', 'a%20b.mp4', true, 'a b.mp4'],
    ['-n "q" \'🎬.mp4', '-n "q" \'🎬.mp4', true, undefined],
    ['take: 2.mov', 'take: 2.mov', true, undefined],
    ['C:\\x\\y.mov', 'C:\\x\\y.mov', false, undefined],
  ])('resolves %s', (url, path, relative, decodedPath) => {
    const { targets } = read(
      timeline([track([clip('a', 0, 5, { media_references: { DEFAULT_MEDIA: external(url) } })])]),
    )
    expect(targets).toEqual([
      { kind: 'path', path, relative, decodedPath, uses: ['track V1 item 1 "a" at 00:00:00:00'] },
    ])
  })

  it('lists everything that it does not render, by name and place', () => {
    const effect = { OTIO_SCHEMA: 'Effect.1', effect_name: 'Blur' }
    const reference = (OTIO_SCHEMA: string, more: object = {}): object => ({
      media_references: { DEFAULT_MEDIA: { OTIO_SCHEMA, ...more } },
    })
    const error = failure(
      timeline([
        track([
          clip('fx', 0, 25, { effects: [effect, { OTIO_SCHEMA: 'LinearTimeWarp.1', time_scalar: 2000 }] }),
          { OTIO_SCHEMA: 'Transition.1', transition_type: 'Star_Iris', in_offset: time(5), out_offset: time(5) },
          clip('plain', 0, 25),
          clip('gen', 0, 25, reference('GeneratorReference.1', { generator_kind: 'Clouds' })),
          clip(
            'seq',
            0,
            25,
            reference('ImageSequenceReference.1', {
              name_prefix: 'f.',
              name_suffix: '.exr',
              missing_frame_policy: 'guess',
            }),
          ),
          clip('nan', Number.NaN, 25),
          clip('inf', 0, Number.POSITIVE_INFINITY),
          clip('neg', 0, -3),
          clip('early', -10, 25),
          clip('web', 0, 25, { media_references: { DEFAULT_MEDIA: external('https://x/y.mp4') } }),
          {
            OTIO_SCHEMA: 'Stack.1',
            name: 'nest',
            children: [],
            effects: [{ OTIO_SCHEMA: 'LinearTimeWarp.1', time_scalar: -1 }],
          },
          { OTIO_SCHEMA: 'Caption.1', name: 'hi' },
        ]),
        track([clip('over', 0, 5)]),
        track([clip('t', 0, 5)], 'Subtitle'),
      ]),
    )
    expect(error.code).toBe('SHEAF_EDIT_UNSUPPORTED')
    for (const part of [
      'item 1 "fx" at 00:00:00:00: the effect Blur (Effect.1)',
      'a speed of 2000 (LinearTimeWarp.1)',
      'item 2 at 00:00:01:00: a transition (Star_Iris)',
      'a generator (Clouds)',
      'an image sequence (f.….exr) with the missing_frame_policy guess',
      '"nan" at 00:00:04:00: a source start of NaN at rate 25',
      '"inf" at 00:00:05:00: a duration of Infinity',
      'a duration of -3 at rate 25',
      '10 frames before its medium begins',
      'a medium behind https://',
      'a nested stack that runs backwards',
      'an item of the unknown kind Caption.1',
      'a track of kind Subtitle',
    ])
      expect(error.message).toContain(part)
    expect(error.details['refusals']).toHaveLength(13)
  })

  const turn = (before: number, after: number, more: object = {}): object => ({
    OTIO_SCHEMA: 'Transition.1',
    transition_type: 'SMPTE_Dissolve',
    in_offset: time(before),
    out_offset: time(after),
    ...more,
  })
  const layOut = (items: readonly object[]): readonly (readonly [string, number, number])[] =>
    read(timeline([track(items)])).edit.video[0]!.items.map(({ kind, from, to }) => [kind, from, to] as const)

  it('lays transitions over both neighbours, whose media run on under them', () => {
    const { edit } = read(timeline([track([clip('a', 10, 30), turn(6, 4), clip('b', 50, 30)])]))
    const [first, transition, last] = edit.video[0]!.items
    expect(first).toMatchObject({ from: 0, to: 24, content: { start: rational(10, 25) } })
    expect(transition).toMatchObject({
      ...{ kind: 'transition', from: 24, to: 34, style: 'dissolve' },
      out: { from: 24, to: 34, content: { media: 'a.mp4', start: rational(34, 25) } },
      in: { from: 24, to: 34, content: { media: 'b.mp4', start: rational(44, 25) } },
    })
    expect(last).toMatchObject({ from: 34, to: 60, content: { start: rational(54, 25) } })
    expect(edit.frames).toBe(60)
  })

  it('lets a transition lead from and to nothing at the ends of a track, and through a colour', () => {
    expect(layOut([turn(0, 5), clip('a', 0, 30), turn(5, 0)])).toEqual([
      ['transition', 0, 5],
      ['clip', 5, 25],
      ['transition', 25, 30],
    ])
    const dip = turn(5, 5, { name: 'Dip to White', transition_type: 'Custom_Transition' })
    expect(layOut([clip('a', 0, 30), dip, clip('b', 9, 9)])).toEqual([
      ['clip', 0, 25],
      ['transition', 25, 30],
      ['transition', 30, 35],
      ['clip', 35, 39],
    ])
  })

  it.each([
    [[clip('a', 0, 30), turn(40, 0), clip('b', 0, 30)], 'begins before the item it leaves'],
    [[clip('a', 0, 30), turn(0, 40), clip('b', 50, 30)], 'ends after the item it leads to'],
    [
      [clip('a', 0, 30), turn(0, 20), clip('b', 50, 30), turn(20, 0), clip('c', 50, 30)],
      'inside the transition before it',
    ],
    [[clip('a', 0, 3000), turn(900, 900), clip('b', 900, 3000)], 'a transition longer than 60 s'],
    [
      [clip('a', 0, 50), turn(12, 12), { OTIO_SCHEMA: 'Stack.1', children: [clip('b', 20, 50)] }],
      'needs 12 frames before what',
    ],
    [[clip('a', 0, 30), turn(-5, 5), clip('b', 9, 30)], 'a negative or unusable offset'],
  ])('refuses a transition that cannot be made', (items, message) => {
    expect(failure(timeline([track(items)])).message).toContain(message)
  })

  it('leaves out what it does not know when it is told to, and says so', () => {
    const blur = { effects: [{ OTIO_SCHEMA: 'Effect.1', effect_name: 'Blur' }] }
    const star = turn(5, 5, { transition_type: 'Star_Iris' })
    const text = timeline([track([clip('a', 0, 30, blur), star, clip('b', 9, 30)])])
    expect(failure(text).hint).toContain('--drop-unknown')
    const { edit, report } = readEdit(text, { editPath: 'film.otio', dropUnknown: true })
    expect(edit.video[0]!.items).toHaveLength(2)
    expect(report.warnings).toEqual([
      'track V1 item 2 at 00:00:01:05: a transition (Star_Iris) is left out',
      'track V1 item 1 "a" at 00:00:00:00: the effect Blur (Effect.1) is left out',
    ])
  })

  it('multiplies the speeds of a clip and of the stacks that it lies in', () => {
    const warp = (time_scalar: number) => ({ effects: [{ OTIO_SCHEMA: 'LinearTimeWarp.1', time_scalar }] })
    const stack = {
      ...{ OTIO_SCHEMA: 'Stack.1', name: 'slow', source_range: range(10, 40), ...warp(0.5) },
      children: [track([clip('a', 100, 60, warp(3))])],
    }
    const { edit } = read(timeline([track([gap(5), stack])]))
    // Frame 5 is second 0.4 of the stack, and the clip runs at three times that.
    expect(mediaClipsOf(edit.video)).toMatchObject([
      { from: 5, to: 45, content: { start: rational(130, 25), speed: rational(3, 2) } },
    ])
  })

  it('stops a nested stack at the picture that it begins with, whatever leads to it', () => {
    const inner = track([clip('x', 0, 20), clip('y', 40, 50)])
    const still = {
      ...{ OTIO_SCHEMA: 'Stack.1', source_range: range(25, 50), children: [inner] },
      effects: [{ OTIO_SCHEMA: 'FreezeFrame.1', time_scalar: 0 }],
    }
    const { edit } = read(timeline([track([clip('a', 0, 50), turn(12, 0), still])]))
    const shown = mediaClipsOf(edit.video).filter(({ name }) => name !== 'a')
    expect(shown.map(({ name, from, to, content }) => [name, from, to, content.start, content.speed.num])).toEqual([
      ['y', 38, 50, rational(45, 25), 0],
      ['y', 50, 100, rational(45, 25), 0],
    ])
  })

  it('moves a medium along when its beginning is rounded inside a stack at another speed', () => {
    const stack = {
      ...{ OTIO_SCHEMA: 'Stack.1', source_range: range(100, 50) },
      effects: [{ OTIO_SCHEMA: 'LinearTimeWarp.1', time_scalar: 2 }],
      children: [track([clip('h', 0, 3), clip('x', 0, 400)])],
    }
    const { edit } = read(timeline([track([stack])]))
    expect(mediaClipsOf(edit.video)).toMatchObject([{ name: 'x', from: 0, content: { start: rational(97, 25) } }])
  })

  it('trims a track in the middle of a transition', () => {
    const trimmed = track([clip('a', 0, 50), turn(10, 10), clip('b', 60, 50)], 'Video', { source_range: range(0, 52) })
    const { edit } = read(timeline([trimmed]))
    expect(edit.frames).toBe(52)
    expect(edit.video[0]!.items.at(-1)).toMatchObject({ from: 40, to: 52, whole: { from: 40, to: 60 } })
  })

  it('hears what lies in a stack among the tracks, and says what of a nested one is not heard', () => {
    const both = [track([clip('a', 0, 50)]), track([clip('s', 0, 50)], 'Audio')]
    const direct = read(timeline([{ OTIO_SCHEMA: 'Stack.1', children: both }]))
    expect([direct.edit.frames, direct.edit.video.length, direct.edit.audio.length]).toEqual([50, 1, 1])
    const nested = read(timeline([track([{ OTIO_SCHEMA: 'Stack.1', name: 'n', children: both }])]))
    expect(nested.edit.audio).toEqual([])
    expect(nested.report.warnings).toEqual([
      'track V1 item 1 "n" at 00:00:00:00, Track.1 in it is not heard: it lies on a video track',
    ])
  })

  it.each([
    [{ source_range: range(0, -5) }, 'SHEAF_EDIT_EMPTY'],
    [{ source_range: range(0, Number.NaN) }, 'SHEAF_EDIT_UNSUPPORTED'],
  ])('refuses a timeline that is trimmed to nothing', (more, code) => {
    const stack = { OTIO_SCHEMA: 'Stack.1', children: [track([clip('a', 0, 50)])], ...more }
    expect(failure(timeline([], { tracks: stack })).code).toBe(code)
  })

  it('begins an edit with a gap where it is trimmed from before its beginning', () => {
    const stack = { OTIO_SCHEMA: 'Stack.1', children: [track([clip('a', 0, 50)])], source_range: range(-5, 30) }
    expect(read(timeline([], { tracks: stack })).edit.video[0]!.items).toMatchObject([
      { kind: 'gap', from: 0, to: 5 },
      { kind: 'clip', from: 5, to: 30 },
    ])
  })

  it('refuses a track that stands still along with everything else', () => {
    const still = { effects: [{ OTIO_SCHEMA: 'FreezeFrame.1', time_scalar: 0 }] }
    const { message } = failure(timeline([track([clip('a', 0, -3)], 'Video', still)]))
    expect(message).toMatch(/stands still or runs backwards[^]*a duration of -3/)
  })

  it('begins a medium that runs backwards at the end of its part', () => {
    const backwards = { effects: [{ OTIO_SCHEMA: 'LinearTimeWarp.1', time_scalar: -2 }] }
    const { edit } = read(timeline([track([clip('a', 100, 10, backwards)])]))
    expect(mediaClipsOf(edit.video)[0]!.content).toMatchObject({ start: rational(118, 25), speed: rational(-2) })
  })

  it('shows nothing where something is switched off, and says so', () => {
    const { edit, report } = read(
      timeline([
        track([clip('a', 0, 5, { enabled: false }), clip('b', 0, 5)]),
        track([clip('c', 0, 9)], 'Video', { enabled: false }),
      ]),
    )
    expect(edit.video[0]!.items[0]).toEqual({ kind: 'gap', from: 0, to: 5 })
    expect(report.warnings).toEqual([
      'track V2 is switched off; it is not rendered',
      'track V1 item 1 "a" at 00:00:00:00 is switched off; it is not shown',
    ])
  })

  it.each([
    ['not json', 'SHEAF_EDIT_NOT_JSON', 'film.otio: line 1, column 1: expected a value, found "n"'],
    ['', 'SHEAF_EDIT_NOT_JSON', 'film.otio: line 1, column 1: the file is empty'],
    [
      '{"a": 1}',
      'SHEAF_EDIT_NOT_OTIO',
      'film.otio: the file is JSON, but not OpenTimelineIO: its root has no OTIO_SCHEMA',
    ],
    ['[]', 'SHEAF_EDIT_NOT_OTIO', 'film.otio: the file is JSON, but not OpenTimelineIO: its root has no OTIO_SCHEMA'],
    ['{"OTIO_SCHEMA": "Gap.1"}', 'SHEAF_EDIT_NOT_OTIO', 'film.otio: the file holds Gap.1, not a Timeline'],
    [
      '{"OTIO_SCHEMA": "Timeline.9"}',
      'SHEAF_EDIT_VERSION',
      'film.otio: line 1, column 1: Timeline.9 is not known; this version reads Timeline.1',
    ],
    [
      '{"OTIO_SCHEMA": "Timeline.1", "tracks": null}',
      'SHEAF_EDIT_EMPTY',
      'film.otio: the edit is empty: no track holds a clip or a gap',
    ],
    [timeline([track([])]), 'SHEAF_EDIT_EMPTY', 'film.otio: the edit is empty: no track holds a clip or a gap'],
    [
      timeline([track([clip('a', 0, 0)])]),
      'SHEAF_EDIT_EMPTY',
      'film.otio: the edit is empty: no track holds a clip or a gap',
    ],
    [
      timeline([track([gap(250_000_000)])]),
      'SHEAF_EDIT_INVALID',
      'film.otio: the edit is 250000000 frames long at 25 fps; the limit is 10000000',
    ],
  ])('refuses %s with %s', (text, code, message) => {
    const error = failure(text)
    expect([error.code, error.message]).toEqual([code, message])
    expect(error.hint).toBeTruthy()
  })

  it('refuses a thousand levels of nesting', () => {
    let node: object = clip('deep', 0, 5)
    for (let i = 0; i < 1000; i++) node = { OTIO_SCHEMA: 'Stack.1', children: [node] }
    expect(failure(timeline([track([node])])).code).toBe('SHEAF_EDIT_TOO_DEEP')
  })
})

describe('sliceEdit', () => {
  const { edit } = read(timeline([track([clip('a', 10, 50), gap(25), clip('b', 0, 30)])]))

  it('moves starts and media along', () => {
    const part = sliceEdit(edit, { from: 20, to: 80 })
    expect(part).toMatchObject({ frames: 60, firstFrame: 20 })
    expect(part.video[0]!.items).toMatchObject([
      { from: 0, to: 30, content: { start: rational(10, 25), at: -20 } },
      { kind: 'gap', from: 30, to: 55 },
      { from: 55, to: 60, content: { start: rational(0) } },
    ])
    expect(sliceEdit(edit, { from: 0, to: edit.frames })).toEqual(edit)
  })

  it('shows the part of a transition that it cuts into', () => {
    const turn = { OTIO_SCHEMA: 'Transition.1', transition_type: 'SMPTE_Dissolve' }
    const placed = { ...turn, in_offset: time(6), out_offset: time(4) }
    const whole = read(timeline([track([clip('a', 10, 30), placed, clip('b', 50, 30)])])).edit
    const part = sliceEdit(whole, { from: 30, to: 50 })
    expect(part.video[0]!.items).toMatchObject([
      { kind: 'transition', from: 0, to: 4, whole: { from: -6, to: 4 }, out: { from: -6, to: 4 } },
      { kind: 'clip', from: 4, to: 20, content: { start: rational(54, 25) } },
    ])
  })

  it('refuses what is not inside', () => {
    expect(() => sliceEdit(edit, { from: 50, to: 200 })).toThrow(
      'frames 50-199 are not inside the edit, which has frames 0-104',
    )
    expect(() => sliceEdit(edit, { from: 5, to: 5 })).toThrow()
  })

  it('keeps the rest when media are bound', () => {
    const bound = bindMedia(
      edit,
      new Map([
        ['a.mp4', 'id-a'],
        ['b.mp4', 'id-b'],
      ]),
    )
    expect(mediaClipsOf(bound.video).map(({ content }) => content.media)).toEqual(['id-a', 'id-b'])
    expect(() => bindMedia(edit, new Map())).toThrow(/a\.mp4/)
  })
})
