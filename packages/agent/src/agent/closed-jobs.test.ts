import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { emptyFarmState, type FarmState } from '@sheaf/coordinator'
import type { BlobId, FactIntent, JobId } from '@sheaf/protocol'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openStoreDatabase } from '../facts/index.js'
import { blobOf, clip, film, memoryKept, memoryLog, self, settled } from '../worker/testing/make-work.js'
import { ClosedJobs } from './closed-jobs.js'
import { openFreedJobs, type FreedJobs } from './freed-jobs.js'
import { farmOf, landing, submission } from './testing/make-farm.js'

const canceled = (jobId: JobId): FactIntent => ({ kind: 'job-canceled', payload: { jobId } })
const failed = (jobId: JobId, generation = 1): FactIntent => ({
  kind: 'job-failed',
  payload: { jobId, generation, code: 'X', message: 'broken' },
})
const requeued = (jobId: JobId): FactIntent => ({ kind: 'job-requeued', payload: { jobId, generation: 2 } })

function memoryFreed(): FreedJobs & { readonly jobs: Set<JobId> } {
  const jobs = new Set<JobId>()
  return { jobs, has: (jobId) => jobs.has(jobId), add: async (jobId) => void jobs.add(jobId) }
}

function deskOf(freed = memoryFreed()) {
  const world: { farm: FarmState; problem?: Error } = { farm: emptyFarmState }
  const [dropped, forgotten, deleted]: [string[], string[], BlobId[]] = [[], [], []]
  const kept = memoryKept()
  const forgetJob = async (jobId: JobId): Promise<void> => {
    if (world.problem !== undefined) throw world.problem
    forgotten.push(jobId)
  }
  const closed = new ClosedJobs({
    farm: () => world.farm,
    worker: { drop: (jobId) => void dropped.push(jobId) },
    kept,
    materials: { forgetJob },
    results: { forgetJob },
    blobs: { delete: async (blob) => void deleted.push(blob) },
    registry: { forget: forgetJob },
    freed,
    log: memoryLog(),
  })
  const now = async (...intents: readonly FactIntent[]): Promise<void> => {
    world.farm = farmOf(self, ...intents)
    closed.update()
    await settled()
  }
  return { closed, world, dropped, forgotten, deleted, kept, freed, now }
}

const start = submission(film, blobOf('m'))
const landed = landing(film, self, { 0: blobOf('0'), 1: blobOf('1') })

describe('a closed job', () => {
  it('is dropped and freed once, with what was rendered and what landed', async () => {
    const { now, closed, kept, dropped, forgotten, deleted, freed } = deskOf()
    await kept.put({
      jobId: film,
      generation: 1,
      index: 2,
      blob: blobOf('2'),
      sizeBytes: 1,
      renderMs: 1,
      landed: false,
    })
    await now(start, landed)
    expect([dropped, forgotten]).toEqual([[], []])
    await now(start, landed, canceled(film))
    closed.update()
    await settled()
    expect([dropped, forgotten, deleted.sort(), kept.all()]).toEqual([
      [film],
      [film, film, film],
      [blobOf('0'), blobOf('1'), blobOf('2')],
      [],
    ])
    expect([...freed.jobs]).toEqual([film])
  })

  it('leaves bytes that another open job has landed too', async () => {
    const { now, deleted } = deskOf()
    const twin = [submission(clip, blobOf('m')), landing(clip, self, { 0: blobOf('0') })]
    await now(start, landed, ...twin)
    await now(start, landed, ...twin, canceled(film))
    expect(deleted).toEqual([blobOf('1')])
    await now(start, landed, ...twin, canceled(film), canceled(clip))
    expect(deleted).toEqual([blobOf('1'), blobOf('0')])
  })

  it('that failed ends its work, keeps what landed, and is freed when it is closed for good', async () => {
    const { now, dropped, forgotten, deleted } = deskOf()
    await now(start, landed, failed(film))
    await now(start, landed, failed(film), requeued(film))
    await now(start, landed, failed(film), requeued(film), failed(film, 2))
    expect([dropped, forgotten, deleted]).toEqual([[film, film], [], []])
    await now(start, landed, failed(film), requeued(film), failed(film, 2), canceled(film))
    expect(deleted).toEqual([blobOf('0'), blobOf('1')])
  })

  it('is not cleared up again after a restart, nor looked at on every change', async () => {
    const first = deskOf()
    await first.now(start, canceled(film))
    const second = deskOf(first.freed)
    await second.now(start, canceled(film))
    expect([second.dropped, second.forgotten]).toEqual([[], []])
  })

  it('that was closed while this agent was off is freed at its start', async () => {
    const { now, forgotten } = deskOf()
    await now(start, canceled(film))
    expect(forgotten).toEqual([film, film, film])
  })

  it('is freed after the next start when it could not be now', async () => {
    const first = deskOf()
    first.world.problem = new Error('busy')
    await first.now(start, canceled(film))
    expect(first.freed.has(film)).toBe(false)
    const second = deskOf(first.freed)
    await second.now(start, canceled(film))
    expect(second.freed.has(film)).toBe(true)
  })

  it('is left for later once the agent stops', async () => {
    const { now, closed, forgotten } = deskOf()
    await now(start)
    await closed.stop()
    await now(start, canceled(film))
    expect(forgotten).toEqual([])
  })
})

it('freed jobs are remembered on disk', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sheaf-test-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const before = await openStoreDatabase(dir)
  await (await openFreedJobs(before)).add(film)
  await before.close()
  const after = await openStoreDatabase(dir)
  onTestFinished(() => after.close())
  const freed = await openFreedJobs(after)
  expect([freed.has(film), freed.has(clip)]).toEqual([true, false])
})
