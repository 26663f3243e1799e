import type { PeerId } from '@sheaf/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseRoute, NOTABLE_SPEEDUP, settledRoute, type RouteAgent, type RouteQuestion } from './choose-route.js'

const agent = (peer: string, base: string, lossless: string | undefined, score = 100, slots = 1): RouteAgent => ({
  ...{ peer: peer as PeerId, slots, score },
  fingerprints: { ffmpeg: base, ...(lossless !== undefined && { 'ffmpeg/lossless': lossless }) },
})
const heavy = { direct: 20, lossless: 20, once: 5 }
const plain = { direct: 5, lossless: 4, once: 6 }
const ask = (others: readonly RouteAgent[], cost = heavy, self = agent('a', 'A', 'L')): RouteQuestion => ({
  ...{ self, others, cost, baseKey: 'ffmpeg' },
  prints: {
    direct: { key: 'ffmpeg', fingerprint: 'A' },
    intermediate: { key: 'ffmpeg/lossless', fingerprint: 'L' },
  },
})
const short = (question: RouteQuestion) => {
  const { kind, reason, share, leftOut } = chooseRoute(question)
  return [kind, reason, share.join(''), leftOut.map(({ peer, reason: why }) => `${peer} ${why}`).join()]
}

describe('the route of a film', () => {
  it.each([
    ['alone', [], heavy, ['direct', 'nobody-more', 'a', '']],
    ['all agree', [agent('b', 'A', 'L')], heavy, ['direct', 'nobody-more', 'ab', '']],
    ['one encodes otherwise', [agent('b', 'B', 'L')], heavy, ['intermediate', 'notably-faster', 'ab', '']],
    ['the same, cheap to compose', [agent('b', 'B', 'L')], plain, ['direct', 'encode-outweighs', 'a', 'b differs']],
    ['one composes otherwise', [agent('b', 'B', 'M')], heavy, ['direct', 'nobody-more', 'a', 'b differs']],
    [
      'one of either kind',
      [agent('c', 'C', 'M'), agent('b', 'B', 'L')],
      heavy,
      ['intermediate', 'notably-faster', 'ab', 'c differs'],
    ],
    ['one has told its base alone', [agent('b', 'A', undefined)], heavy, ['direct', 'nobody-more', 'ab', '']],
    [
      'one that is too slow to matter',
      [agent('b', 'B', 'L', 10)],
      heavy,
      ['direct', 'encode-outweighs', 'a', 'b differs'],
    ],
  ] as const)('%s', (_, others, cost, expected) => {
    expect(short(ask(others, cost))).toEqual(expected)
  })

  it('knows that one encoder does not use all of a large home', () => {
    const others = [agent('b', 'B', 'L')]
    expect(chooseRoute(ask(others, heavy, agent('a', 'A', 'L', 100, 8))).reason).toBe('encode-outweighs')
  })

  it('says of whom nothing is known, and of a class that was not told what the base says', () => {
    const silent = { ...agent('c', '', undefined), fingerprints: {} }
    expect(chooseRoute(ask([silent])).leftOut).toEqual([{ peer: 'c', reason: 'not-told' }])
    const h265 = { ...ask([agent('b', 'A', 'L'), agent('c', 'C', 'L')]) }
    const prints = { ...h265.prints, direct: { key: 'ffmpeg/libx265', fingerprint: 'X' } }
    expect(settledRoute({ ...h265, prints }, 'direct', 'asked').share).toEqual(['a', 'b'])
  })

  it('leaves nobody out who agrees, is the faster one by its own rule, and the same in any order', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[b-z]{1,3}$/), { maxLength: 8 })
    const one = fc.record({
      ...{ base: fc.constantFrom('A', 'B'), lossless: fc.constantFrom('L', 'M', undefined) },
      ...{ score: fc.integer({ min: 1, max: 900 }), slots: fc.integer({ min: 1, max: 16 }) },
    })
    const positive = fc.integer({ min: 1, max: 60 })
    const cost = fc.record({ direct: positive, lossless: positive, once: positive })
    fc.assert(
      fc.property(names, fc.array(one, { minLength: 8, maxLength: 8 }), cost, one, (peers, kinds, work, own) => {
        const others = peers.map((peer, i) => {
          const { base, lossless, score, slots } = kinds[i]!
          // Who shares the base shares the intermediate, which it contains.
          return agent(peer, base, base === 'A' ? 'L' : lossless, score, slots)
        })
        const question = ask(others, work, agent('a', 'A', 'L', own.score, own.slots))
        const route = chooseRoute(question)
        expect(chooseRoute({ ...question, others: [...others].reverse() })).toEqual(route)
        expect(new Set([...route.share, ...route.leftOut.map(({ peer }) => peer)])).toEqual(new Set(['a', ...peers]))
        const direct = others.filter(({ fingerprints }) => fingerprints['ffmpeg'] === 'A')
        const lossless = others.filter(({ fingerprints }) => fingerprints['ffmpeg/lossless'] === 'L')
        const shares = route.kind === 'direct' ? direct : lossless
        expect(new Set(route.share)).toEqual(new Set(['a', ...shares.map(({ peer }) => peer)]))
        const speed = (crew: readonly RouteAgent[]) => crew.reduce((sum, { score = 0 }) => sum + score, own.score)
        const once = work.once / (own.score * Math.min(1, 4 / 3 / own.slots))
        const speedup = work.direct / speed(direct) / (work.lossless / speed(lossless) + once)
        expect(route.speedup).toBeCloseTo(speedup, 9)
        expect(route.kind === 'intermediate').toBe(lossless.length > direct.length && speedup >= NOTABLE_SPEEDUP)
        // Another one that agrees in the intermediate alone never speaks against it.
        if (route.kind === 'intermediate') {
          expect(chooseRoute({ ...question, others: [...others, agent('zzzz', 'B', 'L')] }).kind).toBe('intermediate')
        }
      }),
    )
  })
})
