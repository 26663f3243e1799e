import { jobRecord, jobRecords, jobStatus, landedSegments, openJobs, type FarmState } from '@sheaf/coordinator'
import type { BlobId, JobId } from '@sheaf/protocol'
import type { AssetRegistry, BlobStore } from '../blobs/index.js'
import type { Results } from '../home/index.js'
import type { Log } from '../log/index.js'
import type { FarmMaterials, KeptSegments, Worker } from '../worker/index.js'
import { isClosed } from './farm-reader.js'
import type { FreedJobs } from './freed-jobs.js'

export interface ClosedJobsComponents {
  readonly farm: () => FarmState
  readonly worker: Pick<Worker, 'drop'>
  readonly kept: KeptSegments
  readonly materials: Pick<FarmMaterials, 'forgetJob'>
  readonly results: Pick<Results, 'forgetJob'>
  readonly blobs: Pick<BlobStore, 'delete'>
  readonly registry: Pick<AssetRegistry, 'forget'>
  readonly freed: FreedJobs
  readonly log: Log
}

/**
 * Ends the work on jobs that were closed, and frees what was kept for them. A failed job keeps its
 * landed segments: a requeue goes on from them. A farm may have a hundred thousand closed jobs, so a
 * change costs what its open and failed ones do.
 */
export class ClosedJobs {
  readonly #components: ClosedJobsComponents
  /** Not freed yet: open, failed, or waiting for it. */
  readonly #watched = new Set<JobId>()
  /** Attempt whose work here was ended. */
  readonly #dropped = new Map<JobId, number>()
  #lookedAtAll = false
  #stopped = false
  /** One after another: at a first start many jobs may be closed already. */
  #freeing: Promise<void> = Promise.resolve()

  constructor(components: ClosedJobsComponents) {
    this.#components = components
  }

  /** Looks at the farm's state again; called on every change. */
  update(): void {
    if (this.#stopped) return
    const farm = this.#components.farm()
    this.#watch(farm)
    for (const jobId of this.#watched) {
      const status = jobStatus(farm, jobId)
      // A job whose submission no longer counts: its submitter was put out. What is kept for it stays, should that change.
      if (status === undefined) this.#drop(jobId, -1)
      if (!isClosed(status)) continue
      this.#drop(jobId, jobRecord(farm, jobId)?.generation ?? 0)
      if (status === 'failed') continue
      this.#watched.delete(jobId)
      this.#dropped.delete(jobId)
      this.#freeing = this.#freeing.then(() => this.#free(jobId))
    }
  }

  /** Resolves when nothing is being freed any more; what was left is freed after the next start. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#freeing
  }

  #watch(farm: FarmState): void {
    // A job that others submitted and closed while this agent was off was never open here.
    const jobs = this.#lookedAtAll ? openJobs(farm) : jobRecords(farm)
    this.#lookedAtAll = true
    for (const { jobId } of jobs) if (!this.#components.freed.has(jobId)) this.#watched.add(jobId)
  }

  #drop(jobId: JobId, generation: number): void {
    if (this.#dropped.get(jobId) === generation) return
    this.#dropped.set(jobId, generation)
    this.#components.worker.drop(jobId)
  }

  /** Never rejects. */
  async #free(jobId: JobId): Promise<void> {
    if (this.#stopped) return
    const { farm, kept, blobs, materials, results, registry, freed, log } = this.#components
    try {
      const landed = landedSegments(farm(), jobId).map(({ blob }) => blob)
      const done = new Set([...(await kept.forgetJob(jobId)), ...landed])
      const wanted = done.size === 0 ? done : this.#wanted()
      for (const blob of done) if (!wanted.has(blob)) await blobs.delete(blob)
      await materials.forgetJob(jobId)
      await results.forgetJob(jobId)
      await registry.forget(jobId)
      await freed.add(jobId)
    } catch (error) {
      log.warn({ jobId, error }, 'what was kept for a closed job could not be removed')
    }
  }

  /** An edit rendered twice gives the same bytes twice: what one job is done with, another may still need. */
  #wanted(): ReadonlySet<BlobId> {
    const farm = this.#components.farm()
    const landed = [...this.#watched].flatMap((jobId) => landedSegments(farm, jobId))
    return new Set([...this.#components.kept.all(), ...landed].map(({ blob }) => blob))
  }
}
