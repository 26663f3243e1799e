import fc from 'fast-check'
import { expect, it } from 'vitest'
import { growMask } from './grow-mask.js'
import { atOnce } from './steps.js'
import type { Mask } from './outline-mask.js'

/** On each pixel the most that a disc around any other one covers of it. */
function coverOf(mask: Mask, radius: number, x: number, y: number): number {
  return mask.cover.reduce((most, cover, i) => {
    const distance = Math.hypot(x - mask.left - (i % mask.width), y - mask.top - Math.floor(i / mask.width))
    return Math.max(most, distance === 0 ? cover : cover * Math.min(1, Math.max(0, radius + 0.5 - distance)))
  }, 0)
}

const cover = fc.oneof(fc.constant(0), fc.constant(1), fc.constant(0.5), fc.double({ min: 0, max: 1, noNaN: true }))
const masks = fc.integer({ min: 1, max: 9 }).chain((width) =>
  fc.array(cover, { minLength: width, maxLength: width * 9 }).map((covers): Mask => {
    const height = Math.floor(covers.length / width)
    return { left: 5, top: -3, width, height, cover: Float32Array.from(covers.slice(0, width * height)) }
  }),
)

it('grows a mask by what discs around all its pixels cover', () => {
  fc.assert(
    fc.property(masks, fc.double({ min: 0.1, max: 7, noNaN: true }), (mask, radius) => {
      const grown = atOnce(growMask(mask, radius))
      for (let y = 0; y < grown.height; y++)
        for (let x = 0; x < grown.width; x++) {
          const expected = coverOf(mask, radius, x + grown.left, y + grown.top)
          expect(Math.abs((grown.cover[y * grown.width + x] ?? 0) - expected)).toBeLessThan(0.002)
        }
    }),
    { numRuns: 150 },
  )
})
