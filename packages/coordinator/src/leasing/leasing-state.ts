import type { JobId, LeaseId, PeerId, SegmentKey, Term } from '@sheaf/protocol'
import type { RefuseReason } from '../plan/plan-value.js'

/** A chunk that an agent has, or was sent. */
export interface BookLease {
  readonly leaseId: LeaseId
  readonly term: Term
  readonly jobId: JobId
  readonly generation: number
  /** What is not finished, in order. */
  readonly indexes: readonly number[]
  /** Heartbeats that did not show it since it was sent; absent once one did. */
  readonly unseen?: number | undefined
}

/** A segment that an agent renders. */
export interface BookRunning extends SegmentKey {
  readonly sinceMs: number
  readonly progress: number
}

/** What one live agent has to do, from its heartbeats and from what was sent since. */
export interface AgentBook {
  readonly peer: PeerId
  readonly leases: readonly BookLease[]
  readonly running: readonly BookRunning[]
  /** Rendered and not yet on the home. */
  readonly held: readonly SegmentKey[]
  /** Told to drop these; a heartbeat that crossed the message may still show them. */
  readonly revoked: readonly (SegmentKey & { readonly beats: number })[]
}

/** Segment that its agent finished with and that has not landed yet; not leased again until then. */
export interface Settling extends SegmentKey {
  readonly peer: PeerId
  /** How far it was when the agent last spoke of it, 0 to 1: what is shown of it until it has landed. */
  readonly progress: number
  readonly untilMs: number
}

/** Segment of an agent that is gone; whoever leads next leases it at once, before anything else. */
export interface Orphan extends SegmentKey {
  readonly untilMs: number
}

/** Learned speed of an agent at one job, all slots busy. */
export interface Speed {
  readonly peer: PeerId
  readonly jobId: JobId
  readonly framesPerMs: number
  readonly samples: number
}

/** Soft state: all of it can be lost, and heartbeats and facts bring back what matters. */
export interface LeasingState {
  /** By peer id; live agents only. */
  readonly books: readonly AgentBook[]
  readonly settling: readonly Settling[]
  readonly orphans: readonly Orphan[]
  readonly speeds: readonly Speed[]
  /** Agents that get no more of a job for a while. */
  readonly backOffs: readonly { readonly peer: PeerId; readonly jobId: JobId; readonly untilMs: number }[]
  /** Strikes whose fact was asked for and has not come back yet. */
  readonly strikes: readonly (SegmentKey & { readonly peer: PeerId; readonly untilMs: number })[]
  /** Jobs whose failure was asked for and has not come back yet. */
  readonly failing: readonly { readonly jobId: JobId; readonly generation: number; readonly untilMs: number }[]
  /** Refusals already told. */
  readonly refused: readonly { readonly peer: PeerId; readonly jobId: JobId; readonly reason: RefuseReason }[]
  readonly nextLease: number
}

/** Nothing known. */
export const emptyLeasing: LeasingState = {
  books: [],
  settling: [],
  orphans: [],
  speeds: [],
  backOffs: [],
  strikes: [],
  failing: [],
  refused: [],
  nextLease: 1,
}
