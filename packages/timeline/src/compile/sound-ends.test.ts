import { type Rational, rational } from '@sheaf/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EditItem } from '../model/edit.js'
import { hasFfmpeg } from '../testing/ffmpeg.js'
import { clipOf } from '../testing/media-fixtures.js'
import { channel, SoundLab, soundEdit } from '../testing/sound-lab.js'

/** What is longer in a file, its pictures or its sound, and which begins first: whatever is not there is silent. */
describe.runIf(hasFfmpeg())('sound that is longer or shorter than its pictures', { timeout: 180_000 }, () => {
  const lab = new SoundLab()
  const video = (seconds: number): string[] => ['-f', 'lavfi', '-i', `color=s=64x48:r=25:d=${seconds}`]
  const audio = (seconds: number): string[] => ['-f', 'lavfi', '-i', `aevalsrc=0.5:s=48000:d=${seconds}:c=mono`]
  const codecs = ['-map', '0:v', '-map', '1:a', '-c:v', 'mpeg4', '-c:a', 'pcm_s16le']
  beforeAll(() => {
    lab.make('short.mov', [...video(4), ...audio(1), ...codecs])
    lab.make('long.mkv', [...video(1), ...audio(4), ...codecs])
    lab.make('late.mkv', [
      ...video(4),
      '-itsoffset',
      '1',
      ...audio(3),
      '-map',
      '0:v',
      '-map',
      '1:a',
      ...codecs.slice(4),
    ])
  })
  afterAll(() => lab.end())

  /** The frame of the medium with which a clip begins, how fast it runs, and how loud it is 2 and 18 frames later. */
  const cases: readonly (readonly [string, number, Rational, readonly [number, number]])[] = [
    ['short.mov', 15, rational(1), [0.5, 0]],
    ['short.mov', 30, rational(1), [0, 0]],
    ['short.mov', 75, rational(1), [0, 0]],
    ['short.mov', 35, rational(-1), [0, 0.5]],
    ['short.mov', 95, rational(-1), [0, 0]],
    ['short.mov', 40, rational(2), [0, 0]],
    ['long.mkv', 60, rational(1), [0.5, 0.5]],
    ['late.mkv', 15, rational(1), [0, 0.5]],
    ['late.mkv', 2, rational(1), [0, 0]],
  ]

  it('is silent where it is not there, whatever is asked of it', () => {
    const items = cases.map(([name, start, speed], at): EditItem =>
      clipOf(name, 20 * at, 20 * at + 20, rational(start, 25), speed),
    )
    const sound = channel(lab.render(soundEdit([items])), 0, 2)
    expect(sound.length).toBe(items.length * 20 * 1920)
    const found = cases.map(([name, start, speed], at) => {
      const values = [2, 18].map((frame) => Math.round((sound[(20 * at + frame) * 1920] ?? 9) * 100) / 100)
      return [name, start, speed, values]
    })
    expect(found).toEqual(cases)
  })
})
