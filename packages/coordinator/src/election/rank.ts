import type { PeerId, Role } from '@sheaf/protocol'
import type { CoreState, PeerRecord } from '../core/core-state.js'
import { isLive } from './words.js'

/**
 * Place of this agent among the live agents that may be elected, 0 for the best; `undefined` for a
 * guest. Classes are coarse on purpose: agents that see slightly different values agree on the order.
 */
export function rankOfSelf(state: CoreState): number | undefined {
  if (state.role === 'guest') return undefined
  const candidates = state.peers
    .filter((record) => record.peer === state.self || isLive(state, record))
    .map((record) => candidate(state, record))
    .filter(({ role }) => role !== 'guest')
    .sort(compareCandidates)
  return candidates.findIndex(({ peer }) => peer === state.self)
}

interface Candidate {
  readonly peer: PeerId
  readonly role: Role
  readonly uptimeClass: number
  readonly scoreClass: number
}

const roleOrder = { admin: 0, artist: 1, worker: 2, guest: 3 } as const satisfies Record<Role, number>

function candidate(state: CoreState, { peer, heartbeat }: PeerRecord): Candidate {
  const score = Math.max(0, ...Object.values(heartbeat?.ability.scores ?? {}))
  return {
    peer,
    role: peer === state.self ? state.role : (heartbeat?.ability.role ?? 'guest'),
    uptimeClass: uptimeClass(heartbeat?.uptimeMs ?? 0),
    scoreClass: score < 1 ? 0 : 1 + Math.floor(Math.log2(score)),
  }
}

/** Under ten minutes, under a day, longer: an agent that has stayed is likely to stay. */
function uptimeClass(uptimeMs: number): number {
  if (uptimeMs < 600_000) return 0
  return uptimeMs < 86_400_000 ? 1 : 2
}

function compareCandidates(a: Candidate, b: Candidate): number {
  return (
    roleOrder[a.role] - roleOrder[b.role] ||
    b.uptimeClass - a.uptimeClass ||
    b.scoreClass - a.scoreClass ||
    (a.peer < b.peer ? -1 : a.peer > b.peer ? 1 : 0)
  )
}
