import { pixelTraits } from './pixel-formats.js'
import type { ProbeFrame, ProbeStream } from './probe-report.js'
import { alphaDecoder, refuseColours } from './source-colours.js'
import { readTurn } from './source-turn.js'

/**
 * Containers that are read, ffprobe's name to ffmpeg's: formats that only point at other files
 * (playlists, concat scripts) are left out on purpose.
 */
const CONTAINERS: ReadonlyMap<string, string> = new Map([
  ['mov,mp4,m4a,3gp,3g2,mj2', 'mov'],
  ['matroska,webm', 'matroska'],
  ['mpegts', 'mpegts'],
  ['mpeg', 'mpeg'],
  ['avi', 'avi'],
  ['nut', 'nut'],
  ['mxf', 'mxf'],
  ['ogg', 'ogg'],
  ['wav', 'wav'],
  ['flac', 'flac'],
  ['mp3', 'mp3'],
  ['aac', 'aac'],
  ['aiff', 'aiff'],
  ['w64', 'w64'],
  ['flv', 'flv'],
  ['asf', 'asf'],
  ['caf', 'caf'],
  // Stills. ffprobe says `image2` of a JPEG; that would read a name with `%d` in it as a sequence.
  ['image2', 'jpeg_pipe'],
  ['jpeg_pipe', 'jpeg_pipe'],
  ['png_pipe', 'png_pipe'],
  ['tiff_pipe', 'tiff_pipe'],
  ['bmp_pipe', 'bmp_pipe'],
  ['webp_pipe', 'webp_pipe'],
  ['exr_pipe', 'exr_pipe'],
  ['dpx_pipe', 'dpx_pipe'],
])

/** The container's name for `-f`; undefined when it is not read. */
export function containerOf(formatName: string): string | undefined {
  return CONTAINERS.get(formatName)
}

/** Everything about a video stream, and its first pictures, that would silently come out wrong. */
export function refuseVideo(stream: ProbeStream, first: readonly ProbeFrame[]): string[] {
  const problems: string[] = []
  if (!(stream.width && stream.height)) problems.push('a video stream without a size')
  if ((stream.width ?? 0) > 16_384 || (stream.height ?? 0) > 16_384) problems.push('pictures above 16384 pixels')
  const turn = readTurn(stream, first)
  if (turn.kind === 'refused') problems.push(turn.problem)
  if ((stream.tags?.['alpha_mode'] ?? stream.tags?.['ALPHA_MODE']) === '1' && alphaDecoder(stream) === undefined) {
    problems.push(`transparent pictures beside those of ${stream.codec_name ?? 'the stream'}`)
  }
  if (pixelTraits(stream.pix_fmt ?? '') === undefined) problems.push(`the pixel format ${stream.pix_fmt ?? '(none)'}`)
  else problems.push(...refuseColours(stream))
  return problems
}

/** Containers that do not store when a picture is shown, or not of each. */
const WITHOUT_TIMES: ReadonlySet<string> = new Set(['avi', 'mpeg'])

/**
 * Options before an input in a container (by the name for `-f`): ffmpeg then works out the times that are not stored,
 * the same ones when it is probed and when it is rendered.
 */
export function timeArgs(container: string): readonly string[] {
  return WITHOUT_TIMES.has(container) ? ['-fflags', '+genpts'] : []
}

/** All containers that are read, by the name for `-f`. */
export function containerNames(): string[] {
  return [...CONTAINERS.values()]
}
