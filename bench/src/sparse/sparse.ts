import { execFile } from 'node:child_process'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { probeMedia } from '@sheaf/agent/measuring'
import { foundTestFarm } from '@sheaf/agent/measuring'
import { AgentProcess } from '@sheaf/cli'
import { SheafError } from '@sheaf/protocol'
import type { Bench, BenchContext, BenchResult } from '../bench.js'
import { isReady, renderJob, whenFarm } from '../farm/render-job.js'
import { FetchCount } from './fetch-count.js'
import { spreadMovie } from './spread-movie.js'

/**
 * How much of a long file crosses the wire for a short use of it: ten seconds from the middle of an hour of 20 GiB. The
 * home has the file and is paused; the other agent renders, and what it has fetched of the asset is counted there, in
 * whole blocks. The file is an MP4 whose samples are spread over its length, with holes between them.
 */
export const sparse: Bench = {
  name: 'sparse',
  summary: 'bytes moved for 10 s of a 20 GiB file',
  runs: { full: 1, quick: 1 },
  run: measureSparse,
}

interface Sizes {
  readonly fileBytes: number
  readonly minutes: number
}
const full: Sizes = { fileBytes: 20 * 2 ** 30, minutes: 60 }
const quick: Sizes = { fileBytes: 2 * 2 ** 30, minutes: 60 }
const useS = 10
const rate = 25

async function measureSparse(context: BenchContext): Promise<BenchResult> {
  const sizes = context.quick ? quick : full
  const mediaPath = join(context.dir, 'long.mp4')
  context.say('making the file')
  await makeMovie(context, mediaPath, sizes)
  const { size, blocks } = await stat(mediaPath)
  const startedMs = performance.now()
  const index = await probeMedia({ tools: context.tools, path: mediaPath, signal: context.signal })
  const indexS = (performance.now() - startedMs) / 1000
  context.say(`indexed in ${indexS.toFixed(1)} s`)
  const { fetched, ingestS, wallS } = await renderElsewhere(context, mediaPath, sizes)
  return {
    figures: [{ name: 'moved ÷ file', value: fetched / size, unit: 'ratio', op: '<=', goal: 0.02 }],
    notes: [
      `${(fetched / 2 ** 20).toFixed(0)} MiB of ${(size / 2 ** 30).toFixed(2)} GiB moved; ${useS} s are ${((100 * useS) / (60 * sizes.minutes)).toFixed(2)} % of it`,
      `submission ${ingestS.toFixed(1)} s, of which the index of ${index.video?.frameCount ?? 0} frames ${indexS.toFixed(1)} s when measured alone; the whole job ${wallS.toFixed(1)} s`,
      `the file has holes between its samples: ${((blocks * 512) / 2 ** 20).toFixed(0)} MiB are on the disk`,
    ],
  }
}

async function makeMovie(context: BenchContext, path: string, { fileBytes, minutes }: Sizes): Promise<void> {
  const run = promisify(execFile)
  const [minute, long] = [join(context.dir, 'minute.mp4'), join(context.dir, 'short.mp4')]
  const { ffmpeg } = context.tools
  const quiet = ['-nostdin', '-v', 'error', '-y']
  const inputs = ['-f', 'lavfi', '-i', `testsrc2=s=320x180:r=${rate}:d=60`, '-f', 'lavfi', '-i', 'sine=r=48000:d=60']
  const codecs = [
    '-pix_fmt',
    'yuv420p',
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-bf',
    '2',
    '-g',
    '50',
    '-c:a',
    'aac',
  ]
  await run(ffmpeg, [...quiet, ...inputs, ...codecs, '-t', '60', minute], { signal: context.signal })
  await run(ffmpeg, [...quiet, '-stream_loop', String(minutes - 1), '-i', minute, '-c', 'copy', long], {
    signal: context.signal,
  })
  await spreadMovie(long, path, fileBytes)
}

async function renderElsewhere(context: BenchContext, mediaPath: string, { minutes }: Sizes) {
  const farm = await foundTestFarm()
  const editPath = join(context.dir, 'use.otio')
  await writeFile(editPath, useEdit(mediaPath, (minutes * 60) / 2))
  const stores = { home: join(context.dir, 'home'), worker: join(context.dir, 'worker') }
  for (const store of Object.values(stores)) await farm.enrol(store)
  const home = await AgentProcess.start({ name: 'home', storePath: stores.home })
  const worker = await AgentProcess.start({ name: 'worker', storePath: stores.worker, slots: 2 })
  try {
    await whenFarm(home.client, (view) => isReady(view, 2), {
      what: 'The meeting of two agents',
      signal: context.signal,
    })
    await home.client.pauseAgent()
    const submittedMs = performance.now()
    let ingestS: number | undefined
    const count = new FetchCount(stores.worker)
    const { job, wallMs } = await renderJob(
      home.client,
      { editPath, outputPath: join(context.dir, 'use.mp4'), preset: 'h264:crf=28,preset=veryfast', overwrite: true },
      {
        signal: context.signal,
        onView: () => (ingestS ??= (performance.now() - submittedMs) / 1000),
      },
    )
    const fetched = count.stop()
    const mine = job.shares.find(({ peer }) => peer === worker.peer)?.landedFrames ?? 0
    if (mine !== useS * rate) throw wrong(`the other agent rendered ${mine} of ${useS * rate} frames`)
    return { fetched, ingestS: ingestS ?? 0, wallS: wallMs / 1000 }
  } finally {
    await Promise.all([worker.stop(), home.stop()])
  }
}

const wrong = (message: string): SheafError => new SheafError({ code: 'SHEAF_INTERNAL', message })

/** One clip with its sound. */
function useEdit(path: string, fromS: number): string {
  const time = (value: number) => ({ OTIO_SCHEMA: 'RationalTime.1', value, rate })
  const source_range = { OTIO_SCHEMA: 'TimeRange.1', start_time: time(fromS * rate), duration: time(useS * rate) }
  const media_reference = { OTIO_SCHEMA: 'ExternalReference.1', target_url: path, available_range: null }
  const clip = { OTIO_SCHEMA: 'Clip.1', name: 'use', source_range, media_reference }
  const children = ['Video', 'Audio'].map((kind) => ({ OTIO_SCHEMA: 'Track.1', name: kind, kind, children: [clip] }))
  const tracks = { OTIO_SCHEMA: 'Stack.1', name: 'tracks', children }
  return JSON.stringify({ OTIO_SCHEMA: 'Timeline.1', name: 'use', global_start_time: time(0), tracks })
}
