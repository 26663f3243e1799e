import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { startAgent } from '@sheaf/agent'
import { discoverAgent } from '@sheaf/client'
import type { Bench, BenchContext, BenchResult } from '../bench.js'
import { EDIT_FRAMES, EDIT_PRESET, EDIT_SIZE, writeBenchEdit } from '../farm/bench-edit.js'
import { isReady, renderJob, whenFarm } from '../farm/render-job.js'
import { median } from '../statistics/median.js'
import { compileDirect, runDirect, type DirectCall } from './direct-render.js'

/** The ways in which each run renders the edit. */
const ways = ['direct', 'plain', 'verified'] as const
type Way = (typeof ways)[number]
type Times = Readonly<Record<Way, number>>

const quickFrames = 500

/**
 * One agent's wall time, from the submission to the file in place, ÷ that of one direct ffmpeg process on the same
 * edit and preset. A run renders all three ways one after another, every second run in the opposite order, so that a
 * machine that gets slower favours none; each figure is the median of the runs' own ratios. The agent is up and has
 * its fingerprint and score before the clock starts, and is stopped while the others render.
 */
export const overhead: Bench = {
  name: 'overhead',
  summary: "one agent's time ÷ one ffmpeg process on a 5-minute edit, without and with verification",
  runs: { full: 3, quick: 1 },
  run: measureOverhead,
}

async function measureOverhead(context: BenchContext): Promise<BenchResult> {
  const edit = await writeBenchEdit(context, { name: 'edit', frames: context.quick ? quickFrames : EDIT_FRAMES })
  const output = join(context.dir, 'direct.mp4')
  const request = { tools: context.tools, editPath: edit.path, size: EDIT_SIZE, preset: EDIT_PRESET, output }
  const work = { context, editPath: edit.path, direct: await compileDirect(request) }
  for (const way of ['plain', 'verified'] as const) await prepare(work, way)
  const runs: Times[] = []
  for (let run = 0; run < context.runs; run += 1) {
    const times: Record<Way, number> = { direct: 0, plain: 0, verified: 0 }
    for (const way of run % 2 === 0 ? ways : ways.toReversed()) {
      times[way] = await renderOnce(work, way)
      context.say(`run ${run + 1} of ${context.runs}: ${way} ${(times[way] / 1000).toFixed(1)} s`)
    }
    runs.push(times)
  }
  return { figures: figuresOf(runs), notes: await notesOf(work, runs) }
}

interface Work {
  readonly context: BenchContext
  readonly editPath: string
  readonly direct: DirectCall
}

/** The agent's first start: it finds its fingerprint and score, and keeps them. */
async function prepare({ context }: Work, way: Way): Promise<void> {
  context.say(`measuring the agent (${way})`)
  await withAgent(context, way, () => Promise.resolve())
}

async function renderOnce(work: Work, way: Way): Promise<number> {
  const { context, editPath, direct } = work
  if (way === 'direct') return runDirect(context.tools, direct, context.signal)
  const { width, height } = EDIT_SIZE
  return withAgent(context, way, async (client) => {
    const { wallMs } = await renderJob(
      client,
      {
        editPath,
        outputPath: outputOf(context, way),
        preset: EDIT_PRESET,
        size: `${width}x${height}`,
        overwrite: true,
      },
      { signal: context.signal },
    )
    return wallMs
  })
}

const outputOf = ({ dir }: BenchContext, way: Way): string => join(dir, `${way}.mp4`)

type Client = Awaited<ReturnType<typeof discoverAgent>>['client']

/** An agent alone in its farm, ready to work. */
async function withAgent<T>(context: BenchContext, way: Way, use: (client: Client) => Promise<T>): Promise<T> {
  const storePath = join(context.dir, `store-${way}`)
  const agent = await startAgent({
    ...{ storePath, name: way, farmHost: '127.0.0.1', farmPort: 0, apiPort: 0, mdns: false },
    verify: way === 'verified',
  })
  try {
    const { client } = await discoverAgent({ storePath })
    await whenFarm(client, (view) => isReady(view, 1), { what: "The agent's measurement", signal: context.signal })
    return await use(client)
  } finally {
    await agent.stop()
  }
}

function figuresOf(runs: readonly Times[]): BenchResult['figures'] {
  const ratio = (way: Way): number => median(runs.map((times) => times[way] / times.direct))
  return [
    { name: 'without verification', value: ratio('plain'), unit: 'ratio', op: '<=', goal: 1.08 },
    { name: 'with verification', value: ratio('verified'), unit: 'ratio', op: '<=', goal: 1.18 },
  ]
}

async function notesOf({ context, direct }: Work, runs: readonly Times[]): Promise<readonly string[]> {
  const seconds = (way: Way): string => runs.map((times) => (times[way] / 1000).toFixed(1)).join(', ')
  const sizes = await Promise.all(ways.map(async (way) => (await stat(outputOf(context, way))).size))
  const MB = (at: number): string => ((sizes[at] ?? 0) / 1e6).toFixed(1)
  const { width, height } = EDIT_SIZE
  return [
    `${direct.frames} frames at ${width}x${height}, ${EDIT_PRESET}; seconds by run: direct ${seconds('direct')}; ` +
      `one agent ${seconds('plain')}; one agent that verifies ${seconds('verified')}`,
    `file sizes in MB: direct ${MB(0)}, agent ${MB(1)} (every segment begins with a keyframe of its own)`,
    'without verification: the worker decodes nothing, the home still decodes one segment in sixteen',
  ]
}
