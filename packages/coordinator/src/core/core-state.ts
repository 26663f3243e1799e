import type { Heartbeat, PeerId, Role, Term } from '@sheaf/protocol'
import type { ElectionState } from '../election/election-state.js'
import { emptyFarmState, type FarmState } from '../facts/farm-state.js'
import { emptyLeasing, type LeasingState } from '../leasing/leasing-state.js'
import { defaultConfig, type CoreConfig } from './config.js'

/** What is known of one agent, self included. */
export interface PeerRecord {
  readonly peer: PeerId
  readonly connected: boolean
  /** When the connection opened or closed. */
  readonly sinceMs: number
  /** Last heartbeat on this connection; kept for display after the peer is lost. */
  readonly heartbeat?: Heartbeat | undefined
  /** When it came; absent while none came on this connection. */
  readonly heardAtMs?: number | undefined
}

/** Everything the core knows. Immutable; only {@link step} makes the next one. */
export interface CoreState {
  readonly self: PeerId
  readonly role: Role
  readonly config: CoreConfig
  readonly atMs: number
  /** Until then this agent looks for others and does not claim. */
  readonly graceUntilMs: number
  /** Highest term counter ever seen; goes into heartbeats. */
  readonly highestCounter: number
  readonly farm: FarmState
  /** By peer id. */
  readonly peers: readonly PeerRecord[]
  readonly election: ElectionState
  readonly leasing: LeasingState
}

/** What a core starts with; `highestCounter` comes from disk (0 on a new store). */
export interface CoreInit {
  readonly self: PeerId
  readonly role: Role
  readonly atMs: number
  readonly highestCounter: number
  readonly config?: Partial<CoreConfig> | undefined
}

/** The state before any input. Facts on disk are fed as one `facts` input. */
export function initialState(init: CoreInit): CoreState {
  const config = { ...defaultConfig, ...init.config }
  return {
    self: init.self,
    role: init.role,
    config,
    atMs: init.atMs,
    graceUntilMs: init.atMs + config.graceMs,
    highestCounter: init.highestCounter,
    farm: emptyFarmState,
    peers: [{ peer: init.self, connected: true, sinceMs: init.atMs }],
    election: { kind: 'seeking' },
    leasing: emptyLeasing,
  }
}

/** The term that this agent leads, listening included. */
export function leadingTerm(state: CoreState): Term | undefined {
  return state.election.kind === 'leading' || state.election.kind === 'listening' ? state.election.term : undefined
}

/** Whether this agent is the coordinator (it may still be listening). */
export function isCoordinator(state: CoreState): boolean {
  return leadingTerm(state) !== undefined
}
