import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { curveAt } from './curve.js'
import { CURVE_EASES, type Curve } from './edit.js'
import { multiplyCurves } from './multiply-curves.js'

const keyed = fc
  .uniqueArray(
    fc.tuple(fc.integer({ min: -20, max: 60 }), fc.integer({ min: 0, max: 100 }), fc.constantFrom(...CURVE_EASES)),
    {
      minLength: 1,
      maxLength: 5,
      selector: ([frame]) => frame,
    },
  )
  .map((keys): Curve =>
    keys.toSorted(([a], [b]) => a - b).map(([frame, value, ease]) => ({ frame, value: value / 100, ease })),
  )
const curve = fc.oneof(fc.constantFrom(0, 0.5, 1, 2), keyed)

describe('the product of two curves', () => {
  it('is that of their values on every frame', () => {
    fc.assert(
      fc.property(curve, curve, (a, b) => {
        const product = multiplyCurves(a, b)
        for (let frame = -25; frame <= 65; frame++) {
          expect(curveAt(product, frame)).toBeCloseTo(curveAt(a, frame) * curveAt(b, frame), 9)
        }
      }),
    )
  })

  it('has not more keys than can be held, whatever the file says', () => {
    const far: Curve = [
      { frame: 0, value: 0, ease: 'linear' },
      { frame: 1e12, value: 1, ease: 'linear' },
    ]
    const product = multiplyCurves(far, far)
    expect(product).toHaveLength(1002)
    expect(curveAt(product, 5e11)).toBeCloseTo(0.25, 5)
  })

  it('keeps the keys where only one of them moves', () => {
    const fade: Curve = [
      { frame: 0, value: 0, ease: 'linear' },
      { frame: 10, value: 1, ease: 'linear' },
    ]
    const late: Curve = [
      { frame: 40, value: 1, ease: 'smooth' },
      { frame: 50, value: 0, ease: 'linear' },
    ]
    expect(multiplyCurves(fade, 0.5)).toMatchObject([{ value: 0 }, { value: 0.5 }])
    expect(multiplyCurves(fade, late)).toHaveLength(4)
  })
})
