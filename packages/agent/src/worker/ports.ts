import type { AssetId, BlobId, JobId, SegmentKey } from '@sheaf/protocol'
import type { Manifest } from '@sheaf/timeline'
import type { AssetPlace } from '../blobs/index.js'

/** A segment that the engine finished and verified; the file is the receiver's to move. */
export interface FinishedSegment {
  readonly index: number
  readonly path: string
  readonly renderMs: number
}

/** What the engine is asked: a contiguous stretch of segments, `to` exclusive. */
export interface ChunkRequest {
  readonly manifest: Manifest
  readonly from: number
  readonly to: number
  readonly assetPath: (asset: AssetId) => AssetPlace
  /** What the engine's tools need in their environment to be let in where assets are served. */
  readonly environment: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** `progress` 0 to 1. */
  readonly onProgress: (index: number, progress: number) => unknown
  /** Called in order, as soon as each is done; the run waits for all of them before it ends. */
  readonly onSegment: (segment: FinishedSegment) => Promise<void>
}

/** A chunk being rendered. `done` rejects with the error of the first segment that failed. */
export interface ChunkRun {
  readonly done: Promise<void>
  /** Let the segment `index` be the last one of this run. */
  stopAfter(index: number): void
}

/** Renders a chunk. Not retried by itself; two runs of one chunk make the same bytes. */
export interface ChunkRenderer {
  renderChunk(request: ChunkRequest): ChunkRun
}

/** A stretch of a job's segments, `to` exclusive. */
export interface SegmentStretch {
  readonly from: number
  readonly to: number
}

/** A job's assets as one render reads them, until it is closed. */
export interface JobAssets {
  /** Served are those of which only the blocks that are read come to this machine. Throws for what is not of this stretch. */
  readonly placeOf: (asset: AssetId) => AssetPlace
  /** What tools need in their environment to be let in where assets are served. */
  readonly environment: Readonly<Record<string, string>>
  /** Aborts with the error when such a block could not be had: what is rendered after that is worthless. */
  readonly failed: AbortSignal
  /** Idempotent. */
  close(): void
}

/** Brings what a render needs to this machine. Idempotent; concurrent calls share one transfer; retried until `signal`. */
export interface Materials {
  /** Whether the job is open as far as this machine has heard: its fact may come after the lease of its segments. */
  knows(jobId: JobId): boolean
  manifest(jobId: JobId, signal: AbortSignal): Promise<Manifest>
  /**
   * What a render of this stretch reads (without one: all of the job). Rejects with `SHEAF_MEDIA_CHANGED` when a file
   * changed.
   */
  assets(jobId: JobId, signal: AbortSignal, stretch?: SegmentStretch): Promise<JobAssets>
  /** Brings what a render of these segments will read, as far as the job's indices tell. Never rejects. */
  prefetch(jobId: JobId, indexes: readonly number[], signal: AbortSignal): Promise<void>
  /** Rejects when an asset of this machine changed since submission: what was rendered from it is worthless. */
  confirmUnchanged(jobId: JobId): Promise<void>
}

/** A segment whose bytes this agent keeps until its job is closed. */
export interface KeptSegment extends SegmentKey {
  readonly blob: BlobId
  readonly sizeBytes: number
  readonly renderMs: number
  /** The home said that it has it. */
  readonly landed: boolean
}

/** Remembers kept segments across restarts. */
export interface KeptSegments {
  all(): readonly KeptSegment[]
  /** Those whose home has not said that it has them; costs what it returns, however many are kept. */
  unlanded(): readonly KeptSegment[]
  get(key: SegmentKey): KeptSegment | undefined
  put(segment: KeptSegment): Promise<void>
  /** Forgets one whose bytes turned out to be bad, or a whole job; returns blobs that nothing else names. */
  forget(key: SegmentKey): Promise<void>
  forgetJob(jobId: JobId): Promise<readonly BlobId[]>
}

/** Takes a rendered file into the store; afterwards the path is gone. */
export interface SegmentSink {
  putFile(path: string): Promise<{ readonly id: BlobId; readonly sizeBytes: number }>
}
