import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limitSettings } from './cpu-limit.js'
import { idealMs, IdleWatch, requireSegments, speedsTogether } from './efficiency.js'

describe('limitSettings', () => {
  it('gives a part of one core in the words of both versions of control groups', () => {
    expect(limitSettings(2, 35)).toEqual([{ file: 'cpu.max', value: '7000 20000' }])
    expect(limitSettings(1, 70)).toEqual([
      { file: 'cpu.cfs_period_us', value: '20000' },
      { file: 'cpu.cfs_quota_us', value: '14000' },
    ])
  })

  it('refuses what the kernel would', () => {
    for (const percent of [0, -5, 4, Number.NaN]) expect(() => limitSettings(1, percent)).toThrow(RangeError)
  })
})

describe('speedsTogether', () => {
  const steady = (fromMs: number, toMs: number, perS: number) => {
    const frames = ((toMs - fromMs) * perS) / 1000
    return [
      { atMs: 0, frames: 0 },
      { atMs: fromMs, frames: 0.001 },
      { atMs: toMs, frames },
    ]
  }

  it('counts only while all of them render', () => {
    const alone = { atMs: 9_000, frames: 1_000 }
    const fast = [{ atMs: 1_000, frames: 10 }, { atMs: 3_000, frames: 30 }, { atMs: 7_000, frames: 70 }, alone]
    const slow = [
      { atMs: 2_000, frames: 1 },
      { atMs: 3_000, frames: 6 },
      { atMs: 7_000, frames: 26 },
    ]
    const [first, second] = speedsTogether([fast, slow])
    expect(first).toBeCloseTo(10)
    expect(second).toBeCloseTo(5)
  })

  it('finds steady speeds wherever the window lies', () => {
    const render = fc.record({ fromMs: fc.integer({ min: 0, max: 5_000 }), perS: fc.integer({ min: 1, max: 200 }) })
    fc.assert(
      fc.property(
        fc.array(render, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 7_000, max: 9_000 }),
        (all, to) => {
          const speeds = speedsTogether(all.map(({ fromMs, perS }, at) => steady(fromMs, to + at * 100, perS)))
          speeds.forEach((speed, at) => expect(speed).toBeCloseTo(all[at]?.perS ?? 0, 1))
        },
      ),
    )
  })

  it('refuses renders of which one had ended before another began', () => {
    expect(() => speedsTogether([steady(0, 2_000, 5), steady(2_500, 9_000, 5)])).toThrow(RangeError)
    expect(() => speedsTogether([steady(0, 9_000, 5), []])).toThrow(RangeError)
  })
})

describe('idealMs', () => {
  it('is the work over the sum of the speeds', () => {
    expect(idealMs(140, [7, 3.5, 3.5])).toBe(10_000)
  })
})

describe('IdleWatch', () => {
  it('adds up the time between views in which an agent had nothing', () => {
    const watch = new IdleWatch()
    const view = (a: number, b: number) =>
      ({
        peers: [
          { peer: 'a', running: a },
          { peer: 'b', running: b },
        ],
      }) as unknown as Parameters<IdleWatch['see']>[0]
    watch.see(view(1, 0), 100)
    watch.see(view(1, 1), 130)
    watch.see(view(0, 1), 200)
    watch.see(view(0, 0), 205)
    expect([watch.idleMs('a'), watch.idleMs('b')]).toEqual([5, 30])
  })
})

describe('requireSegments', () => {
  it('says how many there are and should be', () => {
    expect(() => requireSegments(59, 60)).toThrow('59 segments; this bench needs 60')
    expect(() => requireSegments(60, 60)).not.toThrow()
  })
})
