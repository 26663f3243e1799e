import type { BlobId, Fact, FactIntent, JobId, OfferMessage, PeerId } from '@sheaf/protocol'
import type { Manifest } from '@sheaf/timeline'

/** What the home must know of a job, read from the farm's state. */
export interface HomeJob {
  readonly jobId: JobId
  readonly name: string
  readonly generation: number
  readonly epoch: number
  readonly home: PeerId
  readonly submitter: PeerId
  readonly open: boolean
  readonly segments: number
  readonly outputPath: string
  readonly overwrite: boolean
}

/** The farm's state as the home reads it. */
export interface HomeFarm {
  job(jobId: JobId): HomeJob | undefined
  openJobs(): readonly HomeJob[]
  landedBlob(jobId: JobId, index: number): BlobId | undefined
}

/** Where bytes are and come from. */
export interface HomeBytes {
  path(id: BlobId): string
  has(id: BlobId): Promise<boolean>
  /** Into the store, verified by hash. */
  fetch(from: PeerId, id: BlobId): Promise<void>
  /** Removes bytes that do not hash to `id` any more. */
  dropIfDamaged(id: BlobId): Promise<void>
}

/** Checks a segment's bytes against what the job asks for. Throws `SHEAF_SEGMENT_INVALID`. */
export type CheckSegment = (request: {
  readonly manifest: Manifest
  readonly offer: OfferMessage
  readonly path: string
}) => Promise<void>

/** Authors facts: on disk when it resolves. */
export type AppendFacts = (intents: readonly FactIntent[]) => Promise<readonly Fact[]>
