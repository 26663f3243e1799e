import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { borderWindows } from '@sheaf/timeline'
import { BorderQueue } from './border-queue.js'

const lengths = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 30 })
function segmentsOf(frames: readonly number[]): [number, number][] {
  let at = 0
  return frames.map((count) => [at, (at += count)])
}

describe('windows around borders', () => {
  it('show of each segment what overlaps them', () => {
    fc.assert(
      fc.property(lengths, (frames) => {
        const segments = segmentsOf(frames)
        const queue = new BorderQueue(segments, () => 'ada')
        for (const index of segments.keys()) queue.joined(index)
        const windows = Array.from({ length: queue.size }, () => queue.take() ?? expect.fail('not ready'))
        expect(windows).toEqual(borderWindows(segments))
        expect(queue.take()).toBeUndefined()
        for (const window of windows) {
          const shown = queue.partsOf(window).flatMap(({ index, span }) => {
            const first = segments[index]?.[0] ?? 0
            return Array.from({ length: span.to - span.from }, (_, at) => first + span.from + at)
          })
          expect(shown).toEqual(Array.from({ length: window.to - window.from }, (_, at) => window.from + at))
        }
      }),
    )
  })

  it('are ready when their last segment is there, those of two machines first', () => {
    const makers = ['ada', 'ada', 'bob']
    const queue = new BorderQueue(segmentsOf([20, 20, 20]), (index) => makers[index])
    queue.joined(0)
    queue.joined(0)
    queue.joined(2)
    expect(queue.take()).toEqual({ from: 0, to: 4 })
    queue.joined(1)
    expect(queue.take()).toEqual({ from: 36, to: 44 })
    expect(queue.size).toBe(2)
  })

  it('ask for the maker of each segment a few times however many windows there are', () => {
    const count = 3000
    let asked = 0
    const queue = new BorderQueue(segmentsOf(Array<number>(count).fill(50)), () => `maker ${(asked += 1)}`)
    for (let index = 0; index < count; index++) {
      queue.joined(index)
      queue.take()
    }
    expect(asked).toBeLessThan(3 * count)
  })
})
