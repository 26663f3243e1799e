import { runsContain, runsOf } from '../facts/runs.js'
import { type Claim, type Desk, type DeskAgent, holdersOf, isResting, take } from './desk.js'
import type { Plan, RevokeReason } from './plan-value.js'
import type { PlanJob } from './snapshot.js'

type Revocation = Plan['revoke'][number]

/**
 * Takes back what should not go on. An agent's claims on jobs that are not known here (their
 * submission is still on its way) are left alone, and so is what it holds rendered.
 */
export function planRevokes(desk: Desk): readonly Revocation[] {
  const revokes: Revocation[] = []
  for (const job of desk.snapshot.jobs) {
    for (const holder of desk.agents) {
      const byReason = new Map<string, { why: Why; claims: Claim[] }>()
      for (const claim of holder.claims) {
        const why = claim.jobId === job.jobId ? whyRevoke(job, holder, claim) : undefined
        if (!why) continue
        const key = `${why.reason}/${claim.generation}`
        const group = byReason.get(key) ?? { why, claims: [] }
        group.claims.push(claim)
        byReason.set(key, group)
      }
      for (const { why, claims } of byReason.values()) revokes.push(revocation(holder, job, why, claims))
    }
    revokes.push(...revokeHeldTwice(desk, job))
  }
  return revokes
}

interface Why {
  readonly reason: RevokeReason
  readonly stopRunning: boolean
}

function whyRevoke(job: PlanJob, { agent }: DeskAgent, claim: Claim): Why | undefined {
  if (claim.stage === 'held') return undefined
  if (job.state === 'canceled') return { reason: 'job-canceled', stopRunning: true }
  if (job.state === 'failed') return { reason: 'job-failed', stopRunning: true }
  if (job.state === 'completed') return { reason: 'job-completed', stopRunning: true }
  if (claim.generation < job.generation) return { reason: 'older-generation', stopRunning: true }
  if (runsContain(job.landed, claim.index)) {
    const winner = job.landedBy.find(({ index }) => index === claim.index)?.peer
    // The winner's own heartbeat only lags behind.
    return winner === agent.peer ? undefined : { reason: 'landed-elsewhere', stopRunning: true }
  }
  const idle = !agent.book.running.some(({ jobId, index }) => jobId === claim.jobId && index === claim.index)
  if (job.state === 'paused' && idle) return { reason: 'job-paused', stopRunning: false }
  if (isResting(agent.status) && claim.stage === 'queued') return { reason: 'agent-paused', stopRunning: false }
  return undefined
}

/** Two coordinators that met may have leased the same segments: whoever is further keeps them. */
function revokeHeldTwice(desk: Desk, job: PlanJob): readonly Revocation[] {
  if (job.state !== 'open') return []
  const losers = new Map<DeskAgent, Claim[]>()
  for (const list of holdersOf(desk, job.jobId).values()) {
    if (list.length < 2) continue
    const [, ...others] = list.sort(
      (a, b) =>
        strength[b.claim.stage] - strength[a.claim.stage] || (a.holder.agent.peer < b.holder.agent.peer ? -1 : 1),
    )
    for (const { holder, claim } of others) {
      if (claim.stage === 'queued') losers.set(holder, [...(losers.get(holder) ?? []), claim])
    }
  }
  const why: Why = { reason: 'held-twice', stopRunning: false }
  return desk.agents.flatMap((holder) => {
    const claims = losers.get(holder)
    return claims ? [revocation(holder, job, why, claims)] : []
  })
}

const strength = { held: 2, begun: 1, queued: 0 } as const satisfies Record<Claim['stage'], number>

function revocation(holder: DeskAgent, job: PlanJob, why: Why, claims: readonly Claim[]): Revocation {
  const indexes = [...claims.map(({ index }) => index)].sort((a, b) => a - b)
  take(holder, job.jobId, indexes)
  const generation = claims[0]?.generation ?? job.generation
  return { peer: holder.agent.peer, jobId: job.jobId, generation, indexes, ...why }
}

/** Everything of a job that somebody has. */
export function claimedRuns(desk: Desk, job: PlanJob): ReturnType<typeof runsOf> {
  return runsOf(
    desk.agents.flatMap(({ claims }) => claims.filter(({ jobId }) => jobId === job.jobId).map(({ index }) => index)),
  )
}
