import type { Rational } from '@sheaf/protocol'

/** What a segment must be. */
export interface SegmentExpectation {
  /** Index in the job; errors name it. */
  readonly index: number
  readonly frames: number
  readonly rate: Rational
  readonly width: number
  readonly height: number
  /** Signature of the job's other segments; absent for the first one that is seen. */
  readonly signature?: string | undefined
}

/** What a sound segment is. */
export interface SegmentFacts {
  readonly frames: number
  readonly sizeBytes: number
  /** SHA-256 over what must be equal in all segments of a job: sample entry, time scale, size. */
  readonly signature: string
}

/**
 * Checks the container of a segment without decoding: sample entry, size, time scale, frame count,
 * first frame a sync sample, every frame exactly on the grid, all bytes there.
 * Throws SHEAF_SEGMENT_INVALID naming the segment and what differs.
 */
export async function checkSegment(path: string, expect: SegmentExpectation): Promise<SegmentFacts> {
  throw new Error(`not built yet ${path} ${expect.index}`)
}
