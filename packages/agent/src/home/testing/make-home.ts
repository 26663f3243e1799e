import type { BlobId, Fact, FactIntent, JobId, PeerId } from '@sheaf/protocol'
import { film, noAssets, self, type Deferred } from '../../worker/testing/make-work.js'
import { smallManifest } from '../../worker/testing/small-manifest.js'
import type { Materials } from '../../worker/index.js'
import type { AppendFacts, HomeBytes, HomeFarm, HomeJob } from '../ports.js'

/** A job of three segments whose home is this agent. */
export const jobOf = (change: Partial<HomeJob> = {}): HomeJob => ({
  jobId: film,
  name: 'film',
  generation: 1,
  epoch: 2,
  home: self,
  submitter: self,
  open: true,
  segments: 3,
  outputPath: '/nowhere/film.mp4',
  overwrite: false,
  ...change,
})

/** Facts, and what the farm's state makes of them, without a disk. */
export interface FakeFarm extends HomeFarm {
  readonly jobs: Map<JobId, HomeJob>
  readonly landed: Map<number, BlobId>
  readonly signed: FactIntent[]
  readonly append: AppendFacts
  /** While set, what is appended waits for it. */
  gate: Deferred<undefined> | undefined
}

/** The state follows what is appended at once. */
export function fakeFarm(...jobs: readonly HomeJob[]): FakeFarm {
  const farm: FakeFarm = {
    jobs: new Map(jobs.map((job) => [job.jobId, job])),
    landed: new Map(),
    signed: [],
    gate: undefined,
    job: (jobId) => farm.jobs.get(jobId),
    openJobs: () => [...farm.jobs.values()].filter(({ open }) => open),
    landedBlob: (_job, index) => farm.landed.get(index),
    renderedBy: (_job, index) => (farm.landed.has(index) ? self : undefined),
    append: async (intents) => {
      await farm.gate?.promise
      for (const intent of intents) take(farm, intent)
      return [] as readonly Fact[]
    },
  }
  return farm
}

function take(farm: FakeFarm, intent: FactIntent): void {
  farm.signed.push(intent)
  if (intent.kind === 'segments-landed')
    for (const { index, blob } of intent.payload.segments) farm.landed.set(index, blob)
  if (intent.kind === 'segments-retracted') for (const index of intent.payload.indexes) farm.landed.delete(index)
  if (intent.kind === 'job-completed' || intent.kind === 'job-failed') {
    const job = farm.jobs.get(intent.payload.jobId)
    if (job !== undefined) farm.jobs.set(job.jobId, { ...job, open: false })
  }
}

/** Bytes by name; `fetch` brings what `elsewhere` has. */
export function fakeBytes(pathOf: (id: BlobId) => string = (id) => `/store/${id}`) {
  const here = new Set<BlobId>()
  const fetched: { from: PeerId; id: BlobId }[] = []
  const dropped: BlobId[] = []
  let problem: Error | undefined
  const bytes: HomeBytes = {
    path: pathOf,
    has: async (id) => here.has(id),
    fetch: async (from, id) => {
      if (problem !== undefined) throw problem
      fetched.push({ from, id })
      here.add(id)
    },
    dropIfDamaged: async (id) => void dropped.push(id),
  }
  return { bytes, here, fetched, dropped, break: (error: Error | undefined) => (problem = error) }
}

/** The small manifest for every job, no media. */
export const smallMaterials: Materials = {
  manifest: async () => smallManifest,
  assets: async () => noAssets,
  prefetch: async () => undefined,
  knows: () => true,
  confirmUnchanged: async () => undefined,
}
