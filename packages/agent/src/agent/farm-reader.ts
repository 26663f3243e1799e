import { homeOf, jobRecord, jobStatus, landedBlob, openJobs, type FarmState } from '@sheaf/coordinator'
import { closedJobStatuses, type JobId, type JobStatus } from '@sheaf/protocol'
import type { HomeFarm, HomeJob } from '../home/index.js'

/** The farm's state as the home's parts ask for it; always reads the newest. */
export function createFarmReader(farm: () => FarmState): HomeFarm {
  const read = (jobId: JobId): HomeJob | undefined => {
    const state = farm()
    const record = jobRecord(state, jobId)
    const home = homeOf(state, jobId)
    if (record === undefined || home === undefined) return undefined
    const { submitted, generation } = record
    return {
      jobId,
      name: submitted.name,
      generation,
      epoch: home.epoch,
      home: home.home,
      submitter: submitted.submitter,
      open: !isClosed(jobStatus(state, jobId)),
      segments: submitted.segmentFrames.length,
      outputPath: submitted.outputPath,
      overwrite: submitted.overwrite,
    }
  }
  return {
    job: read,
    openJobs: () => openJobs(farm()).flatMap((record) => read(record.submitted.jobId) ?? []),
    landedBlob: (jobId, index) => landedBlob(farm(), jobId, index)?.blob,
    renderedBy: (jobId, index) => landedBlob(farm(), jobId, index)?.renderedBy,
  }
}

/** Whether a job takes no more work. */
export function isClosed(status: JobStatus | undefined): boolean {
  return closedJobStatuses.some((closed) => closed === status)
}
