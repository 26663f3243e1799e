import type { JobId, JobStatus, PeerId } from '@sheaf/protocol'
import type { FarmState, JobState, LandedRecord, SubmittedJob } from './farm-state.js'
import { standingOf } from './job-standing.js'
import { effectiveLanding } from './landing.js'
import type { Runs } from './runs.js'
import { mapEach, mapGet, mapValues } from './sorted-map.js'

/** Everything known of a submitted job; `undefined` while its submission is not known. */
export function jobRecord(farm: FarmState, job: JobId): (JobState & { readonly submitted: SubmittedJob }) | undefined {
  const record = mapGet(farm.jobs, job)
  return record && isSubmitted(record) ? record : undefined
}

/** All submitted jobs by job id, which is by submission time. */
export function jobRecords(farm: FarmState): readonly (JobState & { readonly submitted: SubmittedJob })[] {
  return mapValues(farm.jobs).filter(isSubmitted)
}

/** Status as far as facts tell; `undefined` for a job that is not known. */
export function jobStatus(farm: FarmState, job: JobId): JobStatus | undefined {
  const record = mapGet(farm.jobs, job)
  return record && standingOf(record)
}

/** Segments that landed and were not retracted. */
export function landedRuns(farm: FarmState, job: JobId): Runs {
  return mapGet(farm.jobs, job)?.derived.landed ?? []
}

/** The landing of one segment that counts, with the blob that holds its bytes. */
export function landedBlob(farm: FarmState, job: JobId, index: number): LandedRecord | undefined {
  const record = jobRecord(farm, job)
  if (record?.submitted.segmentFrames[index] === undefined) return undefined
  return effectiveLanding(record, mapGet(record.cells, index))
}

/** Every landing that counts, by index: what a home joins. O(segments). */
export function landedSegments(farm: FarmState, job: JobId): readonly LandedRecord[] {
  const record = jobRecord(farm, job)
  const landed: LandedRecord[] = []
  if (!record) return landed
  mapEach(record.cells, (cell, index) => {
    const landing = effectiveLanding(record, cell)
    if (landing && record.submitted.segmentFrames[index] !== undefined) landed.push(landing)
  })
  return landed
}

/** Who collects the job's segments now; `undefined` while its submission is not known. */
export function homeOf(farm: FarmState, job: JobId): { readonly epoch: number; readonly home: PeerId } | undefined {
  const record = jobRecord(farm, job)
  if (!record) return undefined
  const last = record.homes.at(-1)
  return last ? { epoch: last.epoch, home: last.home.value } : { epoch: 0, home: record.submitted.submitter }
}

/** Jobs that are not closed, in plan order: priority (higher first), submission time, job id. */
export function openJobs(farm: FarmState): readonly (JobState & { readonly submitted: SubmittedJob })[] {
  return mapValues(farm.open).flatMap((jobId) => {
    const record = jobRecord(farm, jobId)
    return record ? [record] : []
  })
}

function isSubmitted(job: JobState): job is JobState & { readonly submitted: SubmittedJob } {
  return job.submitted !== undefined
}
