import type { AssetId, BlobId, Fact, FactIntent, JobId, OfferMessage, PeerId } from '@sheaf/protocol'
import type { DescribedFault, Manifest } from '@sheaf/timeline'
import type { AssetPlace } from '../blobs/index.js'

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
  /** Who rendered a segment that landed. */
  renderedBy(jobId: JobId, index: number): PeerId | undefined
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

/** Borders of segments, a film's ends among them. */
export interface CheckedBorders {
  /** Of which it is known whether they are right. */
  readonly checked: number
  readonly all: number
}

/** What was found of a film. */
export interface FilmFinding {
  readonly faults: readonly DescribedFault[]
  readonly borders: CheckedBorders
}

/** Looks at a film while it is joined, and when it is in its place. */
export interface FilmWatch {
  /** A segment is in the film; its file stays until `settle` has resolved or `stop` was called. */
  joined(index: number, path: string): void
  /** What is wrong with the film, all of whose segments are joined and whose index is written. Waits a bounded time. */
  settle(filmPath: string): Promise<FilmFinding>
  /**
   * What is wrong with the film in its place, after all that `settle` did not get to was looked at: at low priority, and
   * as long as it takes. Ends early when the watch is stopped.
   */
  finish(filmPath: string, onProgress?: (borders: CheckedBorders) => void): Promise<FilmFinding>
  /** Idempotent. */
  stop(): void
}

/** Begins to look at a job's film. */
export type WatchFilm = (request: {
  readonly manifest: Manifest
  readonly assetPath: (asset: AssetId) => AssetPlace
  /** A segment's renderer as people call that machine. */
  readonly renderedBy: (segment: number) => string | undefined
  /** Existing folder. */
  readonly workDir: string
  readonly signal: AbortSignal
}) => FilmWatch
