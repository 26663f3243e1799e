import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { formatRational } from '@sheaf/protocol'
import { describe, expect, it } from 'vitest'
import { readEdit } from '../model/read-edit.js'
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
const refusals = (name: string): string => {
  try {
    readEdit(read(name), { editPath: `${name}.otio` })
  } catch (error) {
    return (error as Error).message
  }
  return 'accepted'
}

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
    expect(edit.video.items.map((item) => [item.from, item.to])).toEqual([
      [0, 3],
      [3, 9],
      [9, 13],
      [13, 19],
    ])
    expect(targets.every((target) => !target.relative)).toBe(true)
  })

  it('are refused by name where they hold more', () => {
    expect(refusals('transition')).toMatch(/item 3 "Transition" at 00:00:00:09: a transition \(SMPTE_Dissolve\)/)
    expect(refusals('clip_example')).toMatch(/missing reference[^]*a transition/)
    expect(refusals('multitrack')).toMatch(/track V2 "Sequence 2": a second video track/)
    expect(refusals('generator_reference_test')).toMatch(/a generator \(SMPTEBars\)/)
    const nested = refusals('nested_example')
    expect(nested).toMatch(/"Nested Stack 1" at 00:00:09:22: a nested stack/)
    expect(nested).toMatch(/the time effect LinearTimeWarp at 0\.85/)
    expect(nested).toMatch(/the time effect FreezeFrame at 0/)
  })
})
