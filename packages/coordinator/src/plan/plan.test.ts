import type { AgentStatus, LeaseId } from '@sheaf/protocol'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { defaultConfig } from '../core/config.js'
import { runsContain, runsOf } from '../facts/runs.js'
import { emptyBook } from '../leasing/book.js'
import { deepFreeze, jobOf, peerOf } from '../testing/make.js'
import type { Plan, RefuseReason } from './plan-value.js'
import { plan } from './plan.js'
import type { PlanAgent, PlanJob, PlanSnapshot } from './snapshot.js'

// Simulated time and counted runs: how long it takes on a loaded machine says nothing.
vi.setConfig({ testTimeout: 120_000 })

const term = { counter: 1, peer: peerOf('a') }

function agent(name: string, init: Partial<PlanAgent> = {}): PlanAgent {
  const peer = peerOf(name)
  return {
    peer,
    status: 'awake',
    slots: 1,
    fingerprints: { ffmpeg: 'print' },
    scores: { ffmpeg: 100 },
    book: emptyBook(peer),
    ...init,
  }
}

function job(init: Partial<PlanJob> & { segments?: number; speeds?: Record<string, number> } = {}): PlanJob {
  const { segments = 10, speeds = { a: 100, b: 100, c: 100 }, ...rest } = init
  return {
    jobId: jobOf('1'),
    generation: 1,
    state: 'open',
    priority: 50,
    engine: 'ffmpeg',
    fingerprint: 'print',
    segmentFrames: Array.from({ length: segments }, () => 50),
    landed: [],
    landedBy: [],
    settling: [],
    orphans: [],
    strikes: [],
    paces: Object.entries(speeds).map(([name, speed]) => ({ peer: peerOf(name), speed, measured: false })),
    backingOff: [],
    striking: false,
    failing: false,
    ...rest,
  }
}

/** A book with one lease of job 1, its first `running` segments begun. */
function holding(
  name: string,
  indexes: readonly number[],
  running = 0,
  extra: { progress?: number; sinceMs?: number; held?: readonly number[]; generation?: number } = {},
): PlanAgent['book'] {
  const { generation = 1, progress = 0, sinceMs = 0, held = [] } = extra
  const key = { jobId: jobOf('1'), generation }
  return {
    ...emptyBook(peerOf(name)),
    leases: indexes.length === 0 ? [] : [{ ...key, leaseId: `l-${name}` as LeaseId, term, indexes }],
    running: indexes.slice(0, running).map((index) => ({ ...key, index, progress, sinceMs })),
    held: held.map((index) => ({ ...key, index })),
  }
}

const run = (agents: readonly PlanAgent[], jobs: readonly PlanJob[], atMs = 0): Plan =>
  plan(deepFreeze<PlanSnapshot>({ atMs, config: defaultConfig, agents, jobs }))
const short = (list: readonly { peer: string; indexes: readonly number[]; reason: string }[]): string[] =>
  list.map(({ peer, indexes, reason }) => `${peer.slice(5)} ${indexes.join(',')} ${reason}`)

describe('leases', () => {
  it('shares by speed, from the front of each shard', () => {
    const { lease, refuse } = run(
      [agent('a'), agent('b'), agent('c')],
      [job({ segments: 64, speeds: { a: 100, b: 50, c: 50 } })],
    )
    expect(short(lease)).toEqual([
      'a 0,1,2,3,4,5,6,7 front-of-shard',
      'b 32,33,34,35 front-of-shard',
      'c 48,49,50,51 front-of-shard',
    ])
    expect(refuse).toEqual([])
  })

  it('fills all slots at the end, from the tail of the longest shard', () => {
    const { lease } = run(
      [agent('a', { slots: 4 }), agent('b', { slots: 4 })],
      [job({ segments: 5, speeds: { a: 1, b: 0.0001 } })],
    )
    expect(short(lease)).toEqual(['a 0,1,2,3 front-of-shard', 'b 4 tail-of-shard'])
    const struck = job({
      segments: 3,
      speeds: { a: 1, b: 1 },
      strikes: [
        { index: 0, peer: peerOf('a') },
        { index: 1, peer: peerOf('a') },
      ],
    })
    expect(short(run([agent('a'), agent('b', { slots: 4 })], [struck]).lease)).toEqual([
      'b 2 front-of-shard',
      'b 0,1 tail-of-shard',
    ])
  })

  it('supplies slots and a chunk more, not more than that', () => {
    const busy = agent('a', { slots: 2, book: holding('a', [0, 1, 2, 3], 2) })
    expect(run([busy], [job()]).lease).toEqual([])
    const soon = agent('a', { slots: 2, book: holding('a', [0, 1, 2], 2) })
    expect(short(run([soon], [job()]).lease)).toEqual(['a 3,4 front-of-shard'])
  })

  it('moves what a lost agent had at once, whatever is queued', () => {
    const agents = [agent('a', { book: holding('a', [0, 1, 2], 1) }), agent('b', { book: holding('b', [4, 5, 6], 1) })]
    const { lease } = run(agents, [job({ orphans: runsOf([7, 8]) })])
    expect(short(lease)).toEqual(['a 7 agent-lost', 'b 8 agent-lost'])
  })

  it('sizes a chunk to the target time once the speed is known', () => {
    const known = job({ segments: 1000, paces: [{ peer: peerOf('a'), speed: 0.1, measured: true }] })
    expect(run([agent('a')], [known]).lease[0]?.indexes).toHaveLength(20)
  })

  it('serves the more urgent job although the queue of the other is full', () => {
    const urgent = job({ jobId: jobOf('2'), priority: 90, segments: 1 })
    const { lease } = run([agent('a', { book: holding('a', [0, 1, 2], 1) })], [urgent, job()])
    expect(lease.map(({ jobId }) => jobId)).toEqual([jobOf('2')])
  })

  it('leaves a held or settling segment alone', () => {
    const { lease } = run(
      [agent('a', { book: holding('a', [], 0, { held: [0] }) }), agent('b')],
      [job({ segments: 3, settling: runsOf([2]) })],
    )
    expect(short(lease)).toEqual(['a 1 front-of-shard'])
  })
})

describe('steals', () => {
  it('takes the last queued segment of the agent that would finish last', () => {
    const { steal, lease } = run(
      [agent('a'), agent('b', { book: holding('b', [0, 1, 2, 3], 1) })],
      [job({ segments: 4 })],
    )
    expect(lease).toEqual([])
    expect(steal).toEqual([
      {
        peer: peerOf('a'),
        from: peerOf('b'),
        jobId: jobOf('1'),
        generation: 1,
        indexes: [3],
        reason: 'would-finish-last',
      },
    ])
  })

  it('not what would only finish later', () => {
    const slow = job({ segments: 2, speeds: { a: 10, b: 100 } })
    expect(run([agent('a'), agent('b', { book: holding('b', [0, 1], 1) })], [slow]).steal).toEqual([])
  })

  it('not what a free slot is about to begin', () => {
    const fresh = agent('b', { slots: 4, book: holding('b', [0, 1, 2, 3]) })
    expect(run([agent('a'), fresh], [job({ segments: 4 })]).steal).toEqual([])
  })
})

describe('duplicates', () => {
  const last = job({ segments: 1, speeds: { a: 100, b: 20, c: 100 } })
  const slow = agent('b', { book: holding('b', [0], 1, { progress: 0.1 }) })
  it('renders the slowest remaining segment twice, never three times', () => {
    const { duplicate } = run([agent('a'), slow, agent('c')], [last])
    expect(duplicate).toEqual([
      {
        peer: peerOf('a'),
        from: peerOf('b'),
        jobId: jobOf('1'),
        generation: 1,
        indexes: [0],
        reason: 'slowest-remaining',
      },
    ])
  })

  it('not one that is nearly done', () => {
    const nearly = agent('b', { book: holding('b', [0], 1, { progress: 0.9 }) })
    expect(run([agent('a'), nearly], [last]).duplicate).toEqual([])
  })

  it('but one that seems stuck', () => {
    const measured = job({
      segments: 1,
      paces: [
        { peer: peerOf('a'), speed: 0.05, measured: true },
        { peer: peerOf('b'), speed: 0.05, measured: true },
      ],
    })
    const stuck = agent('b', { book: holding('b', [0], 1, { progress: 0.99 }) })
    expect(run([agent('a'), stuck], [measured], 2500).duplicate).toEqual([])
    expect(short(run([agent('a'), stuck], [measured], 3500).duplicate)).toEqual(['a 0 slowest-remaining'])
  })
})

describe('revokes', () => {
  const two = [agent('a', { book: holding('a', [0, 1, 2], 1) })]
  it.each([
    ['canceled', 'a 0,1,2 job-canceled', true],
    ['failed', 'a 0,1,2 job-failed', true],
    ['completed', 'a 0,1,2 job-completed', true],
    ['paused', 'a 1,2 job-paused', false],
  ] as const)('what a %s job has', (state, text, stopRunning) => {
    const { revoke, lease } = run(two, [job({ state })])
    expect(short(revoke)).toEqual([text])
    expect(revoke[0]?.stopRunning).toBe(stopRunning)
    expect(lease).toEqual([])
  })

  it('the loser of a race, not the winner whose heartbeat lags behind', () => {
    const both = [agent('a', { book: holding('a', [0], 1) }), agent('b', { book: holding('b', [0], 1) })]
    const { revoke } = run(both, [
      job({ segments: 2, landed: runsOf([0]), landedBy: [{ index: 0, peer: peerOf('b') }] }),
    ])
    expect(revoke).toEqual([
      {
        peer: peerOf('a'),
        jobId: jobOf('1'),
        generation: 1,
        indexes: [0],
        reason: 'landed-elsewhere',
        stopRunning: true,
      },
    ])
  })

  it('the queue of a paused agent, and gives it to others', () => {
    const asleep = agent('a', { status: 'asleep', book: holding('a', [0, 1], 1) })
    const result = run([asleep, agent('b')], [job({ segments: 2 })])
    expect(short(result.revoke)).toEqual(['a 1 agent-paused'])
    expect(short(result.lease)).toEqual(['b 1 front-of-shard'])
    expect(result.refuse).toEqual([{ peer: peerOf('a'), jobId: jobOf('1'), reason: 'agent-paused' }])
  })

  it('what two coordinators leased twice from whoever is less far', () => {
    const both = [agent('a', { book: holding('a', [5, 0], 1) }), agent('b', { book: holding('b', [0], 1) })]
    expect(short(run(both, [job()]).revoke)).toEqual(['a 0 held-twice'])
  })

  it('an older generation', () => {
    const old = agent('a', { book: holding('a', [0], 1, { generation: 1 }) })
    const { revoke, lease } = run([old], [job({ segments: 1, generation: 2 })])
    expect(short(revoke)).toEqual(['a 0 older-generation'])
    expect(lease[0]?.generation).toBe(2)
  })
})

describe('failed segments', () => {
  const strike = (index: number, ...names: string[]): PlanJob['strikes'] =>
    names.map((name) => ({ index, peer: peerOf(name) }))
  it('are not given to an agent that failed them', () => {
    const { lease, refuse } = run(
      [agent('a'), agent('b')],
      [job({ segments: 1, strikes: strike(0, 'a'), backingOff: [peerOf('b')] })],
    )
    expect(lease).toEqual([])
    expect(refuse.map(({ peer, reason }) => [peer, reason])).toEqual([
      [peerOf('b'), 'backing-off'],
      [peerOf('a'), 'struck'],
    ])
  })

  it('fail the job after three agents, when nothing else can go on', () => {
    const agents = ['a', 'b', 'c', 'd'].map((name) => agent(name))
    const speeds = { a: 1, b: 1, c: 1, d: 1 }
    const strikes = strike(1, 'a', 'b', 'c')
    expect(run(agents, [job({ segments: 2, speeds, strikes })]).fail).toEqual([])
    expect(run(agents, [job({ segments: 2, speeds, strikes, landed: runsOf([0]) })]).fail).toEqual([
      { jobId: jobOf('1'), generation: 1, indexes: [1], reason: 'nothing-else-can-go-on' },
    ])
    expect(run(agents, [job({ segments: 2, speeds, strikes, landed: runsOf([0]), failing: true })]).fail).toEqual([])
  })

  it('fail the job after every capable agent', () => {
    const other = agent('b', { fingerprints: { ffmpeg: 'other' } })
    expect(run([agent('a'), other], [job({ segments: 1, strikes: strike(0, 'a') })]).fail).toHaveLength(1)
    const resting = agent('b', { status: 'asleep' })
    expect(run([agent('a'), resting], [job({ segments: 1, strikes: strike(0, 'a') })]).fail).toEqual([])
  })
})

describe('refusals', () => {
  it.each<[RefuseReason, Partial<PlanAgent>, Partial<PlanJob>]>([
    ['job-paused', {}, { state: 'paused' }],
    ['agent-paused', { status: 'draining' }, {}],
    ['agent-error', { status: 'error' }, {}],
    ['no-slots', { slots: 0 }, {}],
    ['no-engine', { fingerprints: {} }, {}],
    ['agent-starting', { status: 'starting', fingerprints: {} }, {}],
    ['fingerprint-differs', { fingerprints: { ffmpeg: 'x' } }, {}],
    ['no-score', {}, { paces: [] }],
    ['backing-off', {}, { backingOff: [peerOf('a')] }],
  ])('%s', (reason, a, j) => {
    const { refuse, lease } = run([agent('a', a)], [job(j)])
    expect(refuse).toEqual([{ peer: peerOf('a'), jobId: jobOf('1'), reason }])
    expect(lease).toEqual([])
  })
})

const names = ['a', 'b', 'c', 'd']
const statuses: readonly AgentStatus[] = ['awake', 'awake', 'awake', 'busy', 'asleep', 'starting', 'error']
const snapshot = fc
  .record({
    segments: fc.integer({ min: 1, max: 40 }),
    count: fc.integer({ min: 1, max: 4 }),
    slots: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 4, maxLength: 4 }),
    status: fc.array(fc.constantFrom(...statuses), { minLength: 4, maxLength: 4 }),
    print: fc.array(fc.constantFrom('print', 'print', 'print', 'other'), { minLength: 4, maxLength: 4 }),
    speed: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 4, maxLength: 4 }),
    measured: fc.boolean(),
    // What each segment is: landed, settling, an orphan, queued with an agent, running, held, or free.
    what: fc.array(
      fc.tuple(
        fc.constantFrom('landed', 'settling', 'orphan', 'leased', 'running', 'held', 'free', 'free'),
        fc.integer({ min: 0, max: 3 }),
      ),
      { minLength: 40, maxLength: 40 },
    ),
    strikes: fc.array(fc.tuple(fc.integer({ min: 0, max: 39 }), fc.constantFrom(...names)), { maxLength: 12 }),
  })
  .map((r): PlanSnapshot => {
    const line = r.what.slice(0, r.segments).map(([what, by], index) => ({ what, index, by: by % r.count }))
    const pick = (...kinds: string[]): number[] =>
      line.filter(({ what }) => kinds.includes(what)).map(({ index }) => index)
    const agents = names.slice(0, r.count).map((name, at) => {
      const mine = line.filter(({ by }) => by === at)
      const running = mine
        .filter(({ what }) => what === 'running')
        .slice(0, r.slots[at])
        .map(({ index }) => index)
      const leased = mine
        .filter(({ what, index }) => (what === 'leased' || what === 'running') && !running.includes(index))
        .map(({ index }) => index)
      const held = mine.filter(({ what }) => what === 'held').map(({ index }) => index)
      return agent(name, {
        slots: r.slots[at] ?? 0,
        status: r.status[at] ?? 'awake',
        fingerprints: { ffmpeg: r.print[at] ?? '' },
        book: holding(name, [...running, ...leased], running.length, { held, progress: 0.5 }),
      })
    })
    const one = job({
      segments: r.segments,
      landed: runsOf(pick('landed')),
      settling: runsOf(pick('settling')),
      orphans: runsOf(pick('orphan')),
      strikes: r.strikes
        .filter(([index]) => index < r.segments)
        .map(([index, name]) => ({ index, peer: peerOf(name) })),
      paces: names
        .map((name, at) => ({ peer: peerOf(name), speed: (r.speed[at] ?? 0) / 1000, measured: r.measured }))
        .filter(({ speed }) => speed > 0),
    })
    return { atMs: 0, config: defaultConfig, agents, jobs: [one] }
  })

describe('any plan, against a dumb oracle', () => {
  const able = (one: PlanJob, a: PlanAgent): boolean =>
    ['awake', 'busy', 'starting'].includes(a.status) &&
    a.slots > 0 &&
    a.fingerprints['ffmpeg'] === 'print' &&
    one.paces.some(({ peer }) => peer === a.peer)
  const struck = (one: PlanJob, index: number, peer: string): boolean =>
    one.strikes.some((s) => s.index === index && s.peer === peer)
  const hopeless = (one: PlanJob, agents: readonly PlanAgent[], index: number): boolean => {
    const peers = new Set(one.strikes.filter((s) => s.index === index).map(({ peer }) => peer))
    const could = agents.filter((a) => a.slots > 0 && a.status !== 'error' && a.fingerprints['ffmpeg'] === 'print')
    return peers.size >= 3 || (peers.size > 0 && could.length > 0 && could.every(({ peer }) => peers.has(peer)))
  }

  it('gives nobody what is landed, taken, struck or hopeless, leaves no able slot idle, and says who gets nothing', () => {
    fc.assert(
      fc.property(snapshot, (s) => {
        const [one] = s.jobs
        if (!one) return
        const result = plan(deepFreeze(s))
        const has = new Map(
          s.agents.map(({ peer, book }) => [
            peer,
            new Set([...book.leases.flatMap(({ indexes }) => indexes), ...book.held.map(({ index }) => index)]),
          ]),
        )
        for (const { peer, indexes } of result.revoke) for (const index of indexes) has.get(peer)?.delete(index)
        for (const { from, indexes } of result.steal) for (const index of indexes) has.get(from)?.delete(index)
        const taken = (index: number): boolean => [...has.values()].some((set) => set.has(index))
        for (const item of [...result.steal, ...result.lease, ...result.duplicate]) {
          const to = s.agents.find(({ peer }) => peer === item.peer)
          expect(to && able(one, to)).toBe(true)
          for (const index of item.indexes) {
            expect(runsContain(one.landed, index) || runsContain(one.settling, index)).toBe(false)
            expect(struck(one, index, item.peer)).toBe(false)
            expect(taken(index)).toBe(item.reason === 'slowest-remaining')
            if (item.reason !== 'slowest-remaining' && item.reason !== 'would-finish-last')
              expect(hopeless(one, s.agents, index)).toBe(false)
          }
          for (const index of item.indexes) has.get(item.peer)?.add(index)
        }
        const free = one.segmentFrames
          .map((_, index) => index)
          .filter(
            (index) =>
              !taken(index) &&
              !runsContain(one.landed, index) &&
              !runsContain(one.settling, index) &&
              !hopeless(one, s.agents, index),
          )
        const finished = one.segmentFrames.every((_, index) => runsContain(one.landed, index))
        for (const a of s.agents) {
          const load = [...(has.get(a.peer) ?? [])].filter(
            (index) => !a.book.held.some((h) => h.index === index),
          ).length
          const refusals = result.refuse.filter(({ peer }) => peer === a.peer)
          if (finished) expect(refusals).toEqual([])
          else if (!able(one, a)) expect(refusals).toHaveLength(1)
          else if (load < a.slots && free.length > 0) {
            expect(free.every((index) => struck(one, index, a.peer))).toBe(true)
            expect(refusals.map(({ reason }) => reason)).toEqual(['struck'])
          } else expect(refusals).toEqual([])
        }
        const shouldFail =
          !finished &&
          one.segmentFrames.every(
            (_, index) =>
              runsContain(one.landed, index) ||
              (hopeless(one, s.agents, index) &&
                !runsContain(one.settling, index) &&
                ![...s.agents].some((a) => has.get(a.peer)?.has(index))),
          )
        expect(result.fail.length > 0).toBe(shouldFail)
        expect(plan(s)).toEqual(result)
      }),
      { numRuns: 600 },
    )
  })
})
