import { rational } from '@sheaf/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { curveAt } from '../model/curve.js'
import { type Curve, CURVE_EASES, type EditItem, type Level } from '../model/edit.js'
import { sliceEdit } from '../model/slice-edit.js'
import { hasFfmpeg } from '../testing/ffmpeg.js'
import { clipOf } from '../testing/media-fixtures.js'
import { channel, SoundLab, soundEdit } from '../testing/sound-lab.js'
import { levelFilters, panFactor } from './level-chain.js'
import { sampleOfFrame } from './medium-sound.js'

const anyCurve = (least: number, most: number): fc.Arbitrary<Curve> =>
  fc.uniqueArray(fc.integer({ min: -20, max: 520 }), { minLength: 1, maxLength: 9 }).chain((frames) =>
    fc.tuple(
      ...frames
        .sort((a, b) => a - b)
        .map((tenths) =>
          fc.record({
            frame: fc.constant(tenths / 10),
            value: fc.double({ min: least, max: most, noNaN: true }),
            ease: fc.constantFrom(...CURVE_EASES),
          }),
        ),
    ),
  )

it('says nothing when there is nothing to change', () => {
  const place = { span: { from: 3, to: 40 }, rate: rational(25), mix: 'stereo' } as const
  expect(levelFilters({ gain: 1, pan: 0 }, place)).toEqual([])
  const still: Curve = [
    { frame: 0, value: 0.5, ease: 'linear' },
    { frame: 10, value: 0.5, ease: 'hold' },
  ]
  expect(levelFilters({ gain: still, pan: 0 }, place)).toEqual(['volume=volume=0.5:precision=float'])
  const later: Curve = [
    { frame: 50, value: 0.25, ease: 'linear' },
    { frame: 60, value: 4, ease: 'linear' },
  ]
  expect(levelFilters({ gain: later, pan: 0 }, place)).toEqual(['volume=volume=0.25:precision=float'])
})

it('pans with constant power, and leaves the middle as it is', () => {
  fc.assert(
    fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (pan) => {
      expect(panFactor(pan, 'left') ** 2 + panFactor(pan, 'right') ** 2).toBeCloseTo(2, 9)
    }),
  )
  expect([panFactor(0, 'left'), panFactor(0, 'right'), panFactor(-1, 'right'), panFactor(1, 'left')]).toEqual([
    1, 1, 0, 0,
  ])
  expect(panFactor(-1, 'left')).toBeCloseTo(Math.SQRT2, 12)
})

it('writes numbers alone into the filter graph, however small', () => {
  fc.assert(
    fc.property(anyCurve(0, 1e-9), anyCurve(-1, 1), (gain, pan) => {
      const [text = ''] = levelFilters({ gain, pan }, { span: { from: 0, to: 52 }, rate: rational(25), mix: '5.1' })
      expect(
        text.replace(/\b(aeval|exprs|val|if|lt|st|ld|cos|sin|PI|c|same|n|volume|precision|float|pan)\b/g, ''),
      ).toMatch(/^[\d.+\-*/()|,='c:]*$/)
    }),
  )
})

describe.runIf(hasFfmpeg())('a level', { timeout: 180_000 }, () => {
  const lab = new SoundLab()
  const rate = rational(30000, 1001)
  beforeAll(() => {
    lab.constant('one.wav', [0.5], 6)
    lab.constant('two.wav', [0.5, -0.25], 6)
  })
  afterAll(() => lab.end())
  const frameAt = (sample: number): number => (sample * rate.num) / (48_000 * rate.den)
  const clip = (name: string, from: number, to: number, level: Level): EditItem => ({
    ...clipOf(name, from, to),
    level,
  })

  /** The samples that lie farthest from what the levels say, of both sides. */
  function farthest(
    items: readonly EditItem[],
    sound: Float32Array,
    sides: readonly [number, number],
    step = 1,
  ): number {
    const [left, right] = [channel(sound, 0, 2), channel(sound, 1, 2)]
    let worst = 0
    for (const item of items) {
      const level = item.kind === 'clip' ? item.level : undefined
      for (let n = sampleOfFrame(item.from, rate); n < sampleOfFrame(item.to, rate); n += step) {
        const gain = curveAt(level?.gain ?? 1, frameAt(n))
        const pan = curveAt(level?.pan ?? 0, frameAt(n))
        worst = Math.max(worst, Math.abs((left[n] ?? 9) - sides[0] * gain * panFactor(pan, 'left')))
        worst = Math.max(worst, Math.abs((right[n] ?? 9) - sides[1] * gain * panFactor(pan, 'right')))
      }
    }
    return worst
  }

  it('is at every sample what its curves say there, on any clip', () => {
    const curves = fc.sample(fc.tuple(anyCurve(0, 1), anyCurve(-1, 1)), { numRuns: 8, seed: 11 })
    const items = curves.map(([gain, pan], at) => clip('two.wav', at * 6, at * 6 + 6, { gain, pan }))
    const sound = lab.render(soundEdit([items], rate))
    expect(sound.length).toBe(2 * sampleOfFrame(48, rate))
    // One step of 24 bits, where a jump does not fall between two ways of rounding a key.
    expect(farthest(items, sound, [0.5, -0.25])).toBeLessThan(2e-7)
  })

  it('follows the edit when a part of it is rendered, sample for sample', () => {
    const gain: Curve = [
      { frame: 2, value: 0, ease: 'smooth' },
      { frame: 20.5, value: 1, ease: 'hold' },
      { frame: 31, value: 0.3, ease: 'linear' },
      { frame: 47, value: 0.9, ease: 'linear' },
    ]
    const edit = soundEdit([
      { name: 'A1', items: [clip('two.wav', 0, 50, { gain, pan: 0.2 })], level: { gain, pan: 0 } },
    ])
    const whole = lab.render(edit)
    const part = lab.render(sliceEdit(edit, { from: 13, to: 40 }))
    const from = 2 * 13 * 1920
    let worst = 0
    for (let n = 0; n < part.length; n++) worst = Math.max(worst, Math.abs((part[n] ?? 9) - (whole[from + n] ?? 0)))
    expect(worst).toBeLessThan(2e-7)
  })

  it('is that of clips, of stacks and of tracks, one on the other, and under a transition', () => {
    const half: Level = { gain: 0.5, pan: 0 }
    const ramp: Curve = [
      { frame: 0, value: 0, ease: 'linear' },
      { frame: 20, value: 1, ease: 'linear' },
    ]
    const inner = { name: 'A1.1.1', items: [clip('one.wav', 0, 10, half)] }
    const stack: EditItem = {
      ...clipOf('x', 0, 10),
      content: { kind: 'stack', tracks: [inner] },
      level: { gain: ramp, pan: 0 },
    }
    const cross: EditItem = {
      kind: 'transition',
      from: 10,
      to: 20,
      whole: { from: 10, to: 20 },
      style: 'dissolve',
      out: { kind: 'gap', from: 10, to: 20 },
      in: { ...clipOf('one.wav', 10, 20), level: { gain: ramp, pan: 0 } },
      where: 'x',
    }
    const sound = channel(
      lab.render(soundEdit([{ name: 'A1', items: [stack, cross], level: { gain: 0.8, pan: 0 } }])),
      0,
      2,
    )
    expect(sound[5 * 1920]).toBeCloseTo(0.5 * 0.5 * 0.25 * 0.8, 5)
    const middle = 15 * 1920
    expect(sound[middle]).toBeCloseTo(0.5 * 0.75 * 0.8 * Math.SQRT1_2, 3)
  })

  it('lies on the time of the edit when its clip runs at another speed', () => {
    const gain: Curve = [
      { frame: 10, value: 0.2, ease: 'hold' },
      { frame: 20, value: 1, ease: 'hold' },
    ]
    const fast = clipOf('one.wav', 0, 30, rational(1), rational(2))
    const sound = channel(lab.render(soundEdit([[{ ...fast, level: { gain, pan: 0 } }]])), 0, 2)
    expect(sound[20 * 1920 - 1]).toBeCloseTo(0.1, 2)
    expect(sound[20 * 1920]).toBeCloseTo(0.5, 2)
  })

  it('may have thousands of keys', () => {
    const gain = Array.from({ length: 5000 }, (_, at) => ({
      frame: at / 100,
      value: (at % 7) / 7,
      ease: 'linear' as const,
    }))
    const items = [clip('two.wav', 0, 48, { gain, pan: 0 })]
    expect(farthest(items, lab.render(soundEdit([items], rate)), [0.5, -0.25], 53)).toBeLessThan(3e-7)
  })
})
