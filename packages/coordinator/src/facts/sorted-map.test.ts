import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { deepFreeze } from '../testing/make.js'
import { indexesOf, runsContain, runsOf, subtractRuns, unionRuns } from './runs.js'
import { mapEach, mapGet, mapRemove, mapSet, mapSize, mapValues, type SortedMap } from './sorted-map.js'

// Simulated time and counted runs: how long it takes on a loaded machine says nothing.
vi.setConfig({ testTimeout: 120_000 })

const edits = fc.array(fc.tuple(fc.constantFrom('set', 'remove'), fc.integer({ min: -20, max: 20 }), fc.nat()), {
  maxLength: 80,
})

describe('SortedMap', () => {
  it('does what a Map does, in key order, without touching older versions', () => {
    fc.assert(
      fc.property(edits, (list) => {
        let map: SortedMap<number, number> = undefined
        const model = new Map<number, number>()
        for (const [what, key, value] of list) {
          map = deepFreeze(what === 'set' ? mapSet(map, key, value) : mapRemove(map, key))
          if (what === 'set') model.set(key, value)
          else model.delete(key)
        }
        const sorted = [...model].sort(([x], [y]) => x - y)
        const seen: [number, number][] = []
        mapEach(map, (value, key) => seen.push([key, value]))
        expect(seen).toEqual(sorted)
        expect(mapValues(map)).toEqual(sorted.map(([, value]) => value))
        expect(mapSize(map)).toBe(model.size)
        for (let key = -21; key <= 21; key++) expect(mapGet(map, key)).toBe(model.get(key))
      }),
    )
  })

  it('has one shape whatever the order of insertion', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { maxLength: 30 }), (keys) => {
        const build = (list: readonly string[]): SortedMap<string, number> =>
          list.reduce<SortedMap<string, number>>((map, key) => mapSet(map, key, 1), undefined)
        expect(build(keys)).toEqual(build([...keys].reverse()))
      }),
    )
  })

  it('stays shallow for neighbouring keys', () => {
    let map: SortedMap<number, number> = undefined
    for (let key = 0; key < 10_000; key++) map = mapSet(map, key, key)
    const depth = (node: SortedMap<number, number>): number =>
      node ? 1 + Math.max(depth(node.left), depth(node.right)) : 0
    expect(depth(map)).toBeLessThan(45)
  })
})

describe('runs', () => {
  const list = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 30 })
  const sorted = (set: Set<number>): number[] => [...set].sort((x, y) => x - y)
  it('do what sets do and stay canonical', () => {
    fc.assert(
      fc.property(list, list, (one, two) => {
        const [x, y] = [new Set(one), new Set(two)]
        const [rx, ry] = [deepFreeze(runsOf(one)), deepFreeze(runsOf(two))]
        expect(indexesOf(rx)).toEqual(sorted(x))
        expect(unionRuns(rx, ry)).toEqual(runsOf([...x, ...y]))
        expect(subtractRuns(rx, ry)).toEqual(runsOf([...x].filter((at) => !y.has(at))))
        for (let at = -1; at <= 31; at++) expect(runsContain(rx, at)).toBe(x.has(at))
      }),
    )
  })
})
