import fc from 'fast-check'
import { expect, it } from 'vitest'
import { curveAt, mapLook, shiftCurve } from './curve.js'
import { type Curve, CURVE_EASES } from './edit.js'

const anyCurve: fc.Arbitrary<Curve> = fc
  .uniqueArray(fc.integer({ min: -500, max: 500 }), { minLength: 1, maxLength: 6 })
  .chain((frames) =>
    fc.tuple(
      ...frames
        .sort((a, b) => a - b)
        .map((frame) =>
          fc.record({
            frame: fc.constant(frame),
            value: fc.integer({ min: -9, max: 9 }),
            ease: fc.constantFrom(...CURVE_EASES),
          }),
        ),
    ),
  )

it('is at each key what the key says, and stays so outside', () => {
  fc.assert(
    fc.property(anyCurve, (curve) => {
      if (typeof curve === 'number') return
      for (const key of curve) expect(curveAt(curve, key.frame)).toBe(key.value)
      expect(curveAt(curve, -1000)).toBe(curve[0]?.value)
      expect(curveAt(curve, 1000)).toBe(curve.at(-1)?.value)
    }),
  )
})

it('goes straight, jumps, or starts and ends slowly', () => {
  const from = (ease: (typeof CURVE_EASES)[number]): Curve => [
    { frame: 0, value: 0, ease },
    { frame: 10, value: 100, ease },
  ]
  expect([2, 5, 9].map((frame) => curveAt(from('linear'), frame))).toEqual([20, 50, 90])
  expect([2, 5, 9].map((frame) => curveAt(from('hold'), frame))).toEqual([0, 0, 0])
  expect(curveAt(from('smooth'), 5)).toBe(50)
  expect(curveAt(from('smooth'), 1)).toBeCloseTo(2.8)
})

it('is the same, later, when it is shifted, in every part of a look', () => {
  fc.assert(
    fc.property(
      anyCurve,
      fc.integer({ min: -300, max: 300 }),
      fc.integer({ min: -600, max: 600 }),
      (curve, by, frame) => {
        const still = { x: 0, y: 0, scaleX: 1, scaleY: 1, rotation: 0, anchorX: 0.5, anchorY: 0.5 }
        const look = mapLook(
          { opacity: curve, place: { ...still, x: curve }, effects: [{ id: 'blur', parameters: { radius: curve } }] },
          (one) => shiftCurve(one, by),
        )
        const shifted = [look.opacity, look.place?.x, look.effects?.[0]?.parameters['radius']]
        for (const one of shifted) expect(curveAt(one ?? 0, frame + by)).toBeCloseTo(curveAt(curve, frame), 9)
      },
    ),
  )
})
