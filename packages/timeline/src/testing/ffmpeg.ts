import { execFileSync } from 'node:child_process'
import { buildMediaIndex } from '../media/build-media-index.js'
import type { MediaIndex } from '../media/media-index.js'
import { frameProbeArgs, PROBE_ARGS, type ProbeReport } from '../media/probe-report.js'

/** Runs ffmpeg for a test; what it writes to standard output, or an error with its messages. */
export function ffmpeg(args: readonly string[], input?: Uint8Array): Buffer {
  return execFileSync('ffmpeg', [...args], {
    maxBuffer: 1 << 30,
    ...(input ? { input } : {}),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

/** ffprobe's report on a file. */
export function probe(path: string): ProbeReport {
  const json = execFileSync('ffprobe', [...PROBE_ARGS, `file:${path}`], { maxBuffer: 1 << 30, stdio: 'pipe' })
  const report = JSON.parse(json.toString()) as ProbeReport
  const video = report.streams?.find((stream) => stream.codec_type === 'video')
  if (!video) return report
  const args = [...frameProbeArgs(video.index), `file:${path}`]
  const frames = execFileSync('ffprobe', args, { maxBuffer: 1 << 30, stdio: 'pipe' })
  return { ...report, ...(JSON.parse(frames.toString()) as Pick<ProbeReport, 'frames'>) }
}

/** The index of a file. */
export function indexOf(path: string): MediaIndex {
  return buildMediaIndex(probe(path), { name: path })
}

/** Whether ffmpeg is there; in CI it has to be. */
export function hasFfmpeg(): boolean {
  try {
    execFileSync('ffmpeg', ['-version'], { stdio: 'ignore' })
    return true
  } catch (error) {
    if (process.env['CI'] || process.env['SHEAF_REQUIRE_TOOLS']) throw error
    return false
  }
}
