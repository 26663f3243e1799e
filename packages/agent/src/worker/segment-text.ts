import type { SegmentKey } from '@sheaf/protocol'

/** One text per segment of an attempt, for maps and database keys; sorts by job, then index. */
export const segmentText = (key: SegmentKey): string =>
  `${key.jobId}/${String(key.generation).padStart(4, '0')}/${String(key.index).padStart(6, '0')}`
