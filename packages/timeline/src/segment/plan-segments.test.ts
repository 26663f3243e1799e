import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planSegments } from './plan-segments.js'

const job = fc
  .tuple(fc.integer({ min: 1, max: 6000 }), fc.array(fc.integer({ min: 1, max: 5999 }), { maxLength: 60 }))
  .map(([frames, cuts]) => ({
    frames,
    cuts: [...new Set(cuts)].filter((cut) => cut < frames).sort((a, b) => a - b),
  }))
const asked = fc.option(fc.integer({ min: 1, max: 250 }), { nil: undefined })

describe('planSegments', () => {
  it('cuts every frame into exactly one segment of 1 to 250 frames, always the same way', () => {
    fc.assert(
      fc.property(job, asked, (request, segmentFrames) => {
        const spans = planSegments({ ...request, segmentFrames })
        let at = 0
        // One expectation for all: a short segment length makes thousands of segments.
        const broken = spans.filter(([from, to]) => {
          const wrong = from !== at || to <= from || to - from > 250
          at = to
          return wrong
        })
        expect(broken).toEqual([])
        expect(at).toBe(request.frames)
        expect(planSegments({ ...request, segmentFrames })).toEqual(spans)
        const least = Math.min(24, segmentFrames ?? 24)
        expect(spans.slice(0, -1).filter(([from, to]) => to - from < least)).toEqual([])
      }),
    )
  })

  it('leaves a boundary off the cuts only where none is within reach', () => {
    fc.assert(
      fc.property(job, (request) => {
        const length = Math.min(250, Math.max(48, Math.round(request.frames / 64)))
        for (const [from, to] of planSegments(request).slice(0, -1)) {
          const most = Math.min(from + length + Math.floor(length / 4), from + 250)
          const near = request.cuts.some((cut) => cut >= from + length - Math.floor(length / 4) && cut <= most)
          expect(request.cuts.includes(to)).toBe(near || request.cuts.includes(from + length))
        }
      }),
    )
  })

  it.each([
    [{ frames: 1500, cuts: [] }, 31, [0, 48]],
    [{ frames: 9000, cuts: [] }, 64, [0, 141]],
    [{ frames: 100_000, cuts: [] }, 400, [0, 250]],
    [{ frames: 1500, cuts: [55] }, 31, [0, 55]],
    [{ frames: 1500, cuts: [40, 50] }, 31, [0, 50]],
    [{ frames: 10, cuts: [] }, 1, [0, 10]],
    [{ frames: 100, cuts: [], segmentFrames: 30 }, 3, [0, 30]],
  ])('%j gives %d segments that begin with %j', (request, count, first) => {
    const spans = planSegments(request)
    expect(spans.length).toBe(count)
    expect(spans[0]).toEqual(first)
  })

  it('refuses what is no job', () => {
    expect(() => planSegments({ frames: 0, cuts: [] })).toThrow(RangeError)
    expect(() => planSegments({ frames: 10, cuts: [], segmentFrames: 0 })).toThrow(RangeError)
  })
})
