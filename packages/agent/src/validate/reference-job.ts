import type { AssetId } from '@sheaf/protocol'
import type { Manifest } from '@sheaf/timeline'
import type { AssetPlace } from '../blobs/index.js'
import type { FfmpegTools } from '../engine/index.js'

/** A job that can be rendered again here, to compare. */
export interface ReferenceJob {
  readonly tools: Pick<FfmpegTools, 'ffmpeg' | 'ffprobe'>
  readonly manifest: Manifest
  readonly assetPath: (asset: AssetId) => AssetPlace
  /** Existing folder for what ffmpeg must read from a file. */
  readonly workDir: string
  readonly signal?: AbortSignal | undefined
}
