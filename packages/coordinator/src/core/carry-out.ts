import type { FactIntent, JobId, LeaseId, PeerId, SegmentKey, Term } from '@sheaf/protocol'
import { priorityOf } from '../facts/job-standing.js'
import { homeOf, jobRecord } from '../facts/selectors.js'
import { mapGet } from '../facts/sorted-map.js'
import { bookOf, dropSegments, withBook } from '../leasing/book.js'
import type { BookLease, LeasingState } from '../leasing/leasing-state.js'
import type { LeaseReason, Plan, PlanItem, RevokeReason } from '../plan/plan-value.js'
import type { Command } from './command.js'
import type { CoreState } from './core-state.js'
import type { DecisionBody } from './decision.js'

/** A plan as commands, with the books as they are once those are carried out. */
export interface CarriedOut {
  readonly leasing: LeasingState
  readonly facts: readonly FactIntent[]
  readonly commands: readonly Command[]
  readonly decisions: readonly DecisionBody[]
}

/** Turns a plan into messages under `term`: what is taken back first, then what is given. */
export function carryOut(state: CoreState, term: Term, plan: Plan): CarriedOut {
  let { leasing } = state
  const commands: Command[] = []
  const decisions: DecisionBody[] = []
  const revoke = (item: PlanItem<RevokeReason>, stopRunning: boolean): void => {
    commands.push(revokeCommand(term, item, stopRunning))
    leasing = takeBack(leasing, item)
  }
  const lease = (item: PlanItem<LeaseReason>): void => {
    const command = leaseCommand(state, term, leasing.nextLease, item)
    if (!command) return
    commands.push(command)
    leasing = handOut(leasing, term, item, command.message.leaseId)
  }
  for (const item of plan.revoke) {
    revoke(item, item.stopRunning)
    decisions.push(about('revoke', item))
  }
  for (const item of plan.steal) {
    revoke({ ...item, peer: item.from }, false)
    lease(item)
    decisions.push({ ...about('steal', item), from: item.from })
  }
  for (const item of plan.lease) {
    lease(item)
    decisions.push(about('lease', item))
  }
  for (const item of plan.duplicate) {
    lease(item)
    decisions.push({ ...about('duplicate', item), from: item.from })
  }
  const { facts, failing } = failJobs(state, plan)
  for (const { jobId, indexes, reason } of plan.fail) decisions.push({ kind: 'fail-job', jobId, indexes, reason })
  decisions.push(...newRefusals(leasing, plan))
  return {
    leasing: { ...leasing, failing: [...leasing.failing, ...failing], refused: plan.refuse, orphans: [] },
    facts,
    commands,
    decisions,
  }
}

function about<K extends string, R>(
  kind: K,
  { peer, jobId, indexes, reason }: PlanItem<R>,
): {
  readonly kind: K
  readonly peer: PeerId
  readonly jobId: JobId
  readonly indexes: readonly number[]
  readonly reason: R
} {
  return { kind, peer, jobId, indexes, reason }
}

function revokeCommand(term: Term, item: PlanItem<RevokeReason>, stopRunning: boolean): Command {
  const { peer, jobId, generation, indexes, reason } = item
  return {
    kind: 'revoke',
    to: peer,
    message: { kind: 'revoke', term, jobId, generation, indexes, stopRunning, reason },
    reason,
  }
}

/** A lease of a more urgent job goes before what an agent has queued already. */
function leaseCommand(
  state: CoreState,
  term: Term,
  number: number,
  { peer, jobId, generation, indexes, reason }: PlanItem<LeaseReason>,
): Extract<Command, { kind: 'lease' }> | undefined {
  const job = jobRecord(state.farm, jobId)
  const home = homeOf(state.farm, jobId)
  if (!job || !home) return undefined
  const urgency = Math.min(100, Math.max(0, 100 - priorityOf(job)))
  return {
    kind: 'lease',
    to: peer,
    message: {
      kind: 'lease',
      term,
      leaseId: `${term.counter}-${term.peer.slice(-6)}-${number}` as LeaseId,
      jobId,
      generation,
      indexes,
      home: home.home,
      epoch: home.epoch,
      durationMs: state.config.leaseMs,
      order: urgency * 1_000_000 + Math.min(number, 999_999),
    },
    reason,
  }
}

function takeBack(leasing: LeasingState, { peer, jobId, generation, indexes }: PlanItem<RevokeReason>): LeasingState {
  const book = dropSegments(bookOf(leasing, peer), jobId, indexes)
  const revoked = indexes.map((index) => ({ jobId, generation, index, beats: 0 }))
  return withBook(leasing, { ...book, revoked: [...book.revoked, ...revoked] })
}

function handOut(leasing: LeasingState, term: Term, item: PlanItem<LeaseReason>, leaseId: LeaseId): LeasingState {
  const { peer, jobId, generation, indexes } = item
  const book = bookOf(leasing, peer)
  const lease: BookLease = { leaseId, term, jobId, generation, indexes, unseen: 0 }
  const given = new Set(indexes)
  const again = (key: SegmentKey): boolean => key.jobId === jobId && given.has(key.index)
  return {
    ...withBook(leasing, {
      ...book,
      leases: [...book.leases, lease],
      revoked: book.revoked.filter((entry) => !again(entry)),
    }),
    nextLease: leasing.nextLease + 1,
  }
}

function failJobs(state: CoreState, plan: Plan): { facts: FactIntent[]; failing: LeasingState['failing'] } {
  const facts = plan.fail.map(({ jobId, generation, indexes }): FactIntent => {
    const strikes = indexes.flatMap((index) =>
      (mapGet(jobRecord(state.farm, jobId)?.strikes, index) ?? []).filter((strike) => strike.generation === generation),
    )
    const last = strikes.at(-1)
    const names = [...new Set(strikes.map(({ peer }) => nameOf(state, peer)))].sort()
    const which = indexes.length === 1 ? `segment ${indexes[0]}` : `segments ${listed(indexes)}`
    const tried = names.length === 0 ? '' : ` on ${names.join(', ')}`
    const why = last ? `: ${last.message}` : ''
    const message = `${which} failed${tried}${why}`
    return { kind: 'job-failed', payload: { jobId, generation, code: last?.code ?? 'SHEAF_ENGINE_FAILED', message } }
  })
  return {
    facts,
    failing: plan.fail.map(({ jobId, generation }) => ({
      jobId,
      generation,
      untilMs: state.atMs + state.config.factMs,
    })),
  }
}

function nameOf(state: CoreState, peer: PeerId): string {
  return state.peers.find((record) => record.peer === peer)?.heartbeat?.ability.name ?? peer
}

/** At most ten, then how many more. */
function listed(indexes: readonly number[]): string {
  const shown = indexes.slice(0, 10).join(', ')
  return indexes.length > 10 ? `${shown} and ${indexes.length - 10} more` : shown
}

/** Each refusal is told once, and again when its reason changed. */
function newRefusals(leasing: LeasingState, plan: Plan): readonly DecisionBody[] {
  const told = new Set(leasing.refused.map(({ peer, jobId, reason }) => `${peer}/${jobId}/${reason}`))
  return plan.refuse
    .filter(({ peer, jobId, reason }) => !told.has(`${peer}/${jobId}/${reason}`))
    .map((refusal) => ({ kind: 'refuse', ...refusal }))
}
