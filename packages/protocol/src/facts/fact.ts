import type { BlobId, FactHash, JobId, LogId, PeerId } from '../ids.js'
import type { VerifiedChain } from '../membership/certificate.js'
import type { Rational } from '../rational.js'

/** A segment whose verified bytes are on the job's home. */
export interface LandedSegment {
  readonly index: number
  readonly blob: BlobId
  readonly sizeBytes: number
  readonly renderedBy: PeerId
  /** Wall time of the render on its agent. */
  readonly renderMs: number
}

/** Last sequence of a log that still counts. */
export interface RevokedHead {
  readonly logId: LogId
  readonly seq: number
}

/** What a fact's author signed: the fact's place in its log, what it follows and what it is. */
export interface SignedPlace {
  readonly seq: number
  /** Hash of the fact before it; absent for the first. */
  readonly prev: FactHash | undefined
  readonly hash: FactHash
  readonly signature: Uint8Array
}

/** What each kind of fact says. Kinds are never renamed; fields are only added. */
export interface FactPayloads {
  /** A person asked for a render. The author is the submitter and the job's home of epoch 0. */
  'job-submitted': {
    readonly jobId: JobId
    readonly name: string
    readonly submittedAtMs: number
    readonly engine: 'ffmpeg'
    readonly manifest: BlobId
    /** Length in frames of each segment; its length is the number of segments. */
    readonly segmentFrames: readonly number[]
    readonly rate: Rational
    readonly priority: number
    readonly preset: string
    /** Only agents of this fingerprint may take part: they make the same bytes. */
    readonly fingerprint: string
    /** Where the submitter's machine writes the result; meaningless elsewhere. */
    readonly outputPath: string
    readonly overwrite: boolean
    /** Why the film is made as it is, for people; absent where there was nothing to choose. */
    readonly route?: string | undefined
  }
  /** Last writer wins, field by field, in the farm's total order. */
  'job-setting': {
    readonly jobId: JobId
    readonly priority?: number | undefined
    readonly paused?: boolean | undefined
  }
  /** The next attempt: what failed is tried again, what landed stays. */
  'job-requeued': { readonly jobId: JobId; readonly generation: number }
  'job-canceled': { readonly jobId: JobId }
  'job-failed': { readonly jobId: JobId; readonly generation: number; readonly code: string; readonly message: string }
  'job-completed': {
    readonly jobId: JobId
    readonly generation: number
    readonly outputSha256: string
    readonly sizeBytes: number
    /** Of a film: of how many of its borders of segments it is known that they are right. */
    readonly borders?: { readonly checked: number; readonly all: number } | undefined
  }
  /** The coordinator names who collects a job's segments from now on. */
  'home-assigned': { readonly jobId: JobId; readonly epoch: number; readonly home: PeerId }
  /** Signed in batches by the home of `epoch`; from anyone else it counts for nothing. */
  'segments-landed': {
    readonly jobId: JobId
    readonly generation: number
    readonly epoch: number
    readonly segments: readonly LandedSegment[]
  }
  /** The home of `epoch` found that the bytes of segments landed in earlier epochs, or damaged in its own store, are gone. */
  'segments-retracted': {
    readonly jobId: JobId
    readonly generation: number
    readonly epoch: number
    readonly indexes: readonly number[]
  }
  /** A strike: this agent is not given this segment again in this generation. */
  'segment-failed': {
    readonly jobId: JobId
    readonly generation: number
    readonly index: number
    readonly peer: PeerId
    readonly code: string
    readonly message: string
  }
  /** The author's own certificates: the first fact of every log, and again when they are renewed. */
  'member-certified': VerifiedChain
  /** A member is out: an admin's word about anybody, or a member's own when it leaves. */
  'member-revoked': {
    readonly peer: PeerId
    /** What it wrote up to there counts; logs that are not named count for nothing. */
    readonly heads: readonly RevokedHead[]
    /** Of those whom it certified, who stays. */
    readonly keeps: readonly PeerId[]
    readonly reason: string
  }
  /** Proof that a log has two branches: what its author signed twice for one place, or what does not follow what it names. */
  'log-forked': {
    readonly author: PeerId
    readonly logId: LogId
    readonly places: readonly [SignedPlace, SignedPlace]
  }
}

/** Facts about members and their logs; all others are about jobs. */
export const trustFactKinds = ['member-certified', 'member-revoked', 'log-forked'] as const
export type TrustFactKind = (typeof trustFactKinds)[number]

export type FactKind = keyof FactPayloads

/** Place of a fact in the farm-wide total order: lamport, then author, then hash. */
export interface FactStamp {
  readonly lamport: number
  readonly author: PeerId
  readonly hash: FactHash
}

/** What every fact carries, known kind or not. */
export interface FactEnvelope {
  readonly stamp: FactStamp
  readonly logId: LogId
  /** 1, 2, 3 … within its log, without gaps. */
  readonly seq: number
}

/** A decoded fact of a known kind. */
export type Fact = {
  readonly [K in FactKind]: FactEnvelope & { readonly kind: K; readonly payload: FactPayloads[K] }
}[FactKind]

/** A fact about members and their logs. */
export type TrustFact = Extract<Fact, { kind: TrustFactKind }>
/** A fact about a job. */
export type JobFact = Exclude<Fact, TrustFact>

/** Whether a fact is about members and their logs. */
export function isTrustFact(fact: Fact): fact is TrustFact {
  return trustFactKinds.some((kind) => kind === fact.kind)
}

/** A fact that somebody wants to author: kind and payload, before stamp and signature. */
export type FactIntent = {
  readonly [K in FactKind]: { readonly kind: K; readonly payload: FactPayloads[K] }
}[FactKind]

/** A fact of a kind that a newer version made: kept and forwarded, never read. */
export interface UnknownFact extends FactEnvelope {
  readonly kind: 'unknown'
  readonly kindName: string
}

/** The farm-wide total order of facts; negative when `a` comes first. Zero only for the same fact. */
export function compareStamps(a: FactStamp, b: FactStamp): number {
  if (a.lamport !== b.lamport) return a.lamport - b.lamport
  if (a.author !== b.author) return a.author < b.author ? -1 : 1
  if (a.hash !== b.hash) return a.hash < b.hash ? -1 : 1
  return 0
}
