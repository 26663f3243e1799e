import { compareTerms, type Term } from '@sheaf/protocol'
import type { Command } from '../core/command.js'
import { leadingTerm, type CoreState } from '../core/core-state.js'
import type { ClaimReason, DecisionBody, ResignReason } from '../core/decision.js'
import type { ElectionState } from './election-state.js'
import { rankOfSelf } from './rank.js'
import { freshWords, isLive } from './words.js'

/** What the election made of the present moment. */
export interface ElectionResult {
  readonly state: CoreState
  readonly commands: readonly Command[]
  readonly decisions: readonly DecisionBody[]
}

/** Looks at who is heard and resigns, follows, claims or waits accordingly. Called after every input. */
export function elect(state: CoreState): ElectionResult {
  if (state.election.kind === 'stopped') return unchanged(state)
  const [highest] = freshWords(state)
  const own = leadingTerm(state)
  if (own) {
    if (highest && compareTerms(highest.term, own) > 0) {
      const resigned = resign(state, 'higher-term', highest.term)
      return { ...resigned, state: enter(resigned.state, following(highest.term, highest.how)) }
    }
    return state.election.kind === 'listening' ? endListening(state, own, state.election.sinceMs) : unchanged(state)
  }
  if (highest) return follow(state, highest.term, highest.how)
  return seek(state)
}

/** Gives up a term, if this agent holds one, and says so to everybody. */
export function resign(state: CoreState, reason: ResignReason, to?: Term): ElectionResult {
  const term = leadingTerm(state)
  const election: ElectionState = reason === 'stopping' ? { kind: 'stopped' } : { kind: 'seeking' }
  if (!term) return unchanged(enter(state, election))
  return {
    state: enter(state, election),
    commands: [{ kind: 'announce' }],
    decisions: [{ kind: 'resign', term, reason, ...(to ? { to } : {}) }],
  }
}

function follow(state: CoreState, term: Term, how: 'direct' | 'relayed'): ElectionResult {
  const { election } = state
  if (election.kind === 'following' && compareTerms(election.term, term) === 0) {
    if (election.how === how) return unchanged(state)
    // Its connection closed: the others, who lost it too perhaps, wait for this agent's word.
    return { state: enter(state, following(term, how)), commands: [{ kind: 'announce' }], decisions: [] }
  }
  return {
    state: enter(state, following(term, how)),
    commands: [{ kind: 'announce' }],
    decisions: [{ kind: 'follow', term, reason: how }],
  }
}

/**
 * Nobody is heard. Claims after a delay by rank, counted from when claiming became possible, so
 * that the best-placed candidate's claim arrives before the next one's delay ends.
 */
function seek(state: CoreState): ElectionResult {
  const { election, atMs, config } = state
  const wasFollowing = election.kind === 'following' ? election.term.peer : undefined
  const seeking = election.kind === 'seeking' ? election : { kind: 'seeking' as const, lost: wasFollowing }
  // Others wait for this agent's word about the coordinator it followed: tell them that it is void.
  const commands: readonly Command[] = wasFollowing === undefined ? [] : [{ kind: 'announce' }]
  const rank = rankOfSelf(state)
  if (rank === undefined || !mayClaim(state)) {
    return { state: enter(state, { ...seeking, openSinceMs: undefined }), commands, decisions: [] }
  }
  const openSinceMs = seeking.openSinceMs ?? atMs
  if (atMs - openSinceMs < rank * config.rankDelayMs) {
    return { state: enter(state, { ...seeking, openSinceMs }), commands, decisions: [] }
  }
  return claim(state, seeking.lost === undefined ? undefined : 'coordinator-lost')
}

/** False while this agent just started, or while a peer may still tell of a coordinator. */
function mayClaim(state: CoreState): boolean {
  if (state.atMs < state.graceUntilMs) return false
  return state.peers.every(
    ({ peer, connected, heardAtMs, sinceMs }) =>
      peer === state.self || !connected || heardAtMs !== undefined || state.atMs - sinceMs >= state.config.firstWordMs,
  )
}

function claim(state: CoreState, because: ClaimReason | undefined): ElectionResult {
  const counter = state.highestCounter + 1
  const term: Term = { counter, peer: state.self }
  const alone = state.peers.every(({ peer, connected }) => peer === state.self || !connected)
  const claimed: CoreState = {
    ...state,
    highestCounter: counter,
    election: { kind: 'listening', term, sinceMs: state.atMs },
  }
  return {
    state: claimed,
    commands: [{ kind: 'keep-counter', counter }, { kind: 'announce' }],
    decisions: [{ kind: 'claim', term, reason: because ?? (alone ? 'alone' : 'no-coordinator') }],
  }
}

/** A new coordinator leases once every live agent has spoken since the claim, knowing of it. */
function endListening(state: CoreState, term: Term, sinceMs: number): ElectionResult {
  const waiting = state.peers.some(
    (record) =>
      record.connected && (record.peer === state.self || isLive(state, record)) && !knows(record, term, sinceMs),
  )
  const timedOut = state.atMs - sinceMs >= state.config.listenMs
  if (waiting && !timedOut) return unchanged(state)
  return {
    state: enter(state, { kind: 'leading', term, sinceMs: state.atMs }),
    commands: [],
    decisions: [{ kind: 'listened', term, reason: waiting ? 'time-out' : 'all-heard' }, ...adopted(state)],
  }
}

/** What the agents are doing, which this coordinator takes over as its own leases. */
function adopted(state: CoreState): readonly DecisionBody[] {
  return state.leasing.books.flatMap(({ peer, leases }) =>
    leases.map(({ jobId, indexes }) => ({
      kind: 'adopt' as const,
      peer,
      jobId,
      indexes,
      reason: 'heartbeat' as const,
    })),
  )
}

function knows(record: CoreState['peers'][number], term: Term, sinceMs: number): boolean {
  const { heartbeat, heardAtMs } = record
  if (!heartbeat?.following || heardAtMs === undefined || heardAtMs < sinceMs) return false
  return compareTerms(heartbeat.following.term, term) === 0
}

function following(term: Term, how: 'direct' | 'relayed'): ElectionState {
  return { kind: 'following', term, how }
}

function enter(state: CoreState, election: ElectionState): CoreState {
  return { ...state, election }
}

function unchanged(state: CoreState): ElectionResult {
  return { state, commands: [], decisions: [] }
}
