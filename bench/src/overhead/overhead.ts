import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bench, BenchContext, BenchResult } from '../bench.js'
import { withAgent } from '../farm/alone-agent.js'
import { EDIT_FRAMES, EDIT_PRESET, EDIT_SIZE, writeBenchEdit } from '../farm/bench-edit.js'
import { renderJob } from '../farm/render-job.js'
import { median } from '../statistics/median.js'
import { cpuSeconds } from './cpu-time.js'
import { compileDirect, runDirect, type DirectCall } from './direct-render.js'

/** The ways in which each run renders the edit. */
const ways = ['direct', 'plain', 'verified'] as const
type Way = (typeof ways)[number]
/** Wall time, and processor time where the system tells it. */
interface Cost {
  readonly wallMs: number
  readonly cpuS: number | undefined
}
type Costs = Readonly<Record<Way, Cost>>

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
  const runs: Costs[] = []
  for (let run = 0; run < context.runs; run += 1) {
    const costs = new Map<Way, Cost>()
    for (const way of run % 2 === 0 ? ways : ways.toReversed()) {
      const cost = await renderOnce(work, way)
      costs.set(way, cost)
      context.say(`run ${run + 1} of ${context.runs}: ${way} ${(cost.wallMs / 1000).toFixed(1)} s`)
    }
    runs.push(Object.fromEntries(costs) as Record<Way, Cost>)
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
  await withAgent(context, agentOf(way), () => Promise.resolve())
}

async function renderOnce(work: Work, way: Way): Promise<Cost> {
  const { context, editPath, direct } = work
  if (way === 'direct') return costOf(() => runDirect(context.tools, direct, context.signal))
  const size = `${EDIT_SIZE.width}x${EDIT_SIZE.height}`
  const request = { editPath, outputPath: outputOf(context, way), preset: EDIT_PRESET, size, overwrite: true }
  return withAgent(context, agentOf(way), (client) =>
    costOf(async () => (await renderJob(client, request, { signal: context.signal })).wallMs),
  )
}

/** The agent runs in this process and its tools are its children, so that theirs is all the processor time. */
async function costOf(render: () => Promise<number>): Promise<Cost> {
  const before = await cpuSeconds()
  const wallMs = await render()
  const after = await cpuSeconds()
  return { wallMs, cpuS: before === undefined || after === undefined ? undefined : after - before }
}

const agentOf = (way: Way) => ({ name: way, verify: way === 'verified' })

const outputOf = ({ dir }: BenchContext, way: Way): string => join(dir, `${way}.mp4`)

function figuresOf(runs: readonly Costs[]): BenchResult['figures'] {
  const ratio = (way: Way): number => median(runs.map((costs) => costs[way].wallMs / costs.direct.wallMs))
  return [
    { name: 'without verification', value: ratio('plain'), unit: 'ratio', op: '<=', goal: 1.08 },
    { name: 'with verification', value: ratio('verified'), unit: 'ratio', op: '<=', goal: 1.18 },
  ]
}

async function notesOf({ context, direct }: Work, runs: readonly Costs[]): Promise<readonly string[]> {
  const wall = (way: Way): string => runs.map((costs) => (costs[way].wallMs / 1000).toFixed(1)).join(', ')
  const cpu = (way: Way): string => runs.map(({ [way]: { cpuS } }) => cpuS?.toFixed(1) ?? 'unknown').join(', ')
  const sizes = await Promise.all(ways.map(async (way) => (await stat(outputOf(context, way))).size))
  const MB = (at: number): string => ((sizes[at] ?? 0) / 1e6).toFixed(1)
  const { width, height } = EDIT_SIZE
  return [
    `${direct.frames} frames at ${width}x${height}, ${EDIT_PRESET}`,
    `seconds by run: direct ${wall('direct')}; without verification ${wall('plain')}; with it ${wall('verified')}`,
    `processor seconds by run: direct ${cpu('direct')}; without verification ${cpu('plain')}; with it ${cpu('verified')}`,
    `file sizes in MB: direct ${MB(0)}, agent ${MB(1)} (each segment begins with a keyframe of its own)`,
    'the direct render has plain x264 settings; what equal bytes on all machines cost is part of the overhead',
    'without verification: the worker decodes nothing, the home still decodes one segment in sixteen',
  ]
}
