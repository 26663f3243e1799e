import { closedJobStatuses, type JobStatus } from '@sheaf/protocol'
import type { JobState } from './farm-state.js'

/** A job that was never given a priority has the one it was submitted with. */
export function priorityOf(job: JobState): number {
  return job.priority?.value ?? job.submitted?.priority ?? 0
}

/** Whether a person paused it. */
export function isPaused(job: JobState): boolean {
  return job.paused?.value ?? false
}

/** The failure of the job's present generation. */
export function failureOf(job: JobState): JobState['failed'][number] | undefined {
  return job.failed.find(({ generation }) => generation === job.generation)
}

/** What facts alone say; `undefined` until the submission is known. Completed over canceled over failed. */
export function standingOf(job: JobState): JobStatus | undefined {
  if (!job.submitted) return undefined
  if (job.completed) return 'completed'
  if (job.canceled) return 'canceled'
  if (failureOf(job)) return 'failed'
  if (job.derived.landedSegments === job.submitted.segmentFrames.length) return 'rendered'
  if (isPaused(job)) return 'paused'
  return job.derived.landedSegments > 0 ? 'active' : 'queued'
}

/** Whether the job may still need work: submitted and not closed. */
export function isOpen(job: JobState): boolean {
  const status = standingOf(job)
  return status !== undefined && !closedJobStatuses.some((closed) => closed === status)
}

/** Text that sorts in plan order: higher priority first, then earlier submission, then job id. */
export function planKey(job: JobState): string {
  const priority = Math.min(999, Math.max(0, Math.round(priorityOf(job))))
  const submittedAtMs = Math.min(maxMs, Math.max(0, Math.round(job.submitted?.submittedAtMs ?? 0)))
  return `${String(999 - priority).padStart(3, '0')}/${String(submittedAtMs).padStart(16, '0')}/${job.jobId}`
}

const maxMs = 9_999_999_999_999
