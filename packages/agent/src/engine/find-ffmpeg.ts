/** The commands that the engine runs, found and checked. */
export interface FfmpegTools {
  /** Absolute path of `ffmpeg`. */
  readonly ffmpeg: string
  /** Absolute path of `ffprobe`. */
  readonly ffprobe: string
  /** `5.1.9-0+deb12u1`, as the command says it. */
  readonly version: string
  /** All of `ffmpeg -version`: version, configuration, library versions. Part of the fingerprint. */
  readonly banner: string
}

/** Where to look; the process's own environment unless a test says otherwise. */
export interface FindFfmpegOptions {
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  readonly platform?: NodeJS.Platform | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Finds ffmpeg and ffprobe: SHEAF_FFMPEG and SHEAF_FFPROBE, else PATH. They must be 5.1 or newer
 * and have libx264 and FFV1. Throws SHEAF_TOOL_MISSING with the command that installs them here.
 */
export async function findFfmpeg(options: FindFfmpegOptions = {}): Promise<FfmpegTools> {
  throw new Error(`not built yet ${Object.keys(options).length}`)
}
