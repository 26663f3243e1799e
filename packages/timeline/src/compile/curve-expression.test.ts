import fc from 'fast-check'
import { expect, it } from 'vitest'
import { curveAt } from '../model/curve.js'
import { type Curve, CURVE_EASES } from '../model/edit.js'
import { ffmpeg, hasFfmpeg } from '../testing/ffmpeg.js'
import { curveExpression } from './curve-expression.js'
import { filterNumber } from './filter-number.js'

const anyCurve: fc.Arbitrary<Curve> = fc
  .uniqueArray(fc.double({ min: -60, max: 60, noNaN: true }), { minLength: 1, maxLength: 40 })
  .chain((frames) =>
    fc.tuple(
      ...frames
        .sort((a, b) => a - b)
        .map((frame) =>
          fc.record({
            frame: fc.constant(Math.round(frame * 4096) / 4096),
            value: fc.double({ min: -9, max: 9, noNaN: true }),
            ease: fc.constantFrom(...CURVE_EASES),
          }),
        ),
    ),
  )
  .filter((keys) => keys.every((key, i) => i === 0 || key.frame > (keys[i - 1]?.frame ?? 0)))

// One process evaluates all curves, each in a column of its own, over a frame for each frame.
it.runIf(hasFfmpeg())('has the values of its curve, in every span', { timeout: 60_000 }, () => {
  const curves = fc.sample(anyCurve, { numRuns: 40, seed: 5 })
  for (const span of [
    { from: -30, to: 30 },
    { from: 7, to: 8 },
  ]) {
    const columns = curves.map((curve, i) => `eq(X,${i})*(${curveExpression(curve, span)})`)
    const value = `floor(30000+1000*(${columns.join('+')})+0.5)`
    const source = `color=c=black:s=40x1:r=1,trim=end_frame=${span.to - span.from},format=gray16le`
    const raw = ffmpeg([
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      `${source},geq=lum='st(0,N+(${span.from}));${value}'`,
      '-f',
      'rawvideo',
      '-',
    ])
    for (let frame = span.from; frame < span.to; frame++) {
      curves.forEach((curve, i) => {
        const shown = raw.readUInt16LE(2 * ((frame - span.from) * 40 + i))
        expect(Math.abs(shown - 30_000 - 1000 * curveAt(curve, frame))).toBeLessThan(0.51)
      })
    }
  }
})

it('is written in the same words in every span, and no deeper than filters can read', () => {
  const keys = Array.from({ length: 1000 }, (_, frame) => ({ frame, value: frame % 3, ease: 'linear' as const }))
  const whole = curveExpression(keys, { from: 0, to: 1000 })
  expect(whole).toContain(curveExpression(keys, { from: 500, to: 501 }))
  let [depth, deepest] = [0, 0]
  for (const sign of whole) {
    if (sign === '(') deepest = Math.max(deepest, ++depth)
    if (sign === ')') depth -= 1
  }
  expect(deepest).toBeLessThan(20)
  expect(curveExpression(keys, { from: 2000, to: 2100 })).toBe('0')
})

it.each([
  [0.1 + 0.2, '0.3'],
  [-0, '0'],
  [-1e-12, '0'],
  [1e-7, '0.0000001'],
  [123456789.5, '123456789.5'],
  [-2, '-2'],
])('writes %d as %s', (value, text) => {
  expect(filterNumber(value)).toBe(text)
})

it('refuses what is no number', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1e300])
    expect(() => filterNumber(value)).toThrow(RangeError)
})
