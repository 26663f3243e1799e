import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { countRuns, indexesOf, runsOf } from '../facts/runs.js'
import { peerOf } from '../testing/make.js'
import { apportion, cutShards, takeFront } from './shards.js'

// Simulated time and counted runs: how long it takes on a loaded machine says nothing.
vi.setConfig({ testTimeout: 120_000 })

const weights = fc.array(fc.double({ min: 0.01, max: 1000, noNaN: true }), { minLength: 1, maxLength: 12 })
const line = fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 100 }).map(runsOf)

describe('apportion', () => {
  it('gives everything away, each within one of its exact share', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), weights, (total, list) => {
        const counts = apportion(total, list)
        const sum = list.reduce((all, weight) => all + weight, 0)
        expect(counts.reduce((all, count) => all + count, 0)).toBe(total)
        counts.forEach((count, at) => expect(Math.abs(count - (total * (list[at] ?? 0)) / sum)).toBeLessThan(1))
      }),
    )
  })

  it.each([
    [10, [1, 1, 1], [4, 3, 3]],
    [4, [100, 52, 49], [2, 1, 1]],
    [3, [0, 0], [0, 0]],
    [1, [1, 3], [0, 1]],
  ])('cuts %i by %j to %j', (total, list, counts) => {
    expect(apportion(total, list)).toEqual(counts)
  })
})

describe('cutShards', () => {
  it('covers the line once, in order, proportionally', () => {
    fc.assert(
      fc.property(line, weights, (runs, speeds) => {
        const agents = speeds.map((speed, at) => ({ peer: peerOf(`${at}`), speed }))
        const shards = cutShards(runs, agents)
        expect(shards.flatMap((shard) => indexesOf(shard.runs))).toEqual(indexesOf(runs))
        expect(shards.map((shard) => countRuns(shard.runs))).toEqual(apportion(countRuns(runs), speeds))
      }),
    )
  })

  it('takes the front off a line', () => {
    fc.assert(
      fc.property(line, fc.integer({ min: 0, max: 120 }), (runs, count) => {
        const [front, rest] = takeFront(runs, count)
        const all = indexesOf(runs)
        expect(indexesOf(front)).toEqual(all.slice(0, count))
        expect(indexesOf(rest)).toEqual(all.slice(count))
      }),
    )
  })
})
