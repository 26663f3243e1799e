import { createHash } from 'node:crypto'
import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openOutputJoiner } from '@sheaf/agent/measuring'
import { type BlobId, jobIdFrom, rational } from '@sheaf/protocol'
import { execa } from 'execa'
import type { Bench, BenchContext, BenchResult } from '../bench.js'
import { median } from '../statistics/median.js'
import { diskSpeed } from './disk-speed.js'

/**
 * From the landing of the last segment until the film has its name, against the time in which this disk takes as many
 * bytes. All other segments landed before, as fast as the joiner took them: on a farm they come more slowly.
 */
export const tail: Bench = {
  name: 'tail',
  summary: 'last segment landed → whole file in place, 10 GB of output, against the speed of the disk',
  runs: { full: 3, quick: 1 },
  run: measureTail,
}

const OUTPUT_BYTES = 10e9
const QUICK_BYTES = 200e6
const SIZE = { width: 1920, height: 1080 }
const RATE = 25
const SEGMENT_FRAMES = 25

interface TailRun {
  readonly seconds: number
  readonly bytes: number
  /** Bytes a second, before the join. */
  readonly disk: number
}

async function measureTail(context: BenchContext): Promise<BenchResult> {
  const segment = await makeSegment(context)
  const { size } = await stat(segment)
  const count = Math.ceil((context.quick ? QUICK_BYTES : OUTPUT_BYTES) / size)
  const runs: TailRun[] = []
  for (let run = 0; run < context.runs; run += 1) {
    const disk = await diskSpeed(join(context.dir, 'speed'), context.quick ? 100e6 : 4e9)
    runs.push({ ...(await joinOnce(context, segment, count)), disk })
    const { seconds, bytes } = runs.at(-1) as TailRun
    context.say(
      `run ${run + 1}: ${(bytes / 1e9).toFixed(1)} GB, ${seconds.toFixed(1)} s; disk ${(disk / 1e6).toFixed(0)} MB/s`,
    )
  }
  return {
    figures: [
      {
        name: 'tail beyond bytes ÷ disk speed',
        value: median(runs.map(({ seconds, bytes, disk }) => seconds - bytes / disk)),
        unit: 's',
        op: '<=',
        goal: 2,
      },
    ],
    notes: [
      `${count} segments of ${(size / 1e6).toFixed(0)} MB (FFV1, ${SIZE.width}x${SIZE.height})`,
      `by run: tail ${runs.map(({ seconds }) => seconds.toFixed(1)).join(', ')} s; disk ${runs.map(({ disk }) => (disk / 1e6).toFixed(0)).join(', ')} MB/s, written and synced just before`,
      'measured at the joiner: the last segment, index, sync, reading back, hash, and the final name',
    ],
  }
}

/** One second of noise: FFV1 makes nothing smaller of it. */
async function makeSegment({ dir, tools }: BenchContext): Promise<string> {
  const path = join(dir, 'segment.mov')
  const { width, height } = SIZE
  const source = `color=c=gray:s=${width}x${height}:r=${RATE},noise=alls=60:allf=t:all_seed=1,format=yuv420p`
  const codec = ['-c:v', 'ffv1', '-level', '3', '-g', '1', '-slices', '4', '-slicecrc', '1']
  const args = ['-f', 'lavfi', '-i', source, '-frames:v', String(SEGMENT_FRAMES), ...codec]
  const color = ['-color_range', 'tv', '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709']
  await execa(tools.ffmpeg, ['-nostdin', '-v', 'error', ...args, ...color, '-video_track_timescale', '12800', path])
  return path
}

async function joinOnce(context: BenchContext, segment: string, count: number): Promise<Omit<TailRun, 'disk'>> {
  const outPath = join(context.dir, 'film.mov')
  const blob = createHash('sha256')
    .update(await readFile(segment))
    .digest('hex') as BlobId
  const joiner = await openOutputJoiner({
    jobId: jobIdFrom(Date.now(), new Uint8Array(11)),
    ...{ outPath, overwrite: false, rate: rational(RATE), ...SIZE, signal: context.signal },
    segmentFrames: Array.from({ length: count }, () => SEGMENT_FRAMES),
  })
  try {
    for (let index = 0; index < count - 1; index += 1) await joiner.add(index, segment, blob)
    const startedMs = performance.now()
    await joiner.add(count - 1, segment, blob)
    const { sizeBytes } = await joiner.finish()
    return { seconds: (performance.now() - startedMs) / 1000, bytes: sizeBytes }
  } finally {
    await joiner.abort()
    await rm(outPath, { force: true })
  }
}
