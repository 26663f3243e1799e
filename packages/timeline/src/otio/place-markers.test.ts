import { describe, expect, it } from 'vitest'
import type { EditMarker } from '../model/edit.js'
import { keepMarkers } from '../model/keep-markers.js'
import { readEdit } from '../model/read-edit.js'
import { Notes } from '../model/refusal.js'
import { sliceEdit } from '../model/slice-edit.js'
import { clip, range, time, timeline, track } from '../testing/otio-builder.js'

const mark = (name: string, at: number, more: object = {}): object => ({
  ...{ OTIO_SCHEMA: 'Marker.2', name, marked_range: range(at, 1), ...more },
})
const warp = (time_scalar: number): object => ({ OTIO_SCHEMA: 'LinearTimeWarp.1', time_scalar })
const nest = (children: readonly object[], more: object): object => ({
  ...{ OTIO_SCHEMA: 'Stack.1', name: 'nest', children, ...more },
})
const markersOf = (tracks: readonly object[], more: object = {}): readonly EditMarker[] =>
  readEdit(timeline(tracks, more), { editPath: 't.otio' }).edit.markers ?? []
/** `frame name` of each. */
const told = (tracks: readonly object[], more: object = {}): string[] =>
  markersOf(tracks, more).map(({ frame, name }) => `${frame} ${name}`)

describe('markers of items', () => {
  it('lie where the clip shows their picture; trimmed ones are dropped', () => {
    const markers = [mark('before', 99), mark('first', 100), mark('in', 107), mark('last', 119), mark('after', 120)]
    expect(told([track([clip('a', 0, 10), clip('b', 100, 20, { markers })])])).toEqual(['10 first', '17 in', '29 last'])
  })

  it('count from where the medium begins when the clip says no range, and stand on gaps too', () => {
    const media_references = {
      DEFAULT_MEDIA: { OTIO_SCHEMA: 'ExternalReference.1', target_url: 'a.mov', available_range: range(90000, 20) },
    }
    const whole = clip('a', 0, 20, { media_references, source_range: null, markers: [mark('in', 90005)] })
    const gap = { OTIO_SCHEMA: 'Gap.1', source_range: range(5, 10), markers: [mark('gap', 8), mark('cut', 3)] }
    expect(told([track([whole, gap])])).toEqual(['5 in', '23 gap'])
  })

  it('go along with a speed: faster, slower, backwards, standing still', () => {
    const at = (speed: number, ...markers: readonly object[]): string[] =>
      told([track([clip('a', 100, 10, { effects: [warp(speed)], markers })])])
    expect(at(2, mark('a', 100), mark('b', 110), mark('end', 119), mark('out', 120))).toEqual(['0 a', '5 b', '9 end'])
    expect(at(0.5, mark('a', 102), mark('out', 105))).toEqual(['4 a'])
    expect(at(-1, mark('last', 100), mark('first', 109), mark('out', 110))).toEqual(['0 first', '9 last'])
    expect(at(-2, mark('last', 100), mark('first', 119))).toEqual(['0 first', '9 last'])
    expect(at(0, mark('a', 103), mark('out', 110))).toEqual(['3 a'])
  })

  it('go along with the stacks and tracks around them: place, trim, speed', () => {
    const markers = [mark('a', 2), mark('b', 6), mark('c', 15)]
    const inner = track([clip('a', 0, 20, { markers })], 'Video', { markers: [mark('track', 7)] })
    const stack = nest([inner], { source_range: range(4, 8), effects: [warp(2)], markers: [mark('stack', 10)] })
    expect(told([track([clip('x', 0, 10), stack])])).toEqual(['11 b', '12 track', '13 stack', '16 c'])
    const trimmed = track([clip('a', 0, 20, { markers })], 'Video', {
      ...{ source_range: range(5, 10), markers: [mark('track', 5), mark('out', 4)] },
    })
    expect(told([trimmed])).toEqual(['0 track', '1 b'])
    const still = nest([inner], { source_range: range(6, 5), effects: [warp(0)] })
    expect(told([track([clip('x', 0, 10), still])])).toEqual(['10 b'])
  })

  it('stand once at a frame under one name, and not at all on what is switched off', () => {
    const picture = clip('a', 0, 10, { markers: [mark('a', 3), mark('a', 3), mark('b', 3)] })
    const sound = clip('a', 0, 10, { markers: [mark('a', 3)] })
    const off = clip('a', 0, 10, { markers: [mark('off', 4)], enabled: false })
    const darkTrack = track([clip('a', 0, 10)], 'Video', { markers: [mark('dark', 5)], enabled: false })
    expect(told([track([picture, off]), track([sound], 'Audio'), darkTrack])).toEqual(['3 a', '3 b'])
  })

  it('keep any name, whole characters of 200 units, and the comment of what has none', () => {
    const injected = 'movie=/etc/passwd;[out]\n%{pts}:\'"\\'
    const names = [injected, `${'x'.repeat(199)}😀`, 'a\u0000b\ud800']
    const markers = [...names.map((name, i) => mark(name, i)), mark('', 5, { comment: 'said' })]
    const found = markersOf([track([clip('a', 0, 10, { markers })])])
    expect(found.map(({ name }) => name)).toEqual([injected, 'x'.repeat(199), 'a b\ufffd', 'said'])
  })

  it('warns when there are more than are kept', () => {
    const notes = new Notes({ dropUnknown: false })
    const found = Array.from({ length: 10_002 }, (_, i) => ({ frame: 10_001 - i, name: '' }))
    expect(keepMarkers(found, { frames: 20_000, notes }).at(-1)?.frame).toBe(9_999)
    expect(notes.warnings).toEqual(['the edit holds 10002 markers; the first 10000 are kept'])
  })

  it('take no harm from times that are none', () => {
    const broken = ['NaN', null, 1e300].map((at) => ({ ...mark('x', 0), marked_range: { start_time: time(at) } }))
    expect(told([track([clip('a', 0, 10, { markers: broken })])])).toEqual([])
    const edit = readEdit(timeline([track([clip('a', 0, 10, { markers: [mark('a', 6)] })])]), { editPath: '' }).edit
    expect(sliceEdit(edit, { from: 4, to: 8 }).markers).toEqual([{ frame: 2, name: 'a' }])
  })
})
