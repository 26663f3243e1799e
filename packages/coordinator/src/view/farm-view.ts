import type { FarmView, JobView, PeerView } from '@sheaf/protocol'
import { leadingTerm, type CoreState, type PeerRecord } from '../core/core-state.js'
import { followingOf, isLive } from '../election/words.js'
import { jobRecords } from '../facts/selectors.js'
import { jobView } from './job-view.js'

/**
 * What any agent, coordinator or not, can tell about the farm: from its facts and the heartbeats
 * it hears. Jobs by id, which is by submission; peers by id. O(all segments of all jobs).
 */
export function farmView(state: CoreState, atMs: number): FarmView {
  const now = { ...state, atMs: Math.max(state.atMs, atMs) }
  const term = leadingTerm(now) ?? followingOf(now, now.atMs)?.term
  return {
    atMs,
    self: now.self,
    ...(term ? { coordinator: { peer: term.peer, counter: term.counter } } : {}),
    peers: now.peers.map((record) => peerView(now, record, term?.peer)),
    jobs: jobRecords(now.farm).map((job): JobView => jobView(now, job)),
  }
}

function peerView(state: CoreState, record: PeerRecord, coordinator: string | undefined): PeerView {
  const { peer, heartbeat } = record
  const connected = peer === state.self || isLive(state, record)
  const score = heartbeat?.ability.scores['ffmpeg']
  return {
    peer,
    name: heartbeat?.ability.name ?? peer.slice(-8),
    version: heartbeat?.ability.version ?? '',
    self: peer === state.self,
    status: connected ? (heartbeat?.status ?? 'starting') : 'unreachable',
    role: peer === state.self ? state.role : (heartbeat?.ability.role ?? 'worker'),
    coordinator: peer === coordinator,
    connected,
    slots: heartbeat?.ability.slots ?? 0,
    ...(score === undefined ? {} : { score }),
    scores: heartbeat?.ability.scores ?? {},
    running: connected ? (heartbeat?.running.length ?? 0) : 0,
    uptimeMs: connected ? (heartbeat?.uptimeMs ?? 0) : 0,
  }
}
