import { rational } from '@sheaf/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { programOf, unheardSound } from '../media/sound-program.js'
import type { EditItem } from '../model/edit.js'
import { hasFfmpeg } from '../testing/ffmpeg.js'
import { clipOf } from '../testing/media-fixtures.js'
import { SoundLab, soundEdit } from '../testing/sound-lab.js'
import type { SoundLayout } from './sound-layout.js'

describe.runIf(hasFfmpeg())('channels', { timeout: 180_000 }, () => {
  const lab = new SoundLab()
  const surround = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5]
  /** Streams of constant sound, each of one channel. */
  const monos = (name: string, values: readonly number[], options: readonly string[] = []): void => {
    const sources = [...values.map((value) => `aevalsrc=${value}:s=48000:d=2:c=mono`), 'color=s=64x48:r=25:d=2']
    const inputs = sources.flatMap((source) => ['-f', 'lavfi', '-i', source])
    const maps = values.flatMap((_, at) => ['-map', `${at}:a`])
    const pictures = name.endsWith('.mxf') ? ['-map', `${values.length}:v`, '-c:v', 'mpeg2video'] : []
    lab.make(name, [...inputs, ...pictures, ...maps, '-c:a', 'pcm_s24le', ...options])
  }
  beforeAll(() => {
    lab.constant('mono.wav', [0.5])
    lab.constant('stereo.wav', [0.5, -0.25])
    const expressions = surround.join('|')
    lab.make('surround.mov', [
      '-f',
      'lavfi',
      '-i',
      `aevalsrc='${expressions}':s=48000:d=2:c=5.1(side)`,
      '-c:a',
      'pcm_s24le',
    ])
    monos('two.mov', [0.5, -0.25])
    monos('six.mxf', surround)
    monos('four.mov', [0.1, 0.2, 0.3, 0.4])
    monos('languages.mov', [0.5, 0.25], ['-metadata:s:a:0', 'language=eng', '-metadata:s:a:1', 'language=fra'])
    monos('two.mkv', [0.5, 0.25])
  })
  afterAll(() => lab.end())

  /** The values that the channels have in the middle of each of some clips. */
  const heard = (items: readonly (string | EditItem)[], layout?: SoundLayout): number[][] => {
    const row = items.map((item, at): EditItem => {
      const one = typeof item === 'string' ? clipOf(item, 0, 2, rational(1, 25)) : item
      return { ...one, from: 2 * at, to: 2 * at + 2 }
    })
    const sound = lab.render(soundEdit([row]), { layout })
    const channels = sound.length / (row.length * 2 * 1920)
    return row.map((_, index) => {
      const at = (2 * index + 1) * 1920 * channels
      return [...sound.slice(at, at + channels)].map((value) => Math.round(value * 1e5) / 1e5)
    })
  }

  it('are two unless something else is asked for; those of several mono streams are one sound in MOV and MXF', () => {
    const named = { ...clipOf('four.mov', 0, 2), content: { ...clipOf('four.mov', 0, 2).content, sound: 2 } }
    const files = ['mono.wav', 'stereo.wav', 'two.mov', 'four.mov', 'languages.mov', 'two.mkv', named, 'surround.mov']
    const values = heard(files)
    expect(values.slice(0, 7)).toEqual([
      [0.5, 0.5],
      [0.5, -0.25],
      [0.5, -0.25],
      [0.1, 0.2],
      // Sounds in two languages, and streams in other containers, are no channels of one.
      [0.5, 0.5],
      [0.5, 0.5],
      [0.3, 0.3],
    ])
    const [left = 0, right = 0] = values[7] ?? []
    expect(left).toBeCloseTo(0.05 + 0.2 * Math.SQRT1_2 + 0.4 * Math.SQRT1_2, 4)
    expect(right).toBeCloseTo(0.1 + 0.2 * Math.SQRT1_2 + 0.5 * Math.SQRT1_2, 4)
  })

  it('are one when asked: the mean of both sides', () => {
    expect(heard(['mono.wav', 'stereo.wav'], 'mono')).toEqual([[0.5], [0.125]])
  })

  it('are six when asked: those of the source, or front left and right alone', () => {
    const turned = { ...clipOf('surround.mov', 0, 2, rational(1, 25)), level: { gain: 0.5, pan: -1 } }
    const [own, six, stereo, mono, panned = []] = heard(
      ['surround.mov', 'six.mxf', 'stereo.wav', 'mono.wav', turned],
      '5.1',
    )
    expect([own, six]).toEqual([surround, surround])
    expect(stereo).toEqual([0.5, -0.25, 0, 0, 0, 0])
    expect(mono).toEqual([0.5, 0.5, 0, 0, 0, 0])
    expect([panned[1], panned[2], panned[3], panned[5]]).toEqual([0, 0.1, 0.15, 0])
    expect(panned[0]).toBeCloseTo(0.025 * Math.SQRT2, 4)
    expect(panned[4]).toBeCloseTo(0.2 * Math.SQRT2, 4)
  })

  it('that are not heard are named', () => {
    expect(programOf(lab.media.get('languages.mov')!).length).toBe(1)
    const words = ['four.mov', 'languages.mov', 'six.mxf', 'two.mov'].map((name) => unheardSound(lab.media.get(name)!))
    expect(words).toEqual([
      '4 mono streams; the first 2 are heard, as left and right',
      '2 mono streams; the first is heard',
      undefined,
      undefined,
    ])
  })

  it('of several streams stay together behind a seek', () => {
    const ramp = (at: number): string[] => ['-f', 'lavfi', '-i', `aevalsrc=(mod(t\\,1)-0.5)*${at}:s=48000:d=4:c=mono`]
    lab.make('ramps.mov', [...ramp(1), ...ramp(-1), '-map', '0:a', '-map', '1:a', '-c:a', 'pcm_s16le'])
    const sound = lab.render(soundEdit([[clipOf('ramps.mov', 0, 20, rational(61, 25))]]))
    let worst = 0
    for (let n = 0; n < sound.length; n += 2) worst = Math.max(worst, Math.abs((sound[n] ?? 9) + (sound[n + 1] ?? 9)))
    expect(worst).toBeLessThan(1e-4)
    expect(sound[0]).toBeCloseTo(0.44 - 0.5, 4)
  })
})
