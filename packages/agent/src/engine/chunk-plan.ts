import type { SegmentExpectation } from '../join/index.js'

/** A chunk as commands: what `renderChunk` compiles a manifest to, and what a test can write by hand. */
export interface ChunkPlan {
  readonly ffmpeg: string
  /** Arguments of the one process that writes the chunk's raw frames to stdout. */
  readonly compositorArgs: readonly string[]
  /** What the compositor finds in its environment besides the usual. */
  readonly compositorEnvironment?: Readonly<Record<string, string>> | undefined
  readonly frameBytes: number
  /** Consecutive segments; the compositor's output is theirs, one after another. */
  readonly segments: readonly SegmentPlan[]
}

/** One segment of a chunk. */
export interface SegmentPlan {
  readonly expect: SegmentExpectation
  /** Arguments of an encoder that reads raw frames on stdin and writes `path`. */
  readonly encoderArgs: (path: string) => readonly string[]
  readonly path: string
  /** Where it is written until it is verified; same folder, same ending. */
  readonly partPath: string
}
