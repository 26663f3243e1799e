import type { SegmentExpectation, SegmentFacts } from '../join/index.js'
import type { FfmpegTools } from './find-ffmpeg.js'

/** What `verifySegment` needs. */
export interface VerifySegmentOptions {
  readonly tools: FfmpegTools
  readonly path: string
  readonly expect: SegmentExpectation
  /** Also decode every frame with ffmpeg: the worker does so once, the home for a random few. */
  readonly decode: boolean
  readonly signal?: AbortSignal | undefined
}

/**
 * Checks one segment file: container, frame grid, parameter sets, and, if asked, a full decode.
 * Throws SHEAF_SEGMENT_INVALID naming the segment and what differs.
 */
export async function verifySegment(options: VerifySegmentOptions): Promise<SegmentFacts> {
  throw new Error(`not built yet ${options.path}`)
}
