import type { AgentStatus, JobId, PeerId, SegmentKey } from '@sheaf/protocol'
import { segmentText } from '../leasing/book.js'
import type { PlanAgent, PlanJob, PlanSnapshot } from './snapshot.js'

/** Rendered and waiting for the home, rendering or about to, or still in the queue. */
export type Stage = 'held' | 'begun' | 'queued'

/** One segment that one agent has to do with. */
export interface Claim extends SegmentKey {
  readonly stage: Stage
  readonly progress: number
  /** How long it has been rendering; 0 when it is not known to. */
  readonly elapsedMs: number
  /** Given in this very plan: not to be moved again by it. */
  readonly fresh?: true | undefined
}

/** An agent on the planner's desk: what it has is changed while the plan is being made. */
export interface DeskAgent {
  readonly agent: PlanAgent
  claims: Claim[]
}

/** What the planner writes on. It lives for one call of `plan` and never leaves it. */
export interface Desk {
  readonly snapshot: PlanSnapshot
  readonly agents: readonly DeskAgent[]
  readonly jobs: ReadonlyMap<JobId, PlanJob>
}

/** Lays everything out. */
export function layOut(snapshot: PlanSnapshot): Desk {
  return {
    snapshot,
    agents: snapshot.agents.map((agent) => ({ agent, claims: stage(agent, snapshot.atMs) })),
    jobs: new Map(snapshot.jobs.map((job) => [job.jobId, job])),
  }
}

/** Segments that the agent has yet to render and that keep it from taking this job's. */
export function workload({ claims }: DeskAgent, desk: Desk, job: PlanJob): number {
  return claims.filter(({ jobId, stage }) => {
    if (stage === 'held') return false
    if (stage === 'begun') return true
    const other = desk.jobs.get(jobId)
    // A queue of a less urgent job does not hold up this one.
    return other === undefined || other.priority >= job.priority
  }).length
}

/** Gives an agent more to do. */
export function give(to: DeskAgent, job: PlanJob, indexes: readonly number[]): void {
  for (const index of indexes) {
    const begun = to.claims.filter(({ stage }) => stage === 'begun').length
    const stage: Stage = begun < to.agent.slots ? 'begun' : 'queued'
    to.claims.push({
      jobId: job.jobId,
      generation: job.generation,
      index,
      stage,
      progress: 0,
      elapsedMs: 0,
      fresh: true,
    })
  }
}

/** Takes segments of a job from an agent. */
export function take(from: DeskAgent, jobId: JobId, indexes: readonly number[]): void {
  const gone = new Set(indexes)
  from.claims = from.claims.filter((claim) => claim.jobId !== jobId || !gone.has(claim.index))
}

/** Who has each claimed segment of a job, whatever its generation. */
export function holdersOf(
  desk: Desk,
  jobId: JobId,
): Map<number, { readonly holder: DeskAgent; readonly claim: Claim }[]> {
  const holders = new Map<number, { holder: DeskAgent; claim: Claim }[]>()
  for (const holder of desk.agents) {
    for (const claim of holder.claims) {
      if (claim.jobId !== jobId) continue
      const list = holders.get(claim.index)
      if (list) list.push({ holder, claim })
      else holders.set(claim.index, [{ holder, claim }])
    }
  }
  return holders
}

/** An agent that goes on with what it is rendering and begins nothing. */
export function isResting(status: AgentStatus): boolean {
  return status === 'asleep' || status === 'draining'
}

/** Speed of an agent at a job; 0 when nothing is known of it. */
export function paceOf(job: PlanJob, peer: PeerId): number {
  return job.paces.find((pace) => pace.peer === peer)?.speed ?? 0
}

/**
 * A free slot takes the next segment before any heartbeat can say so: as many of the first leased
 * ones as there are slots count as begun.
 */
function stage({ book, slots, status }: PlanAgent, atMs: number): Claim[] {
  const claims = new Map<string, Claim>()
  const add = (claim: Claim): void => {
    const text = segmentText(claim)
    if (!claims.has(text)) claims.set(text, claim)
  }
  for (const { jobId, generation, index } of book.held) {
    add({ jobId, generation, index, stage: 'held', progress: 1, elapsedMs: 0 })
  }
  for (const { jobId, generation, index, progress, sinceMs } of book.running) {
    add({ jobId, generation, index, stage: 'begun', progress, elapsedMs: atMs - sinceMs })
  }
  let free = isResting(status) ? 0 : slots - book.running.length
  for (const { jobId, generation, indexes } of book.leases) {
    for (const index of indexes) {
      if (claims.has(segmentText({ jobId, generation, index }))) continue
      add({ jobId, generation, index, stage: free > 0 ? 'begun' : 'queued', progress: 0, elapsedMs: 0 })
      free--
    }
  }
  return [...claims.values()]
}
