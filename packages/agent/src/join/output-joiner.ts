import type { Rational } from '@sheaf/protocol'

/** What a joiner needs. */
export interface OutputJoinerOptions {
  /** Final path: the file appears there only when whole. */
  readonly outPath: string
  /** Partial file; a sibling of `outPath` (`.<name>.sheaf-part`) unless told. Must be on the same file system. */
  readonly partPath?: string | undefined
  readonly overwrite: boolean
  readonly rate: Rational
  readonly width: number
  readonly height: number
  /** Frames of each segment of the job, in order. */
  readonly segmentFrames: readonly number[]
  /** The job's rendered sound, whole, or undefined for none: its place in the file must not depend on timing. */
  readonly audioPath?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** The result file. */
export interface JoinedOutput {
  readonly path: string
  readonly frames: number
  readonly sizeBytes: number
  readonly sha256: string
}

/**
 * Joins segments into the result file as their prefix lands. The bytes depend on the segments and
 * the sound alone: not on order, timing or who rendered. After a crash a new joiner starts afresh
 * from the stored segments.
 */
export interface OutputJoiner {
  /**
   * Offers a landed segment, in any order; one that is already known is ignored. Resolves when it is
   * accepted (queued or written). Throws SHEAF_SEGMENT_INVALID, SHEAF_DISK_FULL, SHEAF_JOIN_FAILED.
   */
  readonly add: (index: number, path: string) => Promise<void>
  /** Segments that are in the partial file. */
  readonly joined: () => number
  /** Waits for nothing: every segment must have been added. Writes the index, syncs, hashes, renames. */
  readonly finish: () => Promise<JoinedOutput>
  /** Removes the partial file. Idempotent; nothing after `finish`. */
  readonly abort: () => Promise<void>
}

/** Opens the partial file. Throws SHEAF_OUTPUT_EXISTS, SHEAF_OUTPUT_FOLDER_MISSING, SHEAF_OUTPUT_NOT_WRITABLE, SHEAF_DISK_FULL. */
export async function openOutputJoiner(options: OutputJoinerOptions): Promise<OutputJoiner> {
  throw new Error(`not built yet ${options.outPath}`)
}
