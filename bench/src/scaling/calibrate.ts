import { join } from 'node:path'
import type { AgentProcess } from '@sheaf/cli'
import type { BenchContext } from '../bench.js'
import { EDIT_PRESET, EDIT_SIZE, type BenchEdit } from '../farm/bench-edit.js'
import { renderJob } from '../farm/render-job.js'
import { speedsTogether, type ProgressPoint } from './efficiency.js'

/**
 * Frames a second of each agent while all of them render at the same time, each the same edit alone in a farm of its
 * own. The jobs are canceled when the first one ends: the others have been seen long enough.
 */
export async function calibrate(
  context: BenchContext,
  {
    agents,
    edit,
    segmentFrames,
  }: {
    readonly agents: readonly AgentProcess[]
    readonly edit: BenchEdit
    readonly segmentFrames: number
  },
): Promise<readonly number[]> {
  const first = new AbortController()
  const signal = AbortSignal.any([context.signal, first.signal])
  const { width, height } = EDIT_SIZE
  const renders = agents.map(async ({ client, name }): Promise<readonly ProgressPoint[]> => {
    const points: ProgressPoint[] = []
    let jobId: string | undefined
    const request = {
      editPath: edit.path,
      outputPath: join(context.dir, `${name}.mp4`),
      ...{ preset: EDIT_PRESET, size: `${width}x${height}`, segmentFrames, overwrite: true },
    }
    const onView = (_: unknown, job: { readonly jobId: string; readonly framesDone: number }, atMs: number): void => {
      jobId = job.jobId
      points.push({ atMs, frames: job.framesDone })
    }
    try {
      await renderJob(client, request, { signal, onView })
      first.abort()
    } catch (error) {
      if (!first.signal.aborted) throw error
      if (jobId !== undefined) await client.cancelJob(jobId)
    }
    return points
  })
  return speedsTogether(await Promise.all(renders))
}
