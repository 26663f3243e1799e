import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bench, BenchContext, BenchResult } from '../bench.js'
import { withAgent } from '../farm/alone-agent.js'
import { EDIT_FRAMES, EDIT_PRESET, EDIT_RATE, EDIT_SIZE, writeBenchEdit } from '../farm/bench-edit.js'
import { renderJob } from '../farm/render-job.js'
import { compileDirect, runDirect } from '../overhead/direct-render.js'
import { meanSsim } from './mean-ssim.js'

/**
 * What it costs to encode in segments: the file of the farm against that of one ffmpeg process with the same quality
 * and speed, and how near both are to the pictures before the encoder. Segments follow from the edit, not from who
 * renders them, so one agent makes the farm's file.
 */
export const size: Bench = {
  name: 'size',
  summary: "H.264 by quality: the farm's file against one process's, in bytes and SSIM, of 5 minutes and of one",
  runs: { full: 1, quick: 1 },
  run: measureSize,
}

interface Measured {
  readonly bytes: number
  readonly ssim: number
}
interface Pair {
  readonly name: string
  readonly goal: number
  readonly direct: Measured
  readonly farm: Measured
}

const lengths = [
  { name: '5 minutes', frames: EDIT_FRAMES, goal: 0.05 },
  { name: '1 minute', frames: 60 * EDIT_RATE, goal: 0.1 },
] as const

async function measureSize(context: BenchContext): Promise<BenchResult> {
  const pairs: Pair[] = []
  for (const [i, { name, frames, goal }] of lengths.entries()) {
    const edit = await writeBenchEdit(context, {
      name: `edit-${i}`,
      frames: context.quick ? 200 : frames,
      sound: false,
    })
    pairs.push({ name, goal, ...(await renderBoth(context, edit.path, `film-${i}`)) })
    context.say(`${name}: done`)
  }
  return { figures: pairs.flatMap(figuresOf), notes: pairs.map(noteOf) }
}

async function renderBoth(
  context: BenchContext,
  editPath: string,
  name: string,
): Promise<Pick<Pair, 'direct' | 'farm'>> {
  const { tools, signal } = context
  const file = (way: string, ending: string): string => join(context.dir, `${name}-${way}.${ending}`)
  const paths = { direct: file('direct', 'mp4'), farm: file('farm', 'mp4'), lossless: file('lossless', 'mov') }
  const call = await compileDirect({ tools, editPath, size: EDIT_SIZE, preset: EDIT_PRESET, output: paths.direct })
  await runDirect(tools, call, signal)
  const asked = { editPath, size: `${EDIT_SIZE.width}x${EDIT_SIZE.height}` }
  await withAgent(context, { name: 'alone', verify: false }, async (client) => {
    await renderJob(client, { ...asked, preset: EDIT_PRESET, outputPath: paths.farm }, { signal })
    await renderJob(client, { ...asked, preset: 'ffv1', outputPath: paths.lossless }, { signal })
  })
  const measured = async (path: string): Promise<Measured> => ({
    bytes: (await stat(path)).size,
    ssim: await meanSsim(tools.ffmpeg, path, paths.lossless),
  })
  return { direct: await measured(paths.direct), farm: await measured(paths.farm) }
}

function figuresOf({ name, goal, direct, farm }: Pair): BenchResult['figures'] {
  return [
    { name: `size, ${name}`, value: farm.bytes / direct.bytes - 1, unit: 'ratio', op: '<=', goal },
    { name: `SSIM lower by, ${name}`, value: direct.ssim - farm.ssim, unit: 'SSIM', op: '<=', goal: 0.001 },
  ]
}

function noteOf({ name, direct, farm }: Pair): string {
  const text = ({ bytes, ssim }: Measured): string => `${(bytes / 1e6).toFixed(2)} MB, SSIM ${ssim.toFixed(5)}`
  return `${name} at ${EDIT_SIZE.width}x${EDIT_SIZE.height}, ${EDIT_PRESET}: one process ${text(direct)}; farm ${text(farm)}`
}
