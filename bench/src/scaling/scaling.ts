import { join } from 'node:path'
import { foundTestFarm, type TestFarm } from '@sheaf/agent/measuring'
import type { AgentProcess } from '@sheaf/cli'
import type { JobView } from '@sheaf/protocol'
import type { Bench, BenchContext, BenchResult } from '../bench.js'
import { EDIT_FRAMES, EDIT_PRESET, EDIT_SIZE, writeBenchEdit, type BenchEdit } from '../farm/bench-edit.js'
import { renderJob } from '../farm/render-job.js'
import { median } from '../statistics/median.js'
import { calibrate } from './calibrate.js'
import { CpuLimit } from './cpu-limit.js'
import { idealMs, IdleWatch, requireSegments } from './efficiency.js'
import { startLimited, stopAll } from './limited-farm.js'

/** Percent of one core that each agent has for itself and all its tools. */
const percents = [70, 35, 35] as const
const leastSegments = 60

/**
 * How much of three unequal agents a farm makes use of: efficiency = ideal ÷ measured.
 *
 * - *measured*: wall time of one job on the farm of three, from the submission to the file in place. Everything is in
 *   it: ingest, sound, sharding, the end when not all have work, the joining of the file. The home's duties run
 *   in the first agent's control group like all that it does.
 * - *ideal*: frames of the job ÷ sum of the agents' speeds. Speeds are measured while all three render *at the same
 *   time*, under the same limits, the beginning of the same edit (without its sound, so that nothing but rendering
 *   slows them) with the same segments, each alone in a farm of its own: right before and right after the job, and
 *   the mean of the two counts, so that a machine that changes its pace changes both sides of the fraction.
 *
 * The figure is the median of the runs.
 */
export const scaling: Bench = {
  name: 'scaling',
  summary: 'three agents of 70, 35 and 35 % of a core against the sum of their speeds (Linux, root)',
  runs: { full: 3, quick: 1 },
  run: measureScaling,
}

interface Sizes {
  readonly frames: number
  readonly calibrationFrames: number
  /** Of the job and of the calibration alike. */
  readonly segmentFrames: number
}

const full: Sizes = { frames: EDIT_FRAMES, calibrationFrames: 900, segmentFrames: Math.round(EDIT_FRAMES / 64) }
const quick: Sizes = { frames: 1500, calibrationFrames: 240, segmentFrames: 24 }

interface Setup {
  readonly context: BenchContext
  readonly sizes: Sizes
  readonly limits: readonly CpuLimit[]
  readonly edit: BenchEdit
  readonly beginning: BenchEdit
  readonly farm: TestFarm
}

interface Run {
  readonly job: JobView
  readonly wallMs: number
  readonly speeds: readonly number[]
  /** Frames a second that each agent landed over the whole job, and the part of it in which it had nothing to do. */
  readonly reached: readonly { readonly perS: number; readonly idle: number }[]
}

async function measureScaling(context: BenchContext): Promise<BenchResult> {
  const limits: CpuLimit[] = []
  try {
    for (const [at, percent] of percents.entries()) limits.push(await CpuLimit.create(String(at), percent))
    const setup = await prepare(context, limits)
    const runs: Run[] = []
    for (let run = 0; run < context.runs; run += 1) {
      const one = await measureOnce(setup)
      runs.push(one)
      context.say(`run ${run + 1} of ${context.runs}: ${describe(one)}`)
    }
    const value = median(runs.map(efficiencyOf))
    return {
      figures: [{ name: 'efficiency', value, unit: 'ratio', op: '>=', goal: 0.85 }],
      notes: [...runs.map(describe), ...aboutSetup(setup, runs)],
    }
  } finally {
    await Promise.all(limits.map((limit) => limit.remove()))
  }
}

async function prepare(context: BenchContext, limits: readonly CpuLimit[]): Promise<Setup> {
  const sizes = context.quick ? quick : full
  const edit = await writeBenchEdit(context, { name: 'edit', frames: sizes.frames })
  const beginning = await writeBenchEdit(context, { name: 'beginning', frames: sizes.calibrationFrames, sound: false })
  return { context, sizes, limits, edit, beginning, farm: await foundTestFarm() }
}

async function measureOnce(setup: Setup): Promise<Run> {
  const before = await speedsAlone(setup)
  const farm = await renderTogether(setup)
  const after = await speedsAlone(setup)
  const speeds = before.map((speed, at) => (speed + (after[at] ?? speed)) / 2)
  return { ...farm, speeds }
}

async function speedsAlone(setup: Setup): Promise<readonly number[]> {
  const { context, limits, beginning, sizes } = setup
  context.say('measuring the speeds of the three at the same time')
  const agents = await startLimited(context, { limits, stores: 'alone' })
  try {
    return await calibrate(context, { agents, edit: beginning, segmentFrames: sizes.segmentFrames })
  } finally {
    await stopAll(agents)
  }
}

async function renderTogether(setup: Setup): Promise<Omit<Run, 'speeds'>> {
  const { context, limits, farm } = setup
  const agents = await startLimited(context, { limits, stores: 'farm', farm })
  try {
    context.say('rendering on the farm')
    return await renderOn(setup, agents)
  } finally {
    await stopAll(agents)
  }
}

async function renderOn(
  { context, edit, sizes }: Setup,
  agents: readonly AgentProcess[],
): Promise<Omit<Run, 'speeds'>> {
  const [home] = agents
  if (home === undefined) throw new Error('there are three agents')
  const idle = new IdleWatch()
  const { width, height } = EDIT_SIZE
  const request = {
    editPath: edit.path,
    outputPath: join(context.dir, 'farm.mp4'),
    ...{ preset: EDIT_PRESET, size: `${width}x${height}`, segmentFrames: sizes.segmentFrames, overwrite: true },
  }
  const options = {
    signal: context.signal,
    onView: (view: Parameters<IdleWatch['see']>[0], _: JobView, atMs: number) => idle.see(view, atMs),
  }
  const { job, wallMs } = await renderJob(home.client, request, options)
  requireSegments(job.segments, context.quick ? 1 : leastSegments)
  const reached = agents.map(({ peer }) => {
    const frames = job.shares.find((share) => share.peer === peer)?.landedFrames ?? 0
    return { perS: (frames * 1000) / wallMs, idle: idle.idleMs(peer) / wallMs }
  })
  return { job, wallMs, reached }
}

const efficiencyOf = ({ job, wallMs, speeds }: Run): number => idealMs(job.frames, speeds) / wallMs

function describe(run: Run): string {
  const each = run.reached.map(({ perS, idle }, at) => {
    const speed = run.speeds[at] ?? 0
    return `${percents[at] ?? '?'} %: ${perS.toFixed(1)} of ${speed.toFixed(1)} frames/s, idle ${(100 * idle).toFixed(0)} %`
  })
  const ideal = idealMs(run.job.frames, run.speeds)
  const times = `${(run.wallMs / 1000).toFixed(1)} s, ideal ${(ideal / 1000).toFixed(1)} s`
  return `efficiency ${efficiencyOf(run).toFixed(3)} (${times}); ${each.join('; ')}`
}

function aboutSetup({ sizes }: Setup, runs: readonly Run[]): readonly string[] {
  const { width, height } = EDIT_SIZE
  return [
    `${sizes.frames} frames in ${runs[0]?.job.segments ?? 0} segments at ${width}x${height}, ${EDIT_PRESET}, with sound; one slot an agent`,
    "speeds: all three at the same time on farms of their own, mean of before and after; the home's duties are in the 70 % agent's share",
  ]
}
