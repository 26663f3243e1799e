import type { BlobId, FactPayloads, FactStamp, JobId, PeerId } from '@sheaf/protocol'
import type { Runs } from './runs.js'
import type { SortedMap } from './sorted-map.js'

/** Generation of a job that was never requeued; each requeue names a higher one. */
export const firstGeneration = 1

/**
 * What a set of facts says: a function of the set alone, whatever the order, repetition or
 * grouping in which the facts came. Immutable; versions share what they have in common.
 */
export interface FarmState {
  readonly jobs: SortedMap<JobId, JobState>
  /** Jobs that take work, keyed so that they are in plan order. */
  readonly open: SortedMap<string, JobId>
}

/** A last-writer register: the value of the fact with the highest stamp. */
export interface Register<T> {
  readonly value: T
  readonly stamp: FactStamp
}

/** `job-submitted` with the lowest stamp, and who signed it. */
export type SubmittedJob = FactPayloads['job-submitted'] & { readonly stamp: FactStamp; readonly submitter: PeerId }

/** Last landing that one author signed for one segment in one epoch. Whether it counts is derived. */
export interface LandedRecord {
  readonly index: number
  readonly generation: number
  readonly epoch: number
  readonly blob: BlobId
  readonly sizeBytes: number
  readonly renderedBy: PeerId
  /** Wall time of the render on its agent. */
  readonly renderMs: number
  /** Its author is who signed the landing. */
  readonly stamp: FactStamp
}

/** Last retraction that one author signed for one segment in one epoch. */
export interface RetractedRecord {
  readonly epoch: number
  readonly stamp: FactStamp
}

/** Everything that facts say about one segment's bytes; both lists by epoch, then author. */
export interface SegmentCell {
  readonly landed: readonly LandedRecord[]
  readonly retracted: readonly RetractedRecord[]
}

/** An agent that failed a segment. */
export interface Strike {
  readonly generation: number
  readonly index: number
  readonly peer: PeerId
  readonly code: string
  readonly message: string
  readonly stamp: FactStamp
}

/** What one agent has contributed to a job's landed segments. */
export interface Contribution {
  readonly peer: PeerId
  readonly segments: number
  readonly frames: number
  /** Sum of the render times of those segments. */
  readonly renderMs: number
}

/** What can be derived from a job's records; kept up to date as facts come. */
export interface JobDerived {
  /** Segments that count as landed. */
  readonly landed: Runs
  readonly landedSegments: number
  readonly landedFrames: number
  /** By peer id. */
  readonly contributions: readonly Contribution[]
}

/** Raw records of one job; facts may come before their `job-submitted`. */
export interface JobState {
  readonly jobId: JobId
  readonly submitted?: SubmittedJob | undefined
  readonly priority?: Register<number> | undefined
  readonly paused?: Register<boolean> | undefined
  /** Highest generation that a requeue named. */
  readonly generation: number
  /** Epoch, from 1 on → home; by epoch. */
  readonly homes: readonly { readonly epoch: number; readonly home: Register<PeerId> }[]
  readonly canceled?: FactStamp | undefined
  readonly completed?: (FactPayloads['job-completed'] & { readonly stamp: FactStamp }) | undefined
  /** One for each generation that failed; by generation. */
  readonly failed: readonly (FactPayloads['job-failed'] & { readonly stamp: FactStamp })[]
  readonly cells: SortedMap<number, SegmentCell>
  /** By index; each list by generation, then peer. */
  readonly strikes: SortedMap<number, readonly Strike[]>
  readonly derived: JobDerived
}

/** The state of no facts. */
export const emptyFarmState: FarmState = { jobs: undefined, open: undefined }
