import type { AgentStatus, Role } from '../statuses.js'
import type { BlobId, JobId, LeaseId, PeerId } from '../ids.js'
import type { SignedCapability } from '../membership/certificate.js'
import type { Term } from './term.js'

/** A segment of one attempt of a job: what leases, reports and landings speak of. */
export interface SegmentKey {
  readonly jobId: JobId
  readonly generation: number
  readonly index: number
}

/** What an agent is rendering at this moment. */
export interface RunningSegment extends SegmentKey {
  readonly leaseId: LeaseId
  readonly term: Term
  /** 0 to 1, advisory. */
  readonly progress: number
}

/** Rendered, kept on the agent, and not yet acknowledged by the home. */
export interface HeldSegment extends SegmentKey {
  readonly blob: BlobId
  readonly sizeBytes: number
}

/** Chunk that an agent has been leased and has not finished: its segments in order, the running ones included. */
export interface HeldLease {
  readonly leaseId: LeaseId
  readonly term: Term
  readonly jobId: JobId
  readonly generation: number
  readonly indexes: readonly number[]
}

/** What an agent is able to do; changes rarely. */
export interface AgentAbility {
  readonly name: string
  readonly version: string
  readonly role: Role
  readonly slots: number
  /** Engine → percent of the reference machine with all slots busy; absent until measured. */
  readonly scores: Readonly<Record<string, number>>
  /** Engine → fingerprint; absent when the engine is not usable here. */
  readonly fingerprints: Readonly<Record<string, string>>
  /** Engine → the version that it calls itself by, for people; an older agent tells none. */
  readonly engineVersions?: Readonly<Record<string, string>> | undefined
}

/** Said to every connected peer twice a second, and at once when something in it changed. Durations, never dates. */
export interface Heartbeat {
  readonly kind: 'heartbeat'
  readonly status: AgentStatus
  readonly uptimeMs: number
  readonly ability: AgentAbility
  /** The term this agent follows, and how long ago it heard that coordinator; absent when it follows none. */
  readonly following?: { readonly term: Term; readonly silentMs: number } | undefined
  /** Highest term counter this agent ever saw. */
  readonly highestCounter: number
  readonly leases: readonly HeldLease[]
  readonly running: readonly RunningSegment[]
  readonly held: readonly HeldSegment[]
}

/** Coordinator → agent: render these, in order. */
export interface LeaseMessage {
  readonly kind: 'lease'
  readonly term: Term
  readonly leaseId: LeaseId
  readonly jobId: JobId
  readonly generation: number
  readonly indexes: readonly number[]
  readonly home: PeerId
  readonly epoch: number
  /** After this long without a word from the coordinator the agent may drop what it has not begun. */
  readonly durationMs: number
  /** Lower first when an agent holds several leases. */
  readonly order: number
  /** With which a guest may fetch what it needs of the job; others need none. */
  readonly capability?: SignedCapability | undefined
}

/** Coordinator → agent: do not begin these; stop them if `stopRunning`. */
export interface RevokeMessage {
  readonly kind: 'revoke'
  readonly term: Term
  readonly jobId: JobId
  readonly generation: number
  readonly indexes: readonly number[]
  readonly stopRunning: boolean
  readonly reason: string
}

/** Agent → coordinator: what became of one leased segment. */
export interface SegmentReport extends SegmentKey {
  readonly kind: 'segment-report'
  readonly leaseId: LeaseId
  readonly outcome:
    | { readonly kind: 'rendered'; readonly renderMs: number }
    | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly strike: boolean }
    | { readonly kind: 'refused'; readonly code: string; readonly message: string }
}

/** Agent → home: these bytes are here, come and fetch them. */
export interface OfferMessage extends SegmentKey {
  readonly kind: 'offer'
  readonly blob: BlobId
  readonly sizeBytes: number
  readonly renderMs: number
}

/** Home → agent: what became of an offer. `landed` is said only after the fact is on disk. */
export interface OfferReply extends SegmentKey {
  readonly kind: 'offer-reply'
  readonly blob: BlobId
  readonly outcome:
    | { readonly kind: 'landed' }
    | { readonly kind: 'not-home' }
    | { readonly kind: 'invalid'; readonly code: string; readonly message: string }
    | { readonly kind: 'retry'; readonly message: string }
}

/** Sent before an orderly stop, so that nobody waits for a time-out. */
export interface GoodbyeMessage {
  readonly kind: 'goodbye'
  readonly reason: string
}

/** Where an agent can be dialled: multiaddrs, best first. A hint; only `hello` proves who is there. */
export interface PeerAddresses {
  readonly peer: PeerId
  readonly addresses: readonly string[]
}

/** Said after `hello`, and of a newcomer to those who were there before: how the farm becomes a full mesh. */
export interface IntroductionMessage {
  readonly kind: 'introduction'
  /** Where the sender listens. */
  readonly listen: readonly string[]
  /** Members that the sender is connected to; what does not fit follows in another message. */
  readonly peers: readonly PeerAddresses[]
}

/** Everything that travels over `/sheaf/work/1`. */
export type WorkMessage =
  | Heartbeat
  | LeaseMessage
  | RevokeMessage
  | SegmentReport
  | OfferMessage
  | OfferReply
  | GoodbyeMessage
  | IntroductionMessage
