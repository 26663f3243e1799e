import { compareVersions, parseVersion } from './versions.mjs'

/** The oldest ffmpeg that renders as the tests expect it. */
export const leastFfmpegVersion = '5.1'

/** libavcodec of ffmpeg 5.1: builds from git carry a commit instead of a version. */
const leastLibavcodecVersion = '59.37'

/**
 * What was printed by `ffmpeg -version`, `ffmpeg -encoders` and `ffprobe -version`; null where
 * the command is not there or does not run.
 * @typedef {{ ffmpeg: string | null, encoders: string | null, ffprobe: string | null }} FfmpegOutputs
 * @typedef {{ status: 'ready', version: string }
 *   | { status: 'missing', reason: string }
 *   | { status: 'unsuitable', reason: string }} FfmpegVerdict
 */

/**
 * Whether the ffmpeg of this system will do, and if not, why not.
 * @param {FfmpegOutputs} outputs
 * @returns {FfmpegVerdict}
 */
export function judgeFfmpeg({ ffmpeg, encoders, ffprobe }) {
  if (ffmpeg === null) {
    return { status: 'missing', reason: ffprobe === null ? 'ffmpeg and ffprobe are missing' : 'ffmpeg is missing' }
  }
  if (ffprobe === null) return { status: 'missing', reason: 'ffprobe is missing' }
  for (const [name, output] of [
    ['ffmpeg', ffmpeg],
    ['ffprobe', ffprobe],
  ]) {
    if (!isRecent(output ?? '')) {
      const found = readName(output ?? '')
      return { status: 'unsuitable', reason: `${name} ${found} is older than ${leastFfmpegVersion}` }
    }
  }
  const version = readName(ffmpeg)
  if (!/^\s*V\S*\s+libx264\s/m.test(encoders ?? '')) {
    return { status: 'unsuitable', reason: `ffmpeg ${version} was built without libx264` }
  }
  return { status: 'ready', version }
}

/** @param {string} output */
function readName(output) {
  return /^\w+ version (\S+)/m.exec(output)?.[1] ?? 'of unknown version'
}

/** @param {string} output */
function isRecent(output) {
  const release = parseVersion(readName(output).replace(/^n/, ''))
  if (release !== null) return compareVersions(release, parseVersion(leastFfmpegVersion) ?? release) >= 0
  const library = parseVersion((/libavcodec\s+([\d. ]+)/.exec(output)?.[1] ?? '').replaceAll(' ', ''))
  return library !== null && compareVersions(library, parseVersion(leastLibavcodecVersion) ?? library) >= 0
}
