import { checkSegment, type SegmentExpectation, type SegmentFacts, segmentInvalid } from '../join/index.js'
import type { FfmpegTools } from './find-ffmpeg.js'
import { runTool } from './run-tool.js'

/** What `verifySegment` needs. */
export interface VerifySegmentOptions {
  readonly tools: Pick<FfmpegTools, 'ffmpeg'>
  readonly path: string
  readonly expect: SegmentExpectation
  /** Also decode every frame with ffmpeg: the worker does so once, the home for a random few. */
  readonly decode: boolean
  readonly signal?: AbortSignal | undefined
}

/**
 * Checks one segment file: container, frame grid, parameter sets, and, if asked, a full decode.
 * Throws SHEAF_SEGMENT_INVALID naming the segment and what differs, SHEAF_TOOL_MISSING, or the
 * signal's reason.
 */
export async function verifySegment(options: VerifySegmentOptions): Promise<SegmentFacts> {
  const facts = await checkSegment(options.path, options.expect)
  if (options.decode) await decode(options)
  return facts
}

/**
 * ffmpeg ends with 0 on much that is damaged, and `-xerror` misses FFV1's checksum errors: only exit
 * code, an empty stderr and one line per frame together say that all is well. `framecrc` because
 * its Adler-32 costs a fraction of framemd5's hash; the frames' values are not compared here.
 */
async function decode({ tools, path, expect, signal }: VerifySegmentOptions): Promise<void> {
  const args = [
    ...['-hide_banner', '-nostdin', '-nostats', '-v', 'error', '-xerror', '-err_detect', 'explode'],
    ...['-protocol_whitelist', 'file,pipe', '-i', `file:${path}`],
    ...['-map', '0:v:0', '-fps_mode', 'passthrough', '-f', 'framecrc', 'pipe:1'],
  ]
  try {
    const { stdout, stderr } = await runTool({ file: tools.ffmpeg, args, signal })
    if (stderr.trim() !== '') throw new Error(stderr.trim().slice(-1000))
    const lines = stdout.toString('latin1').split('\n')
    const frames = lines.filter((line) => line !== '' && !line.startsWith('#')).length
    if (frames !== expect.frames) throw new Error(`${frames} of ${expect.frames} frames decode`)
  } catch (error) {
    signal?.throwIfAborted()
    throw segmentInvalid(expect.index, error)
  }
}
