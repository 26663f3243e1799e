import { rational } from '@sheaf/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Curve, EditItem, EditTrack } from '../model/edit.js'
import { hasFfmpeg } from '../testing/ffmpeg.js'
import { clipOf } from '../testing/media-fixtures.js'
import { SoundLab, soundEdit } from '../testing/sound-lab.js'
import { countSoundInputs, partSound } from './sound-parts.js'

/** Items of a track one after another, on frames from 0 on; stacks hold tracks again. */
const anyItems = (depth: number): fc.Arbitrary<EditItem[]> =>
  fc
    .array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 9 })), { minLength: 1, maxLength: 9 })
    .chain((kinds) => {
      let at = 0
      const items = kinds.map(([length, kind]): fc.Arbitrary<EditItem> => {
        const [from, to] = [at, (at += length)]
        if (kind === 0) return fc.constant({ kind: 'gap', from, to })
        if (kind === 1) {
          const sides = { out: clipOf('a', from, to), in: clipOf('b', from, to) }
          return fc.constant({
            kind: 'transition',
            from,
            to,
            whole: { from, to },
            style: 'dissolve',
            ...sides,
            where: 'x',
          })
        }
        if (kind > 2 || depth === 0) return fc.constant(clipOf('a', from, to))
        const inner = fc.array(anyItems(depth - 1), { minLength: 1, maxLength: 3 })
        return inner.map((tracks) => ({
          ...clipOf('s', from, to),
          content: { kind: 'stack', tracks: tracks.map((row, index) => ({ name: `n${index}`, items: row })) },
        }))
      })
      return fc.tuple(...items)
    })
const anyTracks = fc
  .array(anyItems(2), { minLength: 1, maxLength: 4 })
  .map((rows) =>
    rows.map((items, index): EditTrack => ({ name: `A${index + 1}`, items, level: { gain: 0.5, pan: 0 } })),
  )

const inputs = (tracks: readonly EditTrack[]): number =>
  tracks.flatMap(({ items }) => items.map(countSoundInputs)).reduce((count, one) => count + one, 0)
const mediaOf = (item: EditItem): string[] => {
  if (item.kind === 'gap') return []
  if (item.kind === 'transition') return [...mediaOf(item.out), ...mediaOf(item.in)]
  const { content } = item
  if (content.kind === 'stack') return content.tracks.flatMap(({ items }) => items.flatMap(mediaOf))
  return content.kind === 'media' ? [content.media] : []
}
const allMedia = (tracks: readonly EditTrack[]): string[] => tracks.flatMap(({ items }) => items.flatMap(mediaOf))

describe('parts of sound', () => {
  it('never open more files at once than may be, use what was made before, and leave nothing out', () => {
    fc.assert(
      fc.property(anyTracks, fc.integer({ min: 4, max: 12 }), fc.boolean(), (tracks, most, each) => {
        const { tracks: left, parts, stems } = partSound(tracks, { span: { from: 0, to: 99 }, most, each })
        expect(inputs(left)).toBeLessThanOrEqual(most)
        const made = new Set<string>()
        for (const { id, track, span } of parts) {
          expect(inputs([track])).toBeLessThanOrEqual(most)
          for (const used of allMedia([track])) expect(!used.startsWith('part-') || made.has(used)).toBe(true)
          expect(made.has(id)).toBe(false)
          made.add(id)
          expect(span.to).toBeGreaterThan(span.from)
        }
        const read = [...allMedia(left), ...parts.flatMap(({ track }) => allMedia([track]))]
        expect(read.filter((name) => !name.startsWith('part-')).sort()).toEqual(allMedia(tracks).sort())
        // Each part is used once.
        expect(read.filter((name) => name.startsWith('part-')).sort()).toEqual([...made].sort())
        expect(stems.length).toBe(each ? tracks.length : 0)
        if (!each && inputs(tracks) <= most) expect(parts).toEqual([])
      }),
    )
  })

  it('of two thousand clips on a track are ten and the mix', () => {
    const items = Array.from({ length: 2000 }, (_, at) => clipOf('a', 10 * at, 10 * at + 10))
    const { tracks, parts } = partSound([{ name: 'A1', items }], {
      span: { from: 0, to: 20_000 },
      most: 200,
      each: false,
    })
    expect(parts.map(({ track }) => track.items.length)).toEqual(Array.from({ length: 10 }, () => 200))
    expect(inputs(tracks)).toBe(10)
  })
})

describe.runIf(hasFfmpeg())('the sound of parts', { timeout: 180_000 }, () => {
  const lab = new SoundLab()
  beforeAll(() => {
    lab.make('noise.wav', ['-f', 'lavfi', '-i', 'anoisesrc=r=44100:d=4:seed=3', '-ac', '2', '-c:a', 'pcm_s16le'])
    lab.make('tone.m4a', ['-f', 'lavfi', '-i', 'sine=f=440:r=48000:d=4', '-c:a', 'aac'])
  })
  afterAll(() => lab.end())

  const ramp: Curve = [
    { frame: 3, value: 0.2, ease: 'smooth' },
    { frame: 40, value: 1, ease: 'linear' },
  ]
  const level = { gain: ramp, pan: 0.3 }
  const cross: EditItem = {
    kind: 'transition',
    from: 10,
    to: 20,
    whole: { from: 8, to: 20 },
    style: 'dissolve',
    out: clipOf('noise.wav', 8, 20, rational(1)),
    in: { ...clipOf('tone.m4a', 8, 20, rational(1, 2)), level },
    where: 'x',
  }
  const row = (from: number): EditItem[] => [
    { ...clipOf('tone.m4a', from, from + 10, rational(1, 3)), level },
    { ...cross },
    clipOf('noise.wav', 20, 31, rational(1, 7), rational(3, 2)),
    { kind: 'gap', from: 31, to: 34 },
    clipOf('noise.wav', 34, 42, rational(2), rational(-1)),
    { kind: 'gap', from: 42, to: 48 },
  ]
  const stack: EditItem = {
    ...clipOf('s', 0, 48),
    content: { kind: 'stack', tracks: [{ name: 'n', items: row(0) }] },
    level,
  }
  const tracks = [
    { name: 'A1', items: row(0), level },
    { name: 'A2', items: [stack] },
    { name: 'A3', items: row(0) },
  ]

  it('is that of one call, sample for sample', () => {
    const edit = soundEdit(tracks, rational(30000, 1001))
    const whole = lab.render(edit)
    const { calls, sound } = lab.renderParted(edit, 4)
    expect(calls).toBeGreaterThan(4)
    expect(Buffer.from(sound.buffer).equals(Buffer.from(whole.buffer))).toBe(true)
  })

  it('is that of one call in six channels too, and when each track is a stem', () => {
    const edit = soundEdit(tracks.slice(0, 2))
    const whole = lab.render(edit, { layout: '5.1' })
    const { sound } = lab.renderParted(edit, 200, { layout: '5.1', stems: true })
    expect(Buffer.from(sound.buffer).equals(Buffer.from(whole.buffer))).toBe(true)
  })
})
