import type { Fact, Heartbeat, PeerId, SegmentKey, SegmentReport } from '@sheaf/protocol'
import type { CoreState } from '../core/core-state.js'
import { jobRecord } from '../facts/selectors.js'
import { runsContain } from '../facts/runs.js'
import { mapGet } from '../facts/sorted-map.js'
import { bookOf, claimsOf, dropSegments, hearBook, segmentText, withBook } from './book.js'
import type { AgentBook, LeasingState, Orphan, Settling } from './leasing-state.js'
import { learnSpeed } from './speed.js'

/**
 * What a heartbeat changes. A segment that the agent no longer speaks of, and that has not landed,
 * settles: its landing is probably under way from the home, so nobody is given it for a moment.
 */
export function hearHeartbeat(state: CoreState, from: PeerId, heartbeat: Heartbeat): LeasingState {
  const before = bookOf(state.leasing, from)
  const after = hearBook(before, heartbeat, state.atMs)
  const has = new Set(claimsOf(after).map(segmentText))
  const revoked = new Set(before.revoked.map(segmentText))
  const confirmed = { ...before, leases: before.leases.filter(({ unseen }) => unseen === undefined) }
  const untilMs = state.atMs + state.config.settleMs
  const settling = claimsOf(confirmed)
    .filter((key) => !has.has(segmentText(key)) && !revoked.has(segmentText(key)))
    .filter(({ jobId, index }) => !isLanded(state, jobId, index))
    .map((key): Settling => ({ ...key, peer: from, progress: progressIn(before, key), untilMs }))
  const leasing = withBook(state.leasing, after)
  return settling.length === 0 ? leasing : { ...leasing, settling: [...leasing.settling, ...settling] }
}

/** How far a segment was: 1 when it was rendered, and only on its way to the home. */
function progressIn({ running, held }: AgentBook, key: SegmentKey): number {
  const text = segmentText(key)
  if (held.some((one) => segmentText(one) === text)) return 1
  return running.find((one) => segmentText(one) === text)?.progress ?? 0
}

/** What a report changes in the books: a rendered segment is held until a heartbeat says otherwise. */
export function hearReport(state: CoreState, from: PeerId, report: SegmentReport): LeasingState {
  const { jobId, generation, index, outcome } = report
  const dropped = dropSegments(bookOf(state.leasing, from), jobId, [index])
  if (outcome.kind !== 'rendered') return withBook(state.leasing, dropped)
  const landed = isLanded(state, jobId, index)
  const book = landed ? dropped : { ...dropped, held: [...dropped.held, { jobId, generation, index }] }
  return learnSpeed(withBook(state.leasing, book), state, from, report)
}

/** What facts, applied to the farm already, change: landed segments leave their renderer's book. */
export function hearFacts(state: CoreState, facts: readonly Fact[]): LeasingState {
  let { leasing } = state
  for (const fact of facts) {
    if (fact.kind !== 'segments-landed') continue
    const { jobId, segments } = fact.payload
    for (const peer of new Set(segments.map(({ renderedBy }) => renderedBy))) {
      if (!leasing.books.some((book) => book.peer === peer)) continue
      const landed = segments
        .filter((segment) => segment.renderedBy === peer && isLanded(state, jobId, segment.index))
        .map(({ index }) => index)
      leasing = withBook(leasing, dropSegments(bookOf(leasing, peer), jobId, landed))
    }
  }
  return forget({ ...state, leasing })
}

/** Drops what time or facts made void. */
export function forget(state: CoreState): LeasingState {
  const { leasing, farm, atMs } = state
  const settling = leasing.settling.filter(
    ({ jobId, index, untilMs }) => untilMs > atMs && !isLanded(state, jobId, index),
  )
  const orphans = leasing.orphans.filter(({ untilMs }) => untilMs > atMs)
  const backOffs = leasing.backOffs.filter(({ untilMs }) => untilMs > atMs)
  const strikes = leasing.strikes.filter(({ jobId, generation, index, peer, untilMs }) => {
    // The fact could not be written (a full disk): the agent is tried again, and strikes again.
    if (untilMs <= atMs) return false
    const known = mapGet(jobRecord(farm, jobId)?.strikes, index) ?? []
    return !known.some((strike) => strike.peer === peer && strike.generation === generation)
  })
  const failing = leasing.failing.filter(({ jobId, generation, untilMs }) => {
    if (untilMs <= atMs) return false
    return !jobRecord(farm, jobId)?.failed.some((failed) => failed.generation === generation)
  })
  const same =
    settling.length === leasing.settling.length &&
    orphans.length === leasing.orphans.length &&
    backOffs.length === leasing.backOffs.length &&
    strikes.length === leasing.strikes.length &&
    failing.length === leasing.failing.length
  return same ? leasing : { ...leasing, settling, orphans, backOffs, strikes, failing }
}

/**
 * Forgets an agent that is gone: what it had is free at once, except what was settling. Its
 * segments are marked, so that they are leased elsewhere before anything else.
 */
export function loseBook(state: CoreState, peer: PeerId): LeasingState {
  const { leasing, atMs, config } = state
  if (!leasing.books.some((book) => book.peer === peer)) return leasing
  const orphans = claimsOf(bookOf(leasing, peer))
    .filter(({ jobId, index }) => !isLanded(state, jobId, index))
    .map((key): Orphan => ({ ...key, untilMs: atMs + config.orphanMs }))
  const books = leasing.books.filter((book) => book.peer !== peer)
  return { ...leasing, books, orphans: [...leasing.orphans, ...orphans] }
}

function isLanded(state: CoreState, jobId: SegmentReport['jobId'], index: number): boolean {
  return runsContain(jobRecord(state.farm, jobId)?.derived.landed ?? [], index)
}
