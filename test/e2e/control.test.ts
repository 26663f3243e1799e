import { readdir } from 'node:fs/promises'
import type { AgentProcess } from '@sheaf/cli'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FarmSandbox } from '../support/farm-sandbox.js'
import { runSheaf } from '../support/run-sheaf.js'
import { segmentsOf } from '../support/segments-of.js'
import { makeSmallFilm, quickPreset, slowPreset, type SmallFilm } from '../support/small-film.js'
import { untilCompleted, untilFarm, untilFound, untilJob, untilMet } from '../support/wait-for.js'

const timeout = 240_000

describe('a person stays in control', () => {
  let sandbox: FarmSandbox
  let film: SmallFilm
  let home: AgentProcess
  let worker: AgentProcess
  beforeAll(async () => {
    sandbox = await FarmSandbox.create()
    film = await makeSmallFilm(sandbox.root, 336)
    ;[home, worker] = (await sandbox.farm(['home', 'worker'])) as [AgentProcess, AgentProcess]
    await untilMet([home, worker])
  }, timeout)
  afterAll(() => sandbox.dispose(), timeout)

  const submit = async (file: string, more: { readonly preset?: string; readonly priority?: number } = {}) => {
    const { editPath } = film
    const request = { editPath, outputPath: sandbox.path(file), preset: slowPreset, segmentFrames: 24, ...more }
    return (await home.client.submit(request)).jobId
  }
  const toolsAreGone = (agents: number) =>
    untilFound(`only ${agents} agents to run`, async () => {
      const processes = await sandbox.processes()
      return processes.length === agents ? processes : undefined
    })
  const filesOf = async (file: string) => (await readdir(sandbox.root)).filter((name) => name.includes(file))

  it(
    'cancel ends every tool and leaves no file',
    async () => {
      const jobId = await submit('canceled.mp4')
      await untilJob(home, jobId, 'to be under way', ({ landed }) => landed > 1)
      const canceled = await home.client.cancelJob(jobId)
      expect(canceled.status).toBe('canceled')
      await untilJob(worker, jobId, 'to be canceled everywhere', ({ status }) => status === 'canceled')
      await toolsAreGone(2)
      await untilFound('the partial file to be gone', async () =>
        (await filesOf('canceled')).length === 0 ? true : undefined,
      )
      await expect(home.client.cancelJob(jobId)).rejects.toMatchObject({ code: 'SHEAF_JOB_CLOSED' })
    },
    timeout,
  )

  it(
    'a paused machine takes nothing, a resumed one works again',
    async () => {
      expect((await worker.client.pauseAgent()).paused).toBe(true)
      await untilFarm(home, 'the worker asleep', ({ peers }) =>
        peers.some(({ peer, status }) => peer === worker.peer && status === 'asleep'),
      )
      const jobId = await submit('machine-paused.mp4')
      const before = await untilJob(home, jobId, 'to be under way', ({ landed }) => landed >= 3)
      expect(before.shares.filter(({ peer }) => peer === worker.peer)).toEqual([])
      expect((await worker.client.resumeAgent()).paused).toBe(false)
      await untilJob(home, jobId, 'the worker to land a segment', ({ shares }) =>
        shares.some(({ peer, landed }) => peer === worker.peer && landed > 0),
      )
      await home.client.cancelJob(jobId)
      await toolsAreGone(2)
    },
    timeout,
  )

  it(
    'a paused job stands still and goes on when it is resumed',
    async () => {
      const jobId = await submit('job-paused.mp4', { preset: quickPreset })
      await untilJob(home, jobId, 'to be under way', ({ landed }) => landed > 0)
      await home.client.pauseJob(jobId)
      const still = await untilJob(
        home,
        jobId,
        'to stand still',
        (job) =>
          job.status === 'paused' &&
          segmentsOf(job, 'rendering').length === 0 &&
          segmentsOf(job, 'leased').length === 0,
      )
      expect(still.landed).toBeLessThan(still.segments)
      await toolsAreGone(2)
      const after = await home.client.job(jobId)
      expect(after.landed).toBe(still.landed)
      await home.client.resumeJob(jobId)
      await untilCompleted(home, jobId)
    },
    timeout,
  )

  it(
    'of two jobs the one of higher priority comes first, also when it came last',
    async () => {
      const low = await submit('low.mp4', { priority: 20 })
      await untilJob(home, low, 'to be under way', ({ landed }) => landed > 0)
      const high = await submit('high.mp4', { priority: 80, preset: quickPreset })
      // Completed is told after the film was looked at, and meanwhile the other one goes on.
      await untilJob(home, high, 'to have landed', ({ landed, segments }) => landed === segments)
      const other = await home.client.job(low)
      expect(other.landed).toBeLessThan(other.segments)
      expect((await home.client.setPriority(low, 60)).priority).toBe(60)
      await untilJob(worker, low, 'the new priority on the other machine', ({ priority }) => priority === 60)
      await Promise.all([high, low].map((jobId) => untilCompleted(home, jobId)))
    },
    timeout,
  )

  it(
    'sheaf down leaves nothing running',
    async () => {
      const jobId = await submit('down.mp4')
      await untilJob(worker, jobId, 'to be under way', (job) => segmentsOf(job, 'rendering', worker.peer).length > 0)
      for (const agent of [worker, home]) {
        const down = await runSheaf(['down', '--store', sandbox.storePath(agent.name)])
        expect(down).toMatchObject({ exitCode: 0, stderr: '' })
      }
      expect(await sandbox.processes()).toEqual([])
      expect(await filesOf('down.mp4')).toEqual([])
    },
    timeout,
  )
})
