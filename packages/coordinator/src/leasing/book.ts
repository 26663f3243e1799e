import type { Heartbeat, JobId, PeerId, SegmentKey } from '@sheaf/protocol'
import type { AgentBook, BookLease, BookRunning, LeasingState } from './leasing-state.js'

/** Heartbeats after which a lease or revocation that no heartbeat confirmed is no longer believed. */
const believedBeats = 2

/** Text that is equal for the same segment of the same attempt. */
export function segmentText({ jobId, generation, index }: SegmentKey): string {
  return `${jobId}/${generation}/${index}`
}

/** The book of an agent of which nothing is known. */
export function emptyBook(peer: PeerId): AgentBook {
  return { peer, leases: [], running: [], held: [], revoked: [] }
}

/** The book of `peer`, empty when there is none. */
export function bookOf(leasing: LeasingState, peer: PeerId): AgentBook {
  return leasing.books.find((book) => book.peer === peer) ?? emptyBook(peer)
}

/** The leasing state with this book in place of the one of its agent; books stay in order of peer id. */
export function withBook(leasing: LeasingState, book: AgentBook): LeasingState {
  const at = leasing.books.findIndex(({ peer }) => peer >= book.peer)
  const there = at < 0 ? undefined : leasing.books[at]
  const books =
    there?.peer === book.peer
      ? leasing.books.with(at, book)
      : leasing.books.toSpliced(at < 0 ? leasing.books.length : at, 0, book)
  return { ...leasing, books }
}

/** Everything an agent has to do with: leased, rendering, or rendered and not landed. */
export function claimsOf(book: AgentBook): readonly SegmentKey[] {
  const claims = new Map<string, SegmentKey>()
  const add = (key: SegmentKey): unknown => claims.set(segmentText(key), key)
  for (const { jobId, generation, indexes } of book.leases) {
    for (const index of indexes) add({ jobId, generation, index })
  }
  book.running.forEach(add)
  book.held.forEach(add)
  return [...claims.values()]
}

/**
 * What a heartbeat makes of a book: the agent's word counts, except for leases and revocations
 * that may have crossed it on the way.
 */
export function hearBook(book: AgentBook, heartbeat: Heartbeat, atMs: number): AgentBook {
  const revoked = book.revoked
    .map((entry) => ({ ...entry, beats: entry.beats + 1 }))
    .filter(({ beats }) => beats < believedBeats)
  const dropped = new Set(book.revoked.map(segmentText))
  const runs = new Set(heartbeat.running.map(segmentText))
  const shown: BookLease[] = heartbeat.leases.map(({ leaseId, term, jobId, generation, indexes }) => ({
    leaseId,
    term,
    jobId,
    generation,
    indexes: indexes.filter((index) => {
      const text = segmentText({ jobId, generation, index })
      return runs.has(text) || !dropped.has(text)
    }),
  }))
  const unseen = book.leases
    .filter((lease) => lease.unseen !== undefined && !shown.some((other) => isSameLease(lease, other)))
    .map((lease) => ({ ...lease, unseen: (lease.unseen ?? 0) + 1 }))
    .filter((lease) => lease.unseen < believedBeats)
  return {
    peer: book.peer,
    leases: [...shown, ...unseen].filter(({ indexes }) => indexes.length > 0),
    running: heartbeat.running.map((segment): BookRunning => {
      const text = segmentText(segment)
      const sinceMs = book.running.find((other) => segmentText(other) === text)?.sinceMs ?? atMs
      const { jobId, generation, index, progress } = segment
      return { jobId, generation, index, progress, sinceMs }
    }),
    held: heartbeat.held.map(({ jobId, generation, index }) => ({ jobId, generation, index })),
    revoked,
  }
}

/** The book without these segments of a job, whatever their generation. */
export function dropSegments(book: AgentBook, jobId: JobId, indexes: readonly number[]): AgentBook {
  const gone = new Set(indexes)
  const stays = (key: SegmentKey): boolean => key.jobId !== jobId || !gone.has(key.index)
  return {
    ...book,
    leases: book.leases
      .map((lease) =>
        lease.jobId === jobId ? { ...lease, indexes: lease.indexes.filter((index) => !gone.has(index)) } : lease,
      )
      .filter((lease) => lease.indexes.length > 0),
    running: book.running.filter(stays),
    held: book.held.filter(stays),
  }
}

function isSameLease(a: BookLease, b: BookLease): boolean {
  return a.leaseId === b.leaseId && a.term.counter === b.term.counter && a.term.peer === b.term.peer
}
