import { describe, expect, it } from 'vitest'
import { formatTimecode } from '../model/timecode.js'
import type { Edit } from '../model/edit.js'
import { sliceEdit } from '../model/slice-edit.js'
import { readEdit } from '../model/read-edit.js'

const time = (value: number, rate: number): object => ({ OTIO_SCHEMA: 'RationalTime.1', value, rate })
const range = (start: number, length: number, rate: number): object => ({
  OTIO_SCHEMA: 'TimeRange.1',
  start_time: time(start, rate),
  duration: time(length, rate),
})
const marker = (name: string, at: number, rate: number): object => ({
  OTIO_SCHEMA: 'Marker.2',
  name,
  marked_range: range(at, 0, rate),
})

function read(rate: number, start: object | null, metadata: object = {}): Edit {
  const clip = {
    OTIO_SCHEMA: 'Clip.1',
    name: 'a',
    source_range: range(0, 100, rate),
    media_reference: { OTIO_SCHEMA: 'ExternalReference.1', target_url: 'a.mov' },
    markers: [marker('of a clip', 3, rate)],
  }
  const track = { OTIO_SCHEMA: 'Track.1', kind: 'Video', children: [clip], markers: [marker('of a track', 7, rate)] }
  const tracks = { OTIO_SCHEMA: 'Stack.1', children: [track], markers: [marker("x';[out]\n%{y}", 30, rate)] }
  const timeline = { OTIO_SCHEMA: 'Timeline.1', name: 't', global_start_time: start, tracks, metadata }
  return readEdit(JSON.stringify(timeline), { editPath: 't.otio' }).edit
}

describe('the time code of an edit', () => {
  it('is its global start time in frames', () => {
    expect(read(25, time(90000, 25)).timecode).toEqual({ frame: 90000, drop: false })
    expect(read(23.976, time(86400, 23.976)).timecode).toEqual({ frame: 86400, drop: false })
    expect(read(25, null).timecode).toBeUndefined()
    expect(read(25, time(-1, 25)).timecode).toBeUndefined()
  })

  it('drops frames where the file says so and the rate can', () => {
    const says = { Resolve_OTIO: { drop_frame: true } }
    expect(read(29.97, time(107892, 29.97), says).timecode).toEqual({ frame: 107892, drop: true })
    expect(read(29.97, time(107892, 29.97)).timecode?.drop).toBe(false)
    expect(read(25, time(0, 25), says).timecode?.drop).toBe(false)
  })

  it('goes on inside of a part, as its markers do', () => {
    const edit = read(25, time(90000, 25))
    expect(edit.markers).toEqual([
      { frame: 3, name: 'of a clip' },
      { frame: 7, name: 'of a track' },
      { frame: 30, name: "x';[out]\n%{y}" },
    ])
    const part = sliceEdit(edit, { from: 20, to: 50 })
    expect(part.timecode).toEqual({ frame: 90020, drop: false })
    expect(part.markers?.map(({ frame }) => frame)).toEqual([-17, -13, 10])
  })
  it('is what places are counted from', () => {
    const edit = read(25, time(90000, 25))
    expect(edit.video[0]?.items[0]).toMatchObject({ where: expect.stringMatching(/ at 01:00:00:00$/) as string })
    const drop = (frame: number) => formatTimecode(frame, { num: 30000, den: 1001 }, { frame: 107892, drop: true })
    expect([0, 1799, 1800, 3597, 3598, 17981, 17982].map(drop)).toEqual([
      ...['01:00:00;00', '01:00:59;29', '01:01:00;02', '01:01:59;29', '01:02:00;02', '01:09:59;29', '01:10:00;00'],
    ])
    const sixty = { num: 60000, den: 1001 }
    expect(formatTimecode(3600, sixty, { frame: 0, drop: true })).toBe('00:01:00;04')
    expect(formatTimecode(3600, sixty)).toBe('00:01:00:00')
  })
})
