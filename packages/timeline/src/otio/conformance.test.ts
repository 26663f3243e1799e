import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { formatRational } from '@sheaf/protocol'
import { describe, expect, it } from 'vitest'
import { checkMediaAgainstEdit } from '../media/check-media.js'
import { readEdit } from '../model/read-edit.js'
import { mediaClipsOf } from '../model/walk-edit.js'
import { durationOf } from './durations.js'
import type { OtioTimeline, OtioTrack } from './otio-types.js'
import { parseOtio } from './parse-otio.js'

const folder = fileURLToPath(new URL('../../../../../shared/conformance/otio/', import.meta.url))
const required = Boolean(process.env['CI'] ?? process.env['SHEAF_REQUIRE_TOOLS'])
const present = existsSync(folder)

const read = (name: string): string => readFileSync(`${folder}${name}.otio`, 'utf8')
const timeline = (name: string): OtioTimeline => {
  const { root } = parseOtio(read(name))
  if (root.schema !== 'Timeline') throw new Error(`${name} holds ${root.schema}`)
  return root
}
const tracks = (name: string): OtioTrack[] => timeline(name).tracks.children.filter((c) => c.schema === 'Track')
const seconds = (node: Parameters<typeof durationOf>[0]): string => formatRational(durationOf(node)!)
describe.runIf(present || required)('the conformance files', () => {
  it.each([
    ['simple_cut', '19/24', [4]],
    ['clip_example', '19/24', [4]],
    ['transition', '19/24', [5]],
    ['multitrack', '547/4', [6, 3, 3]],
    ['preflattened', '547/4', [7]],
    ['nested_example', '53/2', [7]],
    ['generator_reference_test', '25/12', [1]],
  ])('%s lasts %s s in video tracks of %j items', (name, duration, items) => {
    expect(seconds(timeline(name))).toBe(duration)
    expect(tracks(name).map((track) => track.children.length)).toEqual(items)
    for (const track of tracks(name)) {
      expect(track.kind).toBe('Video')
      expect(seconds(track)).toBe(duration)
    }
    expect(parseOtio(read(name)).unknown).toEqual([])
  })

  it('make an edit where they hold cuts alone', () => {
    const { edit, targets } = readEdit(read('simple_cut'), { editPath: 'simple_cut.otio' })
    expect(formatRational(edit.rate)).toBe('24')
    expect(edit.frames).toBe(19)
    expect(edit.video[0]!.items.map((item) => [item.from, item.to])).toEqual([
      [0, 3],
      [3, 9],
      [9, 13],
      [13, 19],
    ])
    expect(targets.every((target) => !target.relative)).toBe(true)
  })

  it('lay a transition over both of its neighbours', () => {
    const { edit } = readEdit(read('transition'), { editPath: 'transition.otio' })
    expect(edit.frames).toBe(19)
    expect(edit.video[0]!.items.map((item) => [item.kind, item.from, item.to])).toEqual([
      ['clip', 0, 3],
      ['clip', 3, 7],
      ['transition', 7, 12],
      ['clip', 12, 13],
      ['clip', 13, 19],
    ])
  })

  it('show the same clip at every frame, composited and flattened', () => {
    const shown = (name: string): readonly string[] => {
      const { edit } = readEdit(withMedia(read(name)), { editPath: name })
      return Array.from({ length: edit.frames }, (_, frame) => {
        const clips = edit.video.flatMap(({ items }) => items.filter((item) => item.from <= frame && item.to > frame))
        const top = clips.findLast((item) => item.kind === 'clip')
        return top?.kind === 'clip' ? top.name : ''
      })
    }
    expect(shown('multitrack')).toEqual(shown('preflattened'))
    expect(new Set(shown('multitrack')).size).toBeGreaterThan(3)
  })

  it('make bars where a generator stands', () => {
    const { edit } = readEdit(read('generator_reference_test'), { editPath: 'bars.otio' })
    expect(edit.video[0]!.items).toMatchObject([{ kind: 'clip', from: 0, to: 50, content: { kind: 'bars' } }])
  })

  it('name media that the edit itself says are missing, all at once', () => {
    const missing = (name: string): string => {
      const { edit } = readEdit(read(name), { editPath: name })
      return checkMediaAgainstEdit(edit, new Map())
        .map(({ kind, where, media }) => `${kind} ${where} ${media}`)
        .join('\n')
    }
    expect(missing('clip_example')).toMatch(/missing .*"Clip-001".*<missing: Clip-001>/)
    const nested = missing('nested_example')
    expect(nested).toMatch(/"Normal Clip 1" at 00:00:00:00/)
    expect(nested).toMatch(/"Clip Inside A Stack 2"/)
    expect(nested.split('\n')).toHaveLength(7)
  })

  it('keep nested stacks at their speed, trimmed to what is shown', () => {
    const found = readEdit(withMedia(read('nested_example')), { editPath: 'nested_example.otio' })
    expect(found.edit.frames).toBe(636)
    const media = mediaClipsOf(found.edit.video).map(({ name, from, to, content }) => {
      return [name, from, to, formatRational(content.start), formatRational(content.speed)]
    })
    expect(media).toEqual([
      ['Normal Clip 1', 0, 238, '45/8', '1'],
      ['Clip Inside A Stack 1', 238, 269, '373/24', '1'],
      ['Normal Clip 2', 269, 302, '101/24', '1'],
      ['Clip Inside A Stack 2', 302, 330, '143/8', '47/55'],
      ['Normal Clip 3', 331, 394, '179/24', '1'],
      ['Clip Inside A Track', 394, 398, '157/8', '0'],
      ['Normal Clip 4', 398, 636, '45/8', '1'],
    ])
  })
})

/** The same file as if its media were there. */
function withMedia(text: string): string {
  let number = 0
  return text.replace(/"OTIO_SCHEMA"\s*:\s*"MissingReference.1"/g, () => {
    number += 1
    return `"OTIO_SCHEMA": "ExternalReference.1", "target_url": "m${number}.mov"`
  })
}
