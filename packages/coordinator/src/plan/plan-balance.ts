import { runsContain } from '../facts/runs.js'
import { struckBy } from './capability.js'
import { type Claim, type Desk, type DeskAgent, give, holdersOf, paceOf, take } from './desk.js'
import { idleSlots } from './plan-leases.js'
import type { Plan } from './plan-value.js'
import type { PlanJob } from './snapshot.js'

/**
 * Nothing is free and a slot is idle: takes the last queued segment of the agent that would finish
 * last, if this one would finish it sooner.
 */
export function planSteals(desk: Desk, job: PlanJob, able: readonly DeskAgent[]): Plan['steal'] {
  const steals: Plan['steal'][number][] = []
  for (const thief of able) {
    const struck = struckBy(job, thief.agent)
    const speed = paceOf(job, thief.agent.peer)
    for (let idle = idleSlots(desk, job, thief); idle > 0; idle--) {
      const victims = desk.agents
        .filter((other) => other !== thief)
        .map((victim) => ({
          victim,
          finish: framesOf(desk, victim) / speedOf(job, victim),
          claim: lastQueued(job, victim, (index) => runsContain(struck, index)),
        }))
        .filter(({ claim }) => claim !== undefined)
        .sort((a, b) => b.finish - a.finish || (a.victim.agent.peer < b.victim.agent.peer ? -1 : 1))
      const [last] = victims
      if (!last?.claim) break
      const { index, generation } = last.claim
      const mine = (framesOf(desk, thief) + (job.segmentFrames[index] ?? 0)) / speed
      if (mine >= last.finish) break
      take(last.victim, job.jobId, [index])
      give(thief, job, [index])
      const from = last.victim.agent.peer
      steals.push({
        peer: thief.agent.peer,
        from,
        jobId: job.jobId,
        generation,
        indexes: [index],
        reason: 'would-finish-last',
      })
    }
  }
  return joinSteals(steals)
}

/**
 * Nothing is free or queued and a slot is idle: renders the slowest remaining segment a second
 * time, if this agent would plausibly finish it first. Never a third time.
 */
export function planDuplicates(desk: Desk, job: PlanJob, able: readonly DeskAgent[]): Plan['duplicate'] {
  const duplicates: Plan['duplicate'][number][] = []
  for (const helper of able) {
    const struck = struckBy(job, helper.agent)
    for (let idle = idleSlots(desk, job, helper); idle > 0; idle--) {
      const [slowest] = [...holdersOf(desk, job.jobId)]
        .filter(([index]) => !runsContain(struck, index) && !runsContain(job.landed, index))
        .filter(
          ([, list]) =>
            list.length === 1 &&
            list.every(({ holder, claim }) => holder !== helper && claim.stage === 'begun' && !claim.fresh),
        )
        .flatMap(([index, list]) =>
          list.map(({ holder, claim }) => ({ index, holder, remaining: remaining(job, holder, claim) })),
        )
        .sort((a, b) => (a.remaining === b.remaining ? a.index - b.index : b.remaining > a.remaining ? 1 : -1))
      if (!slowest) break
      const { index, holder } = slowest
      if (segmentTime(job, helper, index) >= slowest.remaining * (1 - worthwhile)) break
      give(helper, job, [index])
      const { jobId, generation } = job
      duplicates.push({
        peer: helper.agent.peer,
        from: holder.agent.peer,
        jobId,
        generation,
        indexes: [index],
        reason: 'slowest-remaining',
      })
    }
  }
  return duplicates
}

/** Part of the remaining time that a second rendering must save. */
const worthwhile = 0.2
/** A segment that takes so many times as long as it should is thought to be stuck. */
const overdue = 3

/** Time of one segment in one slot, in the unit of the job's paces. */
function segmentTime(job: PlanJob, { agent }: DeskAgent, index: number): number {
  return ((job.segmentFrames[index] ?? 0) * Math.max(1, agent.slots)) / paceOf(job, agent.peer)
}

/** What a rendering that has begun still takes; infinite for one that seems stuck or whose agent has no known speed. */
function remaining(job: PlanJob, holder: DeskAgent, { index, progress, elapsedMs }: Claim): number {
  const pace = job.paces.find(({ peer }) => peer === holder.agent.peer)
  if (!pace) return Number.POSITIVE_INFINITY
  const whole = segmentTime(job, holder, index)
  if (pace.measured && elapsedMs > whole * overdue) return Number.POSITIVE_INFINITY
  return whole * (1 - Math.min(1, Math.max(0, progress)))
}

/** Frames that an agent has yet to render, of all jobs. */
function framesOf(desk: Desk, { claims }: DeskAgent): number {
  return claims
    .filter(({ stage }) => stage !== 'held')
    .reduce((sum, { jobId, index, progress }) => {
      return sum + (desk.jobs.get(jobId)?.segmentFrames[index] ?? 0) * (1 - progress)
    }, 0)
}

function speedOf(job: PlanJob, { agent }: DeskAgent): number {
  return Math.max(paceOf(job, agent.peer), Number.MIN_VALUE)
}

function lastQueued(job: PlanJob, { claims }: DeskAgent, isStruck: (index: number) => boolean): Claim | undefined {
  return claims.findLast(
    ({ jobId, generation, index, stage, fresh }) =>
      !fresh && jobId === job.jobId && generation === job.generation && stage === 'queued' && !isStruck(index),
  )
}

/** One message for what one agent takes from another. */
function joinSteals(steals: Plan['steal']): Plan['steal'] {
  const joined = new Map<string, Plan['steal'][number]>()
  for (const steal of steals) {
    const key = `${steal.peer}/${steal.from}`
    const before = joined.get(key)
    const indexes = [...(before?.indexes ?? []), ...steal.indexes].sort((a, b) => a - b)
    joined.set(key, { ...steal, indexes })
  }
  return [...joined.values()]
}
