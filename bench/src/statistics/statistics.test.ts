import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { median, percentile } from './median.js'
import { between, hexDigits, seededRandom } from './random.js'

describe('median', () => {
  it('is the middle one, or the mean of the two in the middle', () => {
    expect(median([3])).toBe(3)
    expect(median([9, 1, 2])).toBe(2)
    expect(median([4, 1, 3, 2])).toBe(2.5)
  })

  it('has as many values above as below, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const middle = median(values)
        const below = values.filter((value) => value < middle).length
        const above = values.filter((value) => value > middle).length
        expect(Math.max(below, above)).toBeLessThanOrEqual(values.length / 2)
        expect(median([...values].reverse())).toBe(middle)
      }),
    )
  })

  it('does not make one up', () => {
    expect(() => median([])).toThrow(RangeError)
    expect(() => percentile([], 0.5)).toThrow(RangeError)
  })
})

describe('percentile', () => {
  it('is a value that was measured', () => {
    const values = [5, 1, 4, 2, 3]
    expect([0, 0.2, 0.21, 0.95, 1].map((part) => percentile(values, part))).toEqual([1, 1, 2, 5, 5])
  })
})

describe('seededRandom', () => {
  it('gives the same numbers for the same seed, and others for another', () => {
    const three = (seed: number): number[] => Array.from({ length: 3 }, seededRandom(seed))
    expect(three(7)).toEqual(three(7))
    expect(three(7)).not.toEqual(three(8))
  })

  it('keeps within its bounds and reaches both', () => {
    const random = seededRandom(1)
    const seen = new Set(Array.from({ length: 200 }, () => between(random, 2, 5)))
    expect([...seen].sort()).toEqual([2, 3, 4, 5])
    expect(hexDigits(random, 64)).toMatch(/^[0-9a-f]{64}$/)
  })
})
