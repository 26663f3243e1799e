import { describe, expect, it } from 'vitest'
import { aFarm, aJob, aPeer } from '@sheaf/client/testing'
import { farmEvents } from './farm-events.js'

const texts = (...args: Parameters<typeof farmEvents>): string[] => farmEvents(...args).map((event) => event.text)
const jobId = aJob().jobId
const [a, b, c] = [aPeer('peerA', { self: true }), aPeer('peerB'), aPeer('peerC')]
const held = aJob({
  runs: [
    { from: 0, to: 4, status: 'landed', holder: 'peerB' },
    { from: 4, to: 6, status: 'rendering', holder: 'peerB' },
    { from: 6, to: 7, status: 'leased', holder: 'peerB' },
    { from: 7, to: 30, status: 'rendering', holder: 'peerC' },
  ],
})

describe('farmEvents', () => {
  it('nothing happens between two equal views', () => {
    expect(texts(aFarm(), aFarm(), jobId)).toEqual([])
  })

  it('a lost agent with what it held and had not landed', () => {
    const before = aFarm({ peers: [a, b, c], jobs: [held] })
    const gone = { ...before, peers: [a, c], jobs: [aJob()] }
    const unreachable = { ...before, peers: [a, { ...b, status: 'unreachable' as const }, c] }
    const cut = { ...before, peers: [a, { ...b, connected: false }, c] }
    for (const after of [gone, unreachable, cut])
      expect(texts(before, after, jobId)).toEqual(['✗ lost B: 3 segments moved'])
    expect(texts(before, gone)).toEqual(['✗ lost B'])
    expect(texts(unreachable, gone, jobId)).toEqual([])
  })

  it('a film that is in place, once', () => {
    const rendered = aJob({ status: 'rendered' })
    const placed = { ...rendered, borders: { checked: 0, all: 31 } }
    const [before, after] = [aFarm({ jobs: [rendered] }), aFarm({ jobs: [placed] })]
    expect(texts(before, after, jobId)).toEqual([
      '✓ film.mp4 is in place; the borders of its segments are being checked',
    ])
    expect(texts(after, aFarm({ jobs: [{ ...placed, borders: { checked: 9, all: 31 } }] }), jobId)).toEqual([])
  })

  it('an agent that joins or comes back, with its score', () => {
    const before = aFarm({ peers: [a, { ...b, connected: false }] })
    expect(texts(before, aFarm({ peers: [a, b, { ...c, score: 49.4 }] }))).toEqual([
      '+ B joined (score 50)',
      '+ C joined (score 49)',
    ])
  })

  it('the agent that answers neither joins nor is lost', () => {
    expect(texts(aFarm({ peers: [] }), aFarm({ peers: [a] }))).toEqual([])
  })

  it('another coordinator, another home, a failed segment, a pause', () => {
    const before = aFarm()
    expect(texts(before, { ...before, coordinator: { peer: 'peerB', counter: 2 } })).toEqual(['→ B coordinates now'])
    const change = (over: Parameters<typeof aJob>[0]) => texts(before, aFarm({ jobs: [aJob(over)] }), jobId)
    expect(change({ home: 'peerC', epoch: 2 })).toEqual(['→ C collects the segments now'])
    expect(change({ failed: [4] })).toEqual(['✗ segment 4 failed'])
    expect(change({ status: 'paused' })).toEqual(['‖ paused'])
    expect(texts(aFarm({ jobs: [aJob({ status: 'paused' })] }), before, jobId)).toEqual(['▸ resumed'])
  })
})
