import type { Heartbeat, LeaseId, SegmentReport } from '@sheaf/protocol'
import { describe, expect, it } from 'vitest'
import { followingOf } from '../election/words.js'
import { bookOf } from '../leasing/book.js'
import { farmView } from '../view/farm-view.js'
import { deepFreeze, fact, heartbeat, jobOf, landing, peerOf, submission } from '../testing/make.js'
import { initialState, isCoordinator, type CoreState } from './core-state.js'
import type { Input } from './input.js'
import { step, type StepResult } from './step.js'

const [a, b] = [peerOf('a'), peerOf('b')]
const job = jobOf('1')

/** Feeds inputs one after another; the last result, with everything that came out on the way. */
function feed(state: CoreState, ...inputs: readonly Input[]): StepResult {
  return inputs.reduce<StepResult>(
    (sum, input) => {
      const next = deepFreeze(step(sum.state, deepFreeze(input)))
      return {
        state: next.state,
        facts: [...sum.facts, ...next.facts],
        commands: [...sum.commands, ...next.commands],
        decisions: [...sum.decisions, ...next.decisions],
      }
    },
    { state, facts: [], commands: [], decisions: [] },
  )
}

const beat = (atMs: number, from = a, init: Parameters<typeof heartbeat>[0] = {}): Input => ({
  kind: 'heartbeat',
  atMs,
  from,
  heartbeat: heartbeat(init),
})
const tick = (atMs: number): Input => ({ kind: 'tick', atMs })
const fresh = deepFreeze(initialState({ self: a, role: 'artist', atMs: 0, highestCounter: 4 }))
const own = { term: { counter: 5, peer: a }, silentMs: 0 }
const alone = feed(fresh, beat(0), tick(700), beat(701, a, { following: own })).state
const submitted = (segments: number): Input => ({
  kind: 'facts',
  atMs: 800,
  facts: [fact(a, 1, submission({ segments }))],
})
const report = (index: number, outcome: SegmentReport['outcome']): Input => ({
  kind: 'report',
  atMs: 900,
  from: a,
  report: { kind: 'segment-report', jobId: job, generation: 1, index, leaseId: 'l' as LeaseId, outcome },
})
const struck = { kind: 'failed', code: 'X', message: 'm', strike: true } as const
const indexes = (result: StepResult): number[] =>
  result.commands.flatMap((command) => (command.kind === 'lease' ? command.message.indexes : []))

describe('election in steps', () => {
  it('keeps the counter on disk before it announces its claim', () => {
    const { commands, decisions, state } = feed(fresh, beat(0), tick(699), tick(700))
    expect(commands).toEqual([{ kind: 'keep-counter', counter: 5 }, { kind: 'announce' }])
    expect(decisions).toEqual([{ atMs: 700, kind: 'claim', term: own.term, reason: 'alone' }])
    expect(isCoordinator(state)).toBe(true)
    expect(followingOf(state, 750)).toEqual(own)
  })

  it('keeps a higher counter that it only heard of', () => {
    const { commands, state } = feed(fresh, beat(10, b, { highestCounter: 9 }))
    expect(commands).toEqual([{ kind: 'keep-counter', counter: 9 }])
    expect(state.highestCounter).toBe(9)
  })

  it('never claims as a guest', () => {
    const guest = initialState({ self: a, role: 'guest', atMs: 0, highestCounter: 0 })
    expect(isCoordinator(feed(guest, beat(0), tick(5000), tick(9000)).state)).toBe(false)
  })

  it('waits while a live peer heard a coordinator, counting the age it reported', () => {
    const word = { term: { counter: 9, peer: peerOf('z') }, silentMs: 1500 }
    const heard = feed(fresh, beat(1000), beat(1000, b, { following: word })).state
    expect(feed(heard, tick(1499)).state.election.kind).toBe('following')
    expect(followingOf(heard, 1200)).toEqual({ term: word.term, silentMs: 1700 })
    expect(feed(heard, tick(1500)).state.election.kind).toBe('listening')
  })

  it('does not go on quoting others about a coordinator whose connection just closed', () => {
    const z = peerOf('z')
    const term = { counter: 9, peer: z }
    const both = feed(
      fresh,
      beat(1000),
      beat(1000, z, { following: { term, silentMs: 0 } }),
      beat(1000, b, { following: { term, silentMs: 5 } }),
    ).state
    const lost = feed(both, { kind: 'peer-lost', atMs: 1010, peer: z })
    expect(lost.commands).toEqual([{ kind: 'announce' }])
    expect(lost.state.election).toEqual({ kind: 'following', term, how: 'relayed' })
    expect(followingOf(lost.state, 1010)).toBeUndefined()
  })

  it('resigns for a higher term, compared whole, and for no lower one', () => {
    const claimed = (counter: number, peer: typeof a): Input =>
      beat(710, peer, { following: { term: { counter, peer }, silentMs: 0 } })
    const met = feed(alone, claimed(5, b))
    expect(met.decisions[0]).toEqual({
      atMs: 710,
      kind: 'resign',
      term: own.term,
      reason: 'higher-term',
      to: { counter: 5, peer: b },
    })
    expect(met.state.election).toEqual({ kind: 'following', term: { counter: 5, peer: b }, how: 'direct' })
    const lower = peerOf('0')
    expect(isCoordinator(feed(alone, claimed(5, lower)).state)).toBe(true)
    expect(isCoordinator(feed(alone, claimed(4, b)).state)).toBe(true)
  })

  it('leases nothing before every live agent has said what it is doing', () => {
    const claimed = feed(
      fresh,
      beat(0),
      beat(0, b),
      submitted(3),
      tick(900),
      tick(1100),
      beat(1101, a, { following: own }),
    )
    expect(claimed.state.election.kind).toBe('listening')
    expect(indexes(claimed)).toEqual([])
    const lease = {
      leaseId: 'x' as LeaseId,
      term: { counter: 3, peer: peerOf('z') },
      jobId: job,
      generation: 1,
      indexes: [0, 1],
    }
    const heard = feed(claimed.state, beat(1150, b, { following: own, leases: [lease] }))
    expect(heard.decisions.map(({ kind, reason }) => [kind, reason])).toEqual([
      ['listened', 'all-heard'],
      ['adopt', 'heartbeat'],
      ['lease', 'front-of-shard'],
    ])
    expect(indexes(heard)).toEqual([2])
    expect(feed(claimed.state, tick(1499)).state.election.kind).toBe('listening')
    const late = feed(claimed.state, tick(1500))
    expect(late.decisions[0]).toMatchObject({ kind: 'listened', reason: 'time-out' })
  })

  it.each(['stalled', 'stopping'] as const)('resigns when %s, before anything else', (kind) => {
    const input: Input = kind === 'stalled' ? { kind, atMs: 5000, stoodStillMs: 1600 } : { kind, atMs: 5000 }
    const { state, commands, decisions } = feed(alone, input)
    expect(commands).toEqual([{ kind: 'announce' }])
    expect(decisions).toEqual([{ atMs: 5000, kind: 'resign', term: own.term, reason: kind }])
    expect(isCoordinator(state)).toBe(false)
    expect(isCoordinator(feed(state, beat(5001), tick(9000)).state)).toBe(kind === 'stalled')
  })

  it('does not mind a short hiccup', () => {
    expect(isCoordinator(feed(alone, { kind: 'stalled', atMs: 5000, stoodStillMs: 1500 }).state)).toBe(true)
  })
})

describe('leasing in steps', () => {
  it('leases with home, term, duration and a reason', () => {
    const [lease] = feed(alone, submitted(1)).commands
    expect(lease).toMatchObject({
      kind: 'lease',
      to: a,
      reason: 'front-of-shard',
      message: {
        term: own.term,
        jobId: job,
        generation: 1,
        indexes: [0],
        home: a,
        epoch: 0,
        durationMs: 15_000,
        order: 50_000_001,
      },
    })
  })

  it('believes a lease that it sent for two heartbeats, then gives it again', () => {
    const sent = feed(alone, submitted(1)).state
    const once = feed(sent, beat(1000, a, { following: own }))
    expect(indexes(once)).toEqual([])
    expect(indexes(feed(once.state, beat(1500, a, { following: own })))).toEqual([0])
  })

  it('does not lease again what was rendered or is on its way to land', () => {
    const sent = feed(alone, submitted(1)).state
    const done = feed(sent, report(0, { kind: 'rendered', renderMs: 50 })).state
    expect(bookOf(done.leasing, a).held).toHaveLength(1)
    const gone = feed(done, beat(1000, a, { following: own }))
    expect(indexes(gone)).toEqual([])
    const landed = feed(
      gone.state,
      { kind: 'facts', atMs: 1100, facts: [fact(a, 2, landing(job, [0], a))] },
      tick(9000),
      beat(9001, a, { following: own }),
    )
    expect(indexes(landed)).toEqual([])
    expect(indexes(feed(gone.state, tick(2999)))).toEqual([])
    expect(indexes(feed(gone.state, tick(3001)))).toEqual([0])
  })

  it('asks for the strike as a fact, and for the failure only when that is on disk', () => {
    const sent = feed(alone, submitted(1)).state
    const failed = feed(sent, report(0, struck))
    expect(failed.facts).toEqual([
      { kind: 'segment-failed', payload: { jobId: job, generation: 1, index: 0, peer: a, code: 'X', message: 'm' } },
    ])
    expect(indexes(failed)).toEqual([])
    const [intent] = failed.facts
    const durable = feed(failed.state, { kind: 'facts', atMs: 950, facts: intent ? [fact(a, 2, intent)] : [] })
    expect(durable.facts).toEqual([
      {
        kind: 'job-failed',
        payload: { jobId: job, generation: 1, code: 'X', message: 'segment 0 failed on agent: m' },
      },
    ])
    expect(feed(durable.state, tick(1000)).facts).toEqual([])
  })

  it('backs off after a refusal, without a strike', () => {
    const refused = feed(
      feed(alone, submitted(1)).state,
      report(0, { kind: 'refused', code: 'SHEAF_DISK_FULL', message: 'full' }),
    )
    expect(refused.facts).toEqual([])
    expect(refused.decisions.map(({ kind, reason }) => [kind, reason])).toEqual([
      ['back-off', 'agent-refused'],
      ['refuse', 'backing-off'],
    ])
    const beats = [1400, 1900, 2400, 2900, 3400, 3900, 4400, 4900, 5400].map((atMs) =>
      beat(atMs, a, { following: own }),
    )
    const later = feed(refused.state, ...beats)
    expect(indexes(later)).toEqual([])
    expect(later.decisions).toEqual([])
    expect(indexes(feed(later.state, tick(5901)))).toEqual([0])
  })

  it('ignores a strike that reaches an agent which is not the coordinator', () => {
    const { facts, decisions } = feed(feed(fresh, beat(0)).state, report(0, struck))
    expect(facts).toEqual([])
    expect(decisions[0]).toMatchObject({ kind: 'ignore', reason: 'not-coordinator' })
  })

  it('learns how fast an agent is from its second report on', () => {
    const running = feed(alone, submitted(40)).state
    const one = feed(running, report(0, { kind: 'rendered', renderMs: 1000 })).state
    const two = feed(one, report(1, { kind: 'rendered', renderMs: 500 })).state
    expect(two.leasing.speeds).toEqual([
      { peer: a, jobId: job, framesPerMs: expect.closeTo(0.05 * 0.7 + 0.1 * 0.3, 9) as number, samples: 2 },
    ])
  })
})

describe('silence', () => {
  it('of 3 s counts as loss: its segments go elsewhere in that step', () => {
    const following = { term: own.term, silentMs: 0 }
    const key = { jobId: job, generation: 1 }
    const busy: Partial<Heartbeat> = {
      following,
      leases: [{ ...key, leaseId: 'x' as LeaseId, term: own.term, indexes: [1] }],
    }
    const two = feed(alone, { kind: 'peer-connected', atMs: 705, peer: b }, beat(706, b, busy), submitted(2)).state
    const held = feed(
      two,
      beat(3600, a, { following: own, leases: [{ ...key, leaseId: 'y' as LeaseId, term: own.term, indexes: [0] }] }),
    ).state
    expect(indexes(feed(held, tick(3705)))).toEqual([])
    const lost = feed(held, tick(3706))
    expect(lost.decisions[0]).toEqual({ atMs: 3706, kind: 'lose', peer: b, reason: 'silent' })
    expect(lost.commands).toEqual([expect.objectContaining({ kind: 'lease', to: a, reason: 'agent-lost' })])
    const view = farmView(lost.state, 3706)
    expect(view.peers.map(({ connected, status }) => [connected, status])).toEqual([
      [true, 'awake'],
      [false, 'unreachable'],
    ])
  })
})
