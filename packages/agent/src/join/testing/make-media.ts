import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Runs ffmpeg for a test and fails with its stderr. */
export async function ffmpeg(...args: readonly string[]): Promise<void> {
  await run('ffmpeg', ['-nostdin', '-hide_banner', '-v', 'error', '-y', ...args])
}

/** Runs ffprobe for a test and returns its parsed JSON. */
export async function ffprobeJson(path: string, ...args: readonly string[]): Promise<unknown> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-of', 'json', ...args, path], { maxBuffer: 1 << 26 })
  return JSON.parse(stdout) as unknown
}

/** MD5 of each decoded video frame of a file. */
export async function frameHashes(path: string): Promise<string[]> {
  const args = ['-nostdin', '-v', 'error', '-i', path, '-map', '0:v', '-f', 'framemd5', '-']
  const { stdout, stderr } = await run('ffmpeg', args, { maxBuffer: 1 << 26 })
  if (stderr !== '') throw new Error(stderr)
  return stdout
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => (line.split(',').at(-1) ?? '').trim())
}

/** What a test segment is made with. */
export interface SegmentRecipe {
  readonly codec: 'h264' | 'ffv1'
  readonly rate: string
  readonly timescale: number
  readonly start: number
  readonly frames: number
}

/** Encodes a span of one fixed moving picture, 160 × 90, with B-frames where the codec has them. */
export async function makeSegment(path: string, recipe: SegmentRecipe): Promise<void> {
  const { codec, rate, timescale, start, frames } = recipe
  const trim = `trim=start_frame=${start}:end_frame=${start + frames},setpts=PTS-STARTPTS`
  const source = `testsrc2=s=160x90:r=${rate},${trim},format=yuv420p`
  const h264 = [
    '-c:v',
    'libx264',
    '-preset',
    'medium',
    '-bf',
    '3',
    '-threads',
    '4',
    '-x264-params',
    'stitchable=1:cpu-independent=1',
  ]
  const encoder = codec === 'h264' ? h264 : ['-c:v', 'ffv1', '-level', '3', '-g', '1', '-slices', '4', '-slicecrc', '1']
  await ffmpeg('-f', 'lavfi', '-i', source, ...encoder, '-video_track_timescale', `${timescale}`, path)
}

/** A tone of this many seconds. */
export async function makeTone(path: string, seconds: number, codec: 'aac' | 'pcm_s16le'): Promise<void> {
  const samples = Math.round(seconds * 48000)
  await ffmpeg('-f', 'lavfi', '-i', `sine=f=440:r=48000,atrim=end_sample=${samples}`, '-ac', '2', '-c:a', codec, path)
}

/** SHA-256 of a file. */
export async function sha256(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
}

/** A folder for one test file, and what removes it. */
export async function scratch(): Promise<{ readonly dir: string; readonly remove: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'sheaf-test-'))
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) }
}
