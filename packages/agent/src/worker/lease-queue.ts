import type { JobId, LeaseId, LeaseMessage, RevokeMessage, SegmentKey } from '@sheaf/protocol'

/** A lease as its agent sees it. Segments leave `queued` when a slot takes them and `running` when they end. */
export interface QueuedLease {
  readonly lease: LeaseMessage
  /** Ascending, not begun. */
  readonly queued: readonly number[]
  /** Ascending, in a slot: the first is being encoded, the others follow in the same run. */
  readonly running: readonly number[]
}

/** Every lease the agent holds, in the order in which it works them off. */
export type LeaseQueue = readonly QueuedLease[]

/** A contiguous stretch of one lease, to be rendered by one slot. */
export interface SlotRun {
  readonly lease: LeaseMessage
  readonly from: number
  /** Exclusive. */
  readonly to: number
}

export const emptyLeaseQueue: LeaseQueue = []

/** Adds a lease; one that is already there (sent twice) changes nothing. */
export function addLease(queue: LeaseQueue, lease: LeaseMessage): LeaseQueue {
  if (queue.some((entry) => sameLease(entry.lease, lease))) return queue
  const known = new Set(
    queue.filter((entry) => sameAttempt(entry.lease, lease)).flatMap((entry) => [...entry.queued, ...entry.running]),
  )
  const queued = [...lease.indexes].filter((index) => !known.has(index)).sort((a, b) => a - b)
  if (queued.length === 0) return queue
  return [...queue, { lease, queued, running: [] }].sort(byOrder)
}

/** Takes segments back. `stop` are those of them that run now and must be stopped. */
export function revokeSegments(
  queue: LeaseQueue,
  revoke: Pick<RevokeMessage, 'jobId' | 'generation' | 'indexes' | 'stopRunning'>,
): { readonly queue: LeaseQueue; readonly stop: readonly number[] } {
  const gone = new Set(revoke.indexes)
  const stop: number[] = []
  const left = queue.map((entry) => {
    if (!sameAttempt(entry.lease, revoke)) return entry
    if (revoke.stopRunning) stop.push(...entry.running.filter((index) => gone.has(index)))
    return { ...entry, queued: entry.queued.filter((index) => !gone.has(index)) }
  })
  return { queue: prune(left), stop }
}

/** Takes back all of a job, begun or not: whatever still runs is nobody's. */
export function revokeJob(queue: LeaseQueue, jobId: JobId): LeaseQueue {
  return queue.filter((entry) => entry.lease.jobId !== jobId)
}

/** The next stretch for a free slot, and the queue in which it runs; `undefined` when there is nothing to begin. */
export function takeRun(queue: LeaseQueue): { readonly queue: LeaseQueue; readonly run: SlotRun } | undefined {
  const at = queue.findIndex((entry) => entry.queued.length > 0)
  const entry = queue[at]
  const from = entry?.queued[0]
  if (entry === undefined || from === undefined) return undefined
  let to = from + 1
  while (entry.queued[to - from] === to) to += 1
  const length = to - from
  const taken = entry.queued.slice(0, length)
  const next = {
    ...entry,
    queued: entry.queued.slice(length),
    running: [...entry.running, ...taken].sort((a, b) => a - b),
  }
  return { queue: queue.with(at, next), run: { lease: entry.lease, from, to } }
}

/** Puts the rest of a run that broke back into its lease, to be begun again. */
export function giveBack(queue: LeaseQueue, leaseId: LeaseId, indexes: readonly number[]): LeaseQueue {
  const back = new Set(indexes)
  return queue.map((entry) =>
    entry.lease.leaseId === leaseId
      ? {
          ...entry,
          running: entry.running.filter((index) => !back.has(index)),
          queued: [...new Set([...entry.queued, ...indexes])].sort((a, b) => a - b),
        }
      : entry,
  )
}

/** Notes that a segment ended, well or not. */
export function endSegment(queue: LeaseQueue, key: SegmentKey): LeaseQueue {
  return prune(
    queue.map((entry) =>
      sameAttempt(entry.lease, key)
        ? {
            ...entry,
            queued: entry.queued.filter((index) => index !== key.index),
            running: entry.running.filter((index) => index !== key.index),
          }
        : entry,
    ),
  )
}

function sameLease(a: LeaseMessage, b: LeaseMessage): boolean {
  return a.leaseId === b.leaseId && a.term.counter === b.term.counter && a.term.peer === b.term.peer
}

function sameAttempt(a: { jobId: JobId; generation: number }, b: { jobId: JobId; generation: number }): boolean {
  return a.jobId === b.jobId && a.generation === b.generation
}

function byOrder(a: QueuedLease, b: QueuedLease): number {
  return a.lease.order - b.lease.order || (a.lease.leaseId < b.lease.leaseId ? -1 : 1)
}

const prune = (queue: LeaseQueue): LeaseQueue =>
  queue.filter((entry) => entry.queued.length > 0 || entry.running.length > 0)
