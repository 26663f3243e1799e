import type { JobId, PeerId, Term } from '@sheaf/protocol'
import type { DuplicateReason, LeaseReason, RefuseReason, RevokeReason, StealReason } from '../plan/plan-value.js'

/** What was decided and why: for the log and for whoever asks *why is this segment there?* */
export type Decision = { readonly atMs: number } & DecisionBody

/** The kinds of decision; each has a `reason` from a closed list. */
export type DecisionBody =
  | { readonly kind: 'claim'; readonly term: Term; readonly reason: ClaimReason }
  | { readonly kind: 'resign'; readonly term: Term; readonly reason: ResignReason; readonly to?: Term | undefined }
  | { readonly kind: 'follow'; readonly term: Term; readonly reason: 'direct' | 'relayed' }
  | { readonly kind: 'listened'; readonly term: Term; readonly reason: 'all-heard' | 'time-out' }
  | {
      readonly kind: 'adopt'
      readonly peer: PeerId
      readonly jobId: JobId
      readonly indexes: readonly number[]
      readonly reason: 'heartbeat'
    }
  | { readonly kind: 'lose'; readonly peer: PeerId; readonly reason: 'connection-closed' | 'silent' | 'stalled' }
  | {
      readonly kind: 'lease'
      readonly peer: PeerId
      readonly jobId: JobId
      readonly indexes: readonly number[]
      readonly reason: LeaseReason
    }
  | {
      readonly kind: 'steal'
      readonly peer: PeerId
      readonly from: PeerId
      readonly jobId: JobId
      readonly indexes: readonly number[]
      readonly reason: StealReason
    }
  | {
      readonly kind: 'duplicate'
      readonly peer: PeerId
      readonly from: PeerId
      readonly jobId: JobId
      readonly indexes: readonly number[]
      readonly reason: DuplicateReason
    }
  | {
      readonly kind: 'revoke'
      readonly peer: PeerId
      readonly jobId: JobId
      readonly indexes: readonly number[]
      readonly reason: RevokeReason
    }
  | { readonly kind: 'refuse'; readonly peer: PeerId; readonly jobId: JobId; readonly reason: RefuseReason }
  | {
      readonly kind: 'strike'
      readonly peer: PeerId
      readonly jobId: JobId
      readonly indexes: readonly number[]
      readonly reason: 'segment-failed'
    }
  | {
      readonly kind: 'back-off'
      readonly peer: PeerId
      readonly jobId: JobId
      readonly indexes: readonly number[]
      readonly reason: 'agent-refused' | 'failed-without-strike'
    }
  | {
      readonly kind: 'fail-job'
      readonly jobId: JobId
      readonly indexes: readonly number[]
      readonly reason: 'nothing-else-can-go-on'
    }
  | {
      readonly kind: 'ignore'
      readonly peer: PeerId
      readonly jobId: JobId
      readonly indexes: readonly number[]
      readonly reason: 'not-coordinator' | 'job-not-open' | 'older-generation'
    }

/** Why an agent made itself coordinator. */
export type ClaimReason = 'alone' | 'no-coordinator' | 'coordinator-lost'
/** Why a coordinator gave up its term. */
export type ResignReason = 'higher-term' | 'stalled' | 'stopping'
