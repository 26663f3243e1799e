import { compareTerms, type PeerId, type Term } from '@sheaf/protocol'
import type { CoreState, PeerRecord } from '../core/core-state.js'

/** That somebody heard a coordinator, and when. */
export interface Word {
  readonly term: Term
  /** When that coordinator last spoke, on this agent's clock. */
  readonly spokenAtMs: number
  /** Direct: it spoke to this agent; relayed: a live peer says that it heard it. */
  readonly how: 'direct' | 'relayed'
}

/** Connected and heard of within `silentMs`: its heartbeat means something. */
export function isLive(state: CoreState, record: PeerRecord): boolean {
  if (!record.connected || record.heardAtMs === undefined) return false
  return record.peer === state.self || state.atMs - record.heardAtMs < state.config.silentMs
}

/**
 * Words about coordinators that are younger than `wordMs`, one for each term, the highest term
 * first. What a live peer says about itself is final: when it no longer leads, nobody's older word
 * brings its term back.
 */
export function freshWords(state: CoreState): readonly Word[] {
  const live = state.peers.filter((record) => record.peer !== state.self && isLive(state, record))
  const byTerm = new Map<string, Word>()
  for (const record of live) {
    const word = wordOf(record)
    if (!word || word.term.peer === state.self) continue
    if (state.atMs - word.spokenAtMs >= state.config.wordMs) continue
    if (word.how === 'relayed' && deniesLeading(live, word.term)) continue
    const key = `${word.term.counter}/${word.term.peer}`
    const known = byTerm.get(key)
    if (!known || isBetter(word, known)) byTerm.set(key, word)
  }
  return [...byTerm.values()].sort((a, b) => compareTerms(b.term, a.term))
}

/**
 * What this agent's heartbeat says it follows. After the connection to a coordinator closed, what
 * others say of it is not passed on for `wordMs`: two agents would else go on quoting each other.
 */
export function followingOf(
  state: CoreState,
  atMs: number,
): { readonly term: Term; readonly silentMs: number } | undefined {
  const { election } = state
  if (election.kind === 'leading' || election.kind === 'listening') return { term: election.term, silentMs: 0 }
  if (election.kind !== 'following') return undefined
  const word = freshWords({ ...state, atMs }).find(({ term }) => compareTerms(term, election.term) === 0)
  if (!word) return undefined
  const leader = state.peers.find(({ peer }) => peer === word.term.peer)
  const justLost = leader !== undefined && !leader.connected && atMs - leader.sinceMs < state.config.wordMs
  return word.how === 'relayed' && justLost ? undefined : { term: word.term, silentMs: atMs - word.spokenAtMs }
}

function wordOf({ peer, heartbeat, heardAtMs }: PeerRecord): Word | undefined {
  if (!heartbeat?.following || heardAtMs === undefined) return undefined
  const { term, silentMs } = heartbeat.following
  const how = term.peer === peer ? 'direct' : 'relayed'
  return { term, how, spokenAtMs: heardAtMs - (how === 'direct' ? 0 : Math.max(0, silentMs)) }
}

function deniesLeading(live: readonly PeerRecord[], term: Term): boolean {
  const own = live.find(({ peer }: { readonly peer: PeerId }) => peer === term.peer)?.heartbeat
  return own !== undefined && !(own.following && compareTerms(own.following.term, term) === 0)
}

function isBetter(word: Word, than: Word): boolean {
  if (word.how !== than.how) return word.how === 'direct'
  return word.spokenAtMs > than.spokenAtMs
}
