import { execFileSync } from 'node:child_process'
import { buildMediaIndex } from '../media/build-media-index.js'
import type { MediaIndex } from '../media/media-index.js'
import { containerOf, timeArgs } from '../media/media-support.js'
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
  const ask = (args: readonly string[]): ProbeReport => {
    const json = execFileSync('ffprobe', [...args, `file:${path}`], { maxBuffer: 1 << 30, stdio: 'pipe' })
    return JSON.parse(json.toString()) as ProbeReport
  }
  const plain = ask(PROBE_ARGS)
  const times = timeArgs(containerOf(plain.format?.format_name ?? '') ?? '')
  const report = times.length === 0 ? plain : ask([...PROBE_ARGS, ...times])
  const video = report.streams?.find((stream) => stream.codec_type === 'video')
  return video ? { ...report, frames: ask([...frameProbeArgs(video.index), ...times]).frames ?? [] } : report
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
