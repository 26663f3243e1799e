import { jobRecords, jobStatus, landedSegments, type FarmState } from '@sheaf/coordinator'
import type { BlobId, JobId } from '@sheaf/protocol'
import type { AssetRegistry, BlobStore } from '../blobs/index.js'
import type { Log } from '../log/index.js'
import type { FarmMaterials, KeptSegments, Worker } from '../worker/index.js'
import { isClosed } from './farm-reader.js'

export interface ClosedJobsComponents {
  readonly farm: () => FarmState
  readonly worker: Worker
  readonly kept: KeptSegments
  readonly materials: FarmMaterials
  readonly blobs: BlobStore
  readonly registry: AssetRegistry
  readonly log: Log
}

/**
 * Ends the work on jobs that were closed, and frees what was kept for them. A failed job keeps its
 * landed segments: a requeue goes on from them.
 */
export class ClosedJobs {
  readonly #components: ClosedJobsComponents
  readonly #done = new Set<string>()

  constructor(components: ClosedJobsComponents) {
    this.#components = components
  }

  /** Looks at the farm's state again; called on every change. */
  update(): void {
    const farm = this.#components.farm()
    for (const record of jobRecords(farm)) {
      const { jobId } = record.submitted
      const status = jobStatus(farm, jobId)
      const key = `${jobId}/${status}/${record.generation}`
      if (!isClosed(status) || this.#done.has(key)) continue
      this.#done.add(key)
      this.#components.worker.drop(jobId)
      if (status === 'failed') continue
      this.#free(farm, jobId).catch((error: unknown) =>
        this.#components.log.warn({ jobId, error }, 'what was kept for a closed job could not be removed'),
      )
    }
  }

  async #free(farm: FarmState, jobId: JobId): Promise<void> {
    const { kept, blobs, materials, registry } = this.#components
    const landed = landedSegments(farm, jobId).map(({ blob }) => blob)
    const done = new Set([...(await kept.forgetJob(jobId)), ...landed])
    const wanted = this.#wanted()
    for (const blob of done) if (!wanted.has(blob)) await blobs.delete(blob)
    await materials.forgetJob(jobId)
    await registry.forget(jobId)
  }

  /** An edit rendered twice gives the same bytes twice: what one job is done with, another may still need. */
  #wanted(): ReadonlySet<BlobId> {
    const farm = this.#components.farm()
    const goesOn = ({ submitted: { jobId } }: { readonly submitted: { readonly jobId: JobId } }): boolean => {
      const status = jobStatus(farm, jobId)
      return status !== 'completed' && status !== 'canceled'
    }
    const landed = jobRecords(farm)
      .filter(goesOn)
      .flatMap(({ submitted: { jobId } }) => landedSegments(farm, jobId))
    return new Set([...this.#components.kept.all(), ...landed].map(({ blob }) => blob))
  }
}
