import type { JobId, LeaseMessage, RevokeMessage, SegmentKey } from '@sheaf/protocol'

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
  const queued = [...new Set(lease.indexes)].filter((index) => !known.has(index)).sort((a, b) => a - b)
  if (queued.length === 0) return queue
  return [...queue, { lease, queued, running: [] }].sort(byOrder)
}

/**
 * Takes segments back, also those that wait inside a run. Of the `begun` ones, which an encoder works
 * on, only `stopRunning` takes something: those are gone from the queue and named in `stop`.
 */
export function revokeSegments(
  queue: LeaseQueue,
  revoke: Pick<RevokeMessage, 'jobId' | 'generation' | 'indexes' | 'stopRunning'>,
  begun: ReadonlySet<number>,
): { readonly queue: LeaseQueue; readonly stop: readonly number[] } {
  const gone = new Set(revoke.indexes)
  const stop: number[] = []
  const left = queue.map((entry) => {
    if (!sameAttempt(entry.lease, revoke)) return entry
    const stays = (index: number): boolean => !gone.has(index) || (begun.has(index) && !revoke.stopRunning)
    stop.push(...entry.running.filter((index) => begun.has(index) && !stays(index)))
    return {
      ...entry,
      queued: entry.queued.filter((index) => !gone.has(index)),
      running: entry.running.filter(stays),
    }
  })
  return { queue: prune(left), stop }
}

/** Takes back all of a job, begun or not: whatever still runs is nobody's. */
export function revokeJob(queue: LeaseQueue, jobId: JobId): LeaseQueue {
  return queue.filter((entry) => entry.lease.jobId !== jobId)
}

/**
 * The next stretch of a job that is `ready`, for a free slot, and the queue in which it runs; `undefined` when there
 * is nothing to begin.
 */
export function takeRun(
  queue: LeaseQueue,
  ready: (jobId: JobId) => boolean,
): { readonly queue: LeaseQueue; readonly run: SlotRun } | undefined {
  const at = queue.findIndex((entry) => entry.queued.length > 0 && ready(entry.lease.jobId))
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

/** Puts segments that wait inside a run back into their lease, to be begun again; others are left as they are. */
export function giveBack(queue: LeaseQueue, lease: LeaseMessage, indexes: readonly number[]): LeaseQueue {
  const back = new Set(indexes)
  return queue.map((entry) => {
    if (!sameLease(entry.lease, lease)) return entry
    const returned = entry.running.filter((index) => back.has(index))
    return {
      ...entry,
      running: entry.running.filter((index) => !back.has(index)),
      queued: [...entry.queued, ...returned].sort((a, b) => a - b),
    }
  })
}

/** The segments of a run that have not ended, ascending. */
export function unfinishedOf(queue: LeaseQueue, { lease, from, to }: SlotRun): readonly number[] {
  const entry = queue.find((other) => sameLease(other.lease, lease))
  return entry?.running.filter((index) => index >= from && index < to) ?? []
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
