import type { MediaIndex } from '@sheaf/timeline'
import type { FfmpegTools } from './find-ffmpeg.js'

/** What `probeMedia` needs. */
export interface ProbeMediaOptions {
  readonly tools: FfmpegTools
  /** Any file name is fine: spaces, quotes, `%`, emoji, a leading `-`. */
  readonly path: string
  readonly signal?: AbortSignal | undefined
}

/**
 * Indexes one media file: streams, frame → PTS table, keyframes.
 * Throws SHEAF_MEDIA_MISSING (no such file, not a file, not readable) or SHEAF_MEDIA_INVALID
 * (zero size, not media, truncated); each names the file.
 */
export async function probeMedia(options: ProbeMediaOptions): Promise<MediaIndex> {
  throw new Error(`not built yet ${options.path}`)
}
