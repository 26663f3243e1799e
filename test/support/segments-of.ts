import type { JobView, SegmentRunView } from '@sheaf/protocol'

/** Indexes of a job's segments in that status, optionally only those of one holder. */
export function segmentsOf(job: JobView, status: SegmentRunView['status'], holder?: string): readonly number[] {
  return job.runs
    .filter((run) => run.status === status && (holder === undefined || run.holder === holder))
    .flatMap(({ from, to }) => Array.from({ length: to - from }, (_, at) => from + at))
}

/** Who rendered each landed segment. */
export function renderers(job: JobView): ReadonlyMap<number, string> {
  return new Map(
    job.runs
      .filter(({ status }) => status === 'landed')
      .flatMap(({ from, to, holder }) =>
        Array.from({ length: to - from }, (_, at) => [from + at, holder ?? ''] as const),
      ),
  )
}
