import {
  assertNever,
  type Fact,
  type FactIntent,
  type Heartbeat,
  type PeerId,
  type SegmentReport,
} from '@sheaf/protocol'
import { resign } from '../election/elect.js'
import { applyFact } from '../facts/apply-fact.js'
import { emptyFarmState, type FarmState } from '../facts/farm-state.js'
import { isOpen } from '../facts/job-standing.js'
import { jobRecord } from '../facts/selectors.js'
import { bookOf } from '../leasing/book.js'
import { forget, hearFacts, hearHeartbeat, hearReport, loseBook } from '../leasing/hear.js'
import type { LeasingState } from '../leasing/leasing-state.js'
import type { Command } from './command.js'
import { isCoordinator, type CoreState, type PeerRecord } from './core-state.js'
import type { DecisionBody } from './decision.js'
import type { Input } from './input.js'

/** What an input says, taken into the state, before anything is decided from it. */
export interface TakenIn {
  readonly state: CoreState
  readonly facts?: readonly FactIntent[]
  readonly commands?: readonly Command[]
  readonly decisions?: readonly DecisionBody[]
}

/** Takes one input in. Time never goes back. */
export function takeIn(before: CoreState, input: Input): TakenIn {
  const state = { ...before, atMs: Math.max(before.atMs, input.atMs) }
  switch (input.kind) {
    case 'tick':
      return { state: { ...state, leasing: forget(state) } }
    case 'facts':
      return { state: takeFacts(state, state.farm, input.facts) }
    case 'facts-anew':
      return { state: takeFacts(state, emptyFarmState, input.facts) }
    case 'heartbeat':
      return takeHeartbeat(state, input.from, input.heartbeat)
    case 'peer-connected':
      return { state: connect(state, input.peer) }
    case 'peer-lost':
      return lose(state, input.peer, 'connection-closed')
    case 'report':
      return takeReport(state, input.from, input.report)
    case 'stalled':
      return input.stoodStillMs > state.config.stallMs ? standUp(state) : { state }
    case 'stopping':
      return resign(state, 'stopping')
    default:
      return assertNever(input)
  }
}

function takeFacts(state: CoreState, farm: FarmState, facts: readonly Fact[]): CoreState {
  const applied = { ...state, farm: facts.reduce(applyFact, farm) }
  return { ...applied, leasing: hearFacts(applied, facts) }
}

/** Agents that fell silent count as lost, even if their connection stands. */
export function loseSilent(state: CoreState): TakenIn {
  const silent = state.leasing.books.filter(({ peer }) => {
    const record = state.peers.find((other) => other.peer === peer)
    if (peer === state.self || record?.heardAtMs === undefined) return false
    return state.atMs - record.heardAtMs >= state.config.silentMs
  })
  return {
    state: silent.reduce((now, { peer }) => ({ ...now, leasing: loseBook(now, peer) }), state),
    decisions: silent.map(({ peer }) => ({ kind: 'lose', peer, reason: 'silent' })),
  }
}

function takeHeartbeat(state: CoreState, from: PeerId, heartbeat: Heartbeat): TakenIn {
  const record = state.peers.find(({ peer }) => peer === from)
  const sinceMs = record?.connected ? record.sinceMs : state.atMs
  const heard = withPeer(state, { peer: from, connected: true, sinceMs, heartbeat, heardAtMs: state.atMs })
  const seen = Math.max(heartbeat.highestCounter, heartbeat.following?.term.counter ?? 0)
  const counted = seen > state.highestCounter ? { ...heard, highestCounter: seen } : heard
  const leasing = hearHeartbeat(counted, from, heartbeat)
  return {
    state: { ...counted, leasing },
    commands: seen > state.highestCounter ? [{ kind: 'keep-counter', counter: seen }] : [],
    decisions: state.election.kind === 'leading' ? adoptions(state, from, leasing) : [],
  }
}

/** Leases of another term that this coordinator finds with an agent. */
function adoptions(state: CoreState, peer: PeerId, leasing: LeasingState): readonly DecisionBody[] {
  const known = new Set(bookOf(state.leasing, peer).leases.map(({ leaseId }) => leaseId))
  return bookOf(leasing, peer)
    .leases.filter(({ leaseId, term }) => term.peer !== state.self && !known.has(leaseId))
    .map(({ jobId, indexes }) => ({ kind: 'adopt', peer, jobId, indexes, reason: 'heartbeat' }))
}

function connect(state: CoreState, peer: PeerId): CoreState {
  const record = state.peers.find((other) => other.peer === peer)
  if (record?.connected) return state
  return withPeer(state, { peer, connected: true, sinceMs: state.atMs })
}

function lose(state: CoreState, peer: PeerId, reason: 'connection-closed'): TakenIn {
  const record = state.peers.find((other) => other.peer === peer)
  if (!record?.connected || peer === state.self) return { state }
  const { heartbeat } = record
  const gone = withPeer(state, { peer, connected: false, sinceMs: state.atMs, heartbeat })
  return {
    state: { ...gone, leasing: loseBook(state, peer) },
    decisions: [{ kind: 'lose', peer, reason }],
  }
}

/**
 * After standing still nothing that was heard can be dated: a term is given up, and everybody is
 * listened to anew, as after a start.
 */
function standUp(state: CoreState): TakenIn {
  const resigned = resign(state, 'stalled')
  return {
    ...resigned,
    state: {
      ...resigned.state,
      graceUntilMs: state.atMs + state.config.graceMs,
      peers: state.peers.map(({ peer, connected, heartbeat, sinceMs }) => ({
        peer,
        connected,
        heartbeat,
        sinceMs: connected ? state.atMs : sinceMs,
      })),
      leasing: { ...state.leasing, books: [], settling: [], orphans: [] },
    },
  }
}

function takeReport(state: CoreState, from: PeerId, report: SegmentReport): TakenIn {
  const { jobId, generation, index, outcome } = report
  const heard = { ...state, leasing: hearReport(state, from, report) }
  const about = { peer: from, jobId, indexes: [index] } as const
  if (outcome.kind === 'rendered') return { state: heard }
  const ignore = (reason: Extract<DecisionBody, { kind: 'ignore' }>['reason']): TakenIn => ({
    state: heard,
    decisions: [{ kind: 'ignore', ...about, reason }],
  })
  if (!isCoordinator(state)) return ignore('not-coordinator')
  const job = jobRecord(state.farm, jobId)
  if (!job || !isOpen(job)) return ignore('job-not-open')
  if (generation < job.generation) return ignore('older-generation')
  if (outcome.kind === 'failed' && outcome.strike) {
    const { code, message } = outcome
    const untilMs = state.atMs + state.config.factMs
    const strikes = [...heard.leasing.strikes, { jobId, generation, index, peer: from, untilMs }]
    return {
      state: { ...heard, leasing: { ...heard.leasing, strikes } },
      facts: [{ kind: 'segment-failed', payload: { jobId, generation, index, peer: from, code, message } }],
      decisions: [{ kind: 'strike', ...about, reason: 'segment-failed' }],
    }
  }
  const untilMs = state.atMs + state.config.backOffMs
  const others = heard.leasing.backOffs.filter((entry) => entry.peer !== from || entry.jobId !== jobId)
  const backOffs = [...others, { peer: from, jobId, untilMs }]
  const reason = outcome.kind === 'refused' ? 'agent-refused' : 'failed-without-strike'
  return {
    state: { ...heard, leasing: { ...heard.leasing, backOffs } },
    decisions: [{ kind: 'back-off', ...about, reason }],
  }
}

function withPeer(state: CoreState, record: PeerRecord): CoreState {
  const peers = [...state.peers.filter(({ peer }) => peer !== record.peer), record]
  return { ...state, peers: peers.sort((a, b) => (a.peer < b.peer ? -1 : 1)) }
}
