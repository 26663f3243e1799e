/** Statuses of a job, a segment and an agent; the words are those of the vocabulary. */
export const jobStatuses = [
  'ingesting',
  'queued',
  'active',
  'paused',
  'rendered',
  'completed',
  'failed',
  'canceled',
] as const
export type JobStatus = (typeof jobStatuses)[number]

export const segmentStatuses = ['waiting', 'leased', 'rendering', 'landed', 'soft-failed', 'failed'] as const
export type SegmentStatus = (typeof segmentStatuses)[number]

export const agentStatuses = ['starting', 'awake', 'busy', 'asleep', 'draining', 'unreachable', 'error'] as const
export type AgentStatus = (typeof agentStatuses)[number]

export const roles = ['admin', 'artist', 'worker', 'guest'] as const
export type Role = (typeof roles)[number]

/** A job in one of these takes no more work. `completed` over `canceled` over `failed` when facts disagree. */
export const closedJobStatuses = ['completed', 'canceled', 'failed'] as const satisfies readonly JobStatus[]
export type ClosedJobStatus = (typeof closedJobStatuses)[number]
