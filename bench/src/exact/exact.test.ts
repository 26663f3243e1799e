import { readEdit } from '@sheaf/timeline'
import { expect, it } from 'vitest'
import { expectedClicks, peaks, worstOffset } from './clicks.js'
import { GOLDEN_RATES, goldenSet } from './golden-set.js'
import { countOffGrid } from './grid.js'
import { differing } from './whole-render.js'

it('every edit of the golden set can be read at every rate', () => {
  for (const { name, extension, text } of goldenSet) {
    for (const rate of GOLDEN_RATES) {
      const { edit } = readEdit(text(rate), { editPath: `${name}.${extension}` })
      expect(edit.frames, name).toBeGreaterThan(50)
      expect(edit.rate.num / edit.rate.den, name).toBeCloseTo(rate, 2)
    }
  }
  expect(new Set(goldenSet.map(({ name }) => name)).size).toBe(goldenSet.length)
})

it('frames that differ, are missing or too many are counted', () => {
  expect(differing(['a', 'b', 'c'], ['a', 'x', 'c'])).toBe(1)
  expect(differing(['a', 'b'], ['a', 'b', 'c'])).toBe(1)
  expect(differing([], [])).toBe(0)
})

it('a frame off the grid is counted, and what is missing or too many', () => {
  const at = { num: 1, den: 24_000, rate: { num: 24_000, den: 1001 }, frames: 3 }
  expect(countOffGrid([0, 1001, 2002], at)).toBe(0)
  expect(countOffGrid([0, 2002, 1001], at)).toBe(0)
  expect(countOffGrid([0, 1000, 2002], at)).toBe(1)
  expect(countOffGrid([0, 1001], at)).toBe(1)
  expect(countOffGrid([0, 1001, 2002, 3003], at)).toBe(1)
})

it('clicks are expected where the edit has them, and heard where they are', () => {
  expect(expectedClicks([{ from: 100, to: 50_100, start: 12_000 }])).toEqual([12_100, 36_100])
  expect(expectedClicks([{ from: 0, to: 24_001, start: 0 }])).toEqual([0, 24_000])
  const samples = new Float32Array(5000)
  samples.set([0.3, 0.9, 0.3], 1000)
  samples.set([-0.8], 4000)
  expect(peaks(samples)).toEqual([1001, 4000])
  expect(worstOffset([1000, 4000], [1001, 4000])).toBe(1)
  expect(worstOffset([1000], [])).toBe(Number.POSITIVE_INFINITY)
})
