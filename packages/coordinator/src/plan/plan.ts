import { countRuns, indexesOf, subtractRuns, unionRuns, type Runs } from '../facts/runs.js'
import { hopelessSegments, refusalOf, struckBy } from './capability.js'
import { type Desk, type DeskAgent, layOut } from './desk.js'
import { planDuplicates, planSteals } from './plan-balance.js'
import { idleSlots, planLeases } from './plan-leases.js'
import { claimedRuns, planRevokes } from './plan-revokes.js'
import type { Plan, RefuseReason } from './plan-value.js'
import type { PlanJob, PlanSnapshot } from './snapshot.js'

/**
 * Who renders what from now on, every choice with its reason. A pure function: the same snapshot
 * gives the same plan. Jobs are served in plan order; what one leaves idle the next one gets.
 */
export function plan(snapshot: PlanSnapshot): Plan {
  const desk = layOut(snapshot)
  const revoke = planRevokes(desk)
  const parts = snapshot.jobs.map((job) => planJob(desk, job))
  return {
    revoke,
    lease: parts.flatMap(({ lease }) => lease),
    steal: parts.flatMap(({ steal }) => steal),
    duplicate: parts.flatMap(({ duplicate }) => duplicate),
    refuse: parts.flatMap(({ refuse }) => refuse),
    fail: parts.flatMap(({ fail }) => fail),
    burst: [],
  }
}

type JobPlan = Pick<Plan, 'lease' | 'steal' | 'duplicate' | 'refuse' | 'fail'>

const nothing: JobPlan = { lease: [], steal: [], duplicate: [], refuse: [], fail: [] }

function planJob(desk: Desk, job: PlanJob): JobPlan {
  if (job.state !== 'open' && job.state !== 'paused') return nothing
  const unlanded = subtractRuns([{ from: 0, to: job.segmentFrames.length - 1 }], job.landed)
  if (unlanded.length === 0 || job.failing) return nothing
  const refusals = desk.agents.map((desked) => ({ desked, reason: refusalOf(job, desked.agent) }))
  const refuse = refusals.flatMap(({ desked, reason }) => (reason ? [refusal(job, desked, reason)] : []))
  if (job.state === 'paused') return { ...nothing, refuse }
  const able = refusals.filter(({ reason }) => reason === undefined).map(({ desked }) => desked)
  const hopeless = hopelessSegments(job, desk.snapshot)
  const busy = unionRuns(claimedRuns(desk, job), job.settling)
  const fail = planFailure(job, unlanded, hopeless, busy)
  const free = subtractRuns(subtractRuns(unlanded, busy), hopeless)
  const { leases, rest } = planLeases(desk, job, able, free)
  const steal = planSteals(desk, job, able)
  const duplicate = planDuplicates(desk, job, able)
  const struck = able.filter((desked) => isStruckOut(desk, job, desked, rest))
  return {
    lease: leases,
    steal,
    duplicate,
    fail,
    refuse: [...refuse, ...struck.map((desked) => refusal(job, desked, 'struck'))],
  }
}

/** Other segments go on first: a job fails when only hopeless ones are left and nobody has any of them. */
function planFailure(job: PlanJob, unlanded: Runs, hopeless: Runs, busy: Runs): Plan['fail'] {
  if (job.striking || hopeless.length === 0 || subtractRuns(unlanded, hopeless).length > 0) return []
  if (countRuns(subtractRuns(unlanded, busy)) < countRuns(unlanded)) return []
  return [
    { jobId: job.jobId, generation: job.generation, indexes: indexesOf(unlanded), reason: 'nothing-else-can-go-on' },
  ]
}

/** Idle although something is free: all of that it failed before. */
function isStruckOut(desk: Desk, job: PlanJob, desked: DeskAgent, rest: Runs): boolean {
  if (rest.length === 0 || idleSlots(desk, job, desked) <= 0) return false
  return subtractRuns(rest, struckBy(job, desked.agent)).length === 0
}

function refusal(job: PlanJob, { agent }: DeskAgent, reason: RefuseReason): Plan['refuse'][number] {
  return { peer: agent.peer, jobId: job.jobId, reason }
}
