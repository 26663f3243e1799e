import type { JobId, PeerId } from '@sheaf/protocol'

/** Why a chunk goes to an agent. */
export type LeaseReason = 'agent-lost' | 'front-of-shard' | 'tail-of-shard' | StealReason | DuplicateReason
/** Why a queued chunk is taken from one agent for another. */
export type StealReason = 'would-finish-last'
/** Why a running segment is rendered a second time. */
export type DuplicateReason = 'slowest-remaining'
/** Why an agent is told to drop segments. */
export type RevokeReason =
  | 'job-canceled'
  | 'job-failed'
  | 'job-completed'
  | 'job-paused'
  | 'older-generation'
  | 'landed-elsewhere'
  | 'agent-paused'
  | 'held-twice'
  | StealReason
/** Why a live agent gets nothing of an open job. */
export type RefuseReason =
  | 'job-paused'
  | 'agent-starting'
  | 'agent-paused'
  | 'agent-error'
  | 'no-slots'
  | 'no-engine'
  | 'fingerprint-differs'
  | 'no-score'
  | 'backing-off'
  | 'struck'

/** Segments of one job, for or from one agent. */
export interface PlanItem<R> {
  readonly peer: PeerId
  readonly jobId: JobId
  readonly generation: number
  readonly indexes: readonly number[]
  readonly reason: R
}

/** Everything that was decided about one snapshot, refusals included. Order is the order of sending. */
export interface Plan {
  readonly revoke: readonly (PlanItem<RevokeReason> & { readonly stopRunning: boolean })[]
  readonly lease: readonly PlanItem<'agent-lost' | 'front-of-shard' | 'tail-of-shard'>[]
  /** `from` is told to drop the segments, `peer` gets them. */
  readonly steal: readonly (PlanItem<StealReason> & { readonly from: PeerId })[]
  /** `from` goes on; the first of the two to land wins. */
  readonly duplicate: readonly (PlanItem<DuplicateReason> & { readonly from: PeerId })[]
  readonly refuse: readonly { readonly peer: PeerId; readonly jobId: JobId; readonly reason: RefuseReason }[]
  /** Jobs of which nothing can go on any more: these segments failed. */
  readonly fail: readonly {
    readonly jobId: JobId
    readonly generation: number
    readonly indexes: readonly number[]
    readonly reason: 'nothing-else-can-go-on'
  }[]
  /** Machines to rent: none before bursting exists. */
  readonly burst: readonly never[]
}
