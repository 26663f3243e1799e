import type { FfmpegTools } from './find-ffmpeg.js'

/** What `engineFingerprint` needs. */
export interface FingerprintOptions {
  readonly tools: FfmpegTools
  /** Existing folder where the result is kept, keyed by the binary's path, time and size. */
  readonly cacheDir: string
  readonly signal?: AbortSignal | undefined
}

/**
 * What must be equal for two agents to make the same bytes: versions, build configuration, and the
 * hash of a small render through the very filter chain and every preset's encoder. 64 hex digits.
 */
export async function engineFingerprint(options: FingerprintOptions): Promise<string> {
  throw new Error(`not built yet ${options.cacheDir}`)
}
