import type { AssetId } from '@sheaf/protocol'
import type { Manifest } from '@sheaf/timeline'
import type { AssetPlace } from '../blobs/index.js'
import type { FfmpegTools } from './find-ffmpeg.js'

/** What one call of `renderChunk` needs. Segment numbers are indexes into the manifest's grid. */
export interface RenderChunkOptions {
  readonly tools: FfmpegTools
  readonly manifest: Manifest
  /** First segment of the chunk. */
  readonly from: number
  /** Segment after the last one of the chunk; the range is half open. */
  readonly to: number
  /** Where an asset is on this machine, with absolute paths; the files must stay until the chunk ends. */
  readonly assetPath: (assetId: AssetId) => AssetPlace
  /** What ffmpeg needs in its environment to be let in where assets are served. */
  readonly environment?: Readonly<Record<string, string>> | undefined
  /** Existing folder of this chunk alone; results appear there under `<index>.mp4` or `<index>.mov`. */
  readonly outDir: string
  /** Decode every segment once before it counts (the worker's duty); without it only the container is checked. */
  readonly decode: boolean
  /** Stops everything at once; nothing half-written stays. */
  readonly signal: AbortSignal
  readonly onProgress?: ((progress: ChunkProgress) => void) | undefined
  /** Called in rising order, as soon as each segment is whole and verified. The next one waits for nothing of it. */
  readonly onSegment: (segment: RenderedSegment) => void
}

/** How far a chunk is: advisory, several times a second. */
export interface ChunkProgress {
  readonly segment: number
  /** Frames of that segment that the encoder has written, and how many it will. */
  readonly encodedFrames: number
  readonly totalFrames: number
}

/** One finished segment: whole, under its final name, verified. */
export interface RenderedSegment {
  readonly index: number
  readonly path: string
  readonly sizeBytes: number
  readonly frames: number
  /** Wall time from its first frame to its verification. */
  readonly renderMs: number
}

/** A chunk under way. */
export interface RenderingChunk {
  /**
   * Fulfilled when every segment that was not cut off is delivered and no process is left.
   * Rejects with SHEAF_ENGINE_FAILED, SHEAF_SEGMENT_INVALID (`details.segment` names the segment),
   * SHEAF_DISK_FULL, or the signal's reason. Segments delivered before stay valid.
   */
  readonly done: Promise<void>
  /** Gives the tail back: nothing after `lastIndex` will be delivered; -1 gives all of it back. */
  readonly stopAfter: (lastIndex: number) => void
}

/** What `renderAudio` needs: the whole edit's sound, of which no clip is cut, so that borders cannot click. */
export interface RenderAudioOptions {
  readonly tools: FfmpegTools
  readonly manifest: Manifest
  readonly assetPath: (assetId: AssetId) => AssetPlace
  /** What ffmpeg needs in its environment to be let in where assets are served. */
  readonly environment?: Readonly<Record<string, string>> | undefined
  /** Final path; it appears there only when whole. */
  readonly outPath: string
  /** Final path of the stem of an audio track; without it none are made. */
  readonly stemPath?: ((track: number) => string) | undefined
  readonly signal: AbortSignal
  /** What a person may want to know. */
  readonly onRemark?: ((text: string) => void) | undefined
}
