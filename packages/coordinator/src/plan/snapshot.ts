import type { AgentStatus, JobId, PeerId } from '@sheaf/protocol'
import type { CoreConfig } from '../core/config.js'
import type { CoreState } from '../core/core-state.js'
import { isLive } from '../election/words.js'
import type { JobState, SubmittedJob } from '../facts/farm-state.js'
import { isPaused, priorityOf, standingOf } from '../facts/job-standing.js'
import { runsContain, runsOf, type Runs } from '../facts/runs.js'
import { jobRecord, landedBlob, openJobs } from '../facts/selectors.js'
import { mapEach } from '../facts/sorted-map.js'
import { bookOf, claimsOf } from '../leasing/book.js'
import type { AgentBook } from '../leasing/leasing-state.js'
import { type Paced, pacesOf, type Pace } from '../leasing/speed.js'

/** A live agent, as the plan sees it. */
export interface PlanAgent {
  readonly peer: PeerId
  readonly status: AgentStatus
  readonly slots: number
  readonly fingerprints: Readonly<Record<string, string>>
  readonly scores: Readonly<Record<string, number>>
  readonly book: AgentBook
}

/** An open job, or a closed one that some agent still works on. */
export interface PlanJob {
  readonly jobId: JobId
  readonly generation: number
  readonly state: 'open' | 'paused' | 'canceled' | 'failed' | 'completed'
  readonly priority: number
  readonly engine: string
  readonly fingerprint: string
  readonly segmentFrames: readonly number[]
  readonly landed: Runs
  /** Of the landed segments that are still in somebody's book: who rendered the one that counts. */
  readonly landedBy: readonly { readonly index: number; readonly peer: PeerId }[]
  /** Their landing may be under way. */
  readonly settling: Runs
  /** Segments of agents that are gone: they go first. */
  readonly orphans: Runs
  /** Of this generation. */
  readonly strikes: readonly { readonly index: number; readonly peer: PeerId }[]
  readonly paces: readonly Pace[]
  readonly backingOff: readonly PeerId[]
  /** A strike of it is not on disk yet: its failure, which is to name them all, waits. */
  readonly striking: boolean
  /** Its failure was decided already. */
  readonly failing: boolean
}

/** All that a plan may depend on. */
export interface PlanSnapshot {
  readonly atMs: number
  readonly config: CoreConfig
  /** By peer id. */
  readonly agents: readonly PlanAgent[]
  /** Open ones in plan order, then closed ones by id. */
  readonly jobs: readonly PlanJob[]
}

/** Takes the snapshot that the present plan is made from. */
export function snapshotOf(state: CoreState): PlanSnapshot {
  const agents = state.peers
    .filter((record) => isLive(state, record))
    .flatMap((record): PlanAgent[] => {
      if (!record.heartbeat) return []
      const { status, ability } = record.heartbeat
      const { slots, fingerprints, scores } = ability
      return [{ peer: record.peer, status, slots, fingerprints, scores, book: bookOf(state.leasing, record.peer) }]
    })
  const open = openJobs(state.farm)
  const openIds = new Set(open.map(({ jobId }) => jobId))
  const claimed = claimedByJob(agents)
  const closed = [...claimed.keys()]
    .filter((jobId) => !openIds.has(jobId))
    .sort((a, b) => (a < b ? -1 : 1))
    .flatMap((jobId) => jobRecord(state.farm, jobId) ?? [])
  const jobs = [...open, ...closed].map((job) => planJob(state, agents, job, claimed.get(job.jobId) ?? []))
  return { atMs: state.atMs, config: state.config, agents, jobs }
}

/** One that starts is being measured; any other without a score was not to be. */
function paced({ peer, slots, scores, status }: PlanAgent, engine: string, unmeasuredScore: number): Paced {
  return { peer, slots, score: scores[engine] ?? (status === 'starting' ? undefined : unmeasuredScore) }
}

type KnownJob = JobState & { readonly submitted: SubmittedJob }

function planJob(state: CoreState, agents: readonly PlanAgent[], job: KnownJob, claimed: readonly number[]): PlanJob {
  const { leasing, farm } = state
  const { jobId, generation, submitted } = job
  const { engine, fingerprint, segmentFrames } = submitted
  const { landed } = job.derived
  const landedBy = claimed.flatMap((index) => {
    const landing = runsContain(landed, index) ? landedBlob(farm, jobId, index) : undefined
    return landing ? [{ index, peer: landing.renderedBy }] : []
  })
  const strikes: { index: number; peer: PeerId }[] = leasing.strikes
    .filter((strike) => strike.jobId === jobId && strike.generation === generation)
    .map(({ index, peer }) => ({ index, peer }))
  mapEach(job.strikes, (list, index) => {
    for (const strike of list) if (strike.generation === generation) strikes.push({ index, peer: strike.peer })
  })
  return {
    jobId,
    generation,
    state: stateOf(job),
    priority: priorityOf(job),
    engine,
    fingerprint,
    segmentFrames,
    landed,
    landedBy,
    settling: runsOf(leasing.settling.filter((entry) => entry.jobId === jobId).map(({ index }) => index)),
    orphans: runsOf(leasing.orphans.filter((entry) => entry.jobId === jobId).map(({ index }) => index)),
    strikes,
    paces: pacesOf(
      job,
      agents.map((agent) => paced(agent, engine, state.config.unmeasuredScore)),
      leasing.speeds,
    ),
    backingOff: leasing.backOffs.filter((entry) => entry.jobId === jobId).map(({ peer }) => peer),
    striking: leasing.strikes.some((strike) => strike.jobId === jobId && strike.generation === generation),
    failing: leasing.failing.some((entry) => entry.jobId === jobId && entry.generation === generation),
  }
}

function stateOf(job: KnownJob): PlanJob['state'] {
  const standing = standingOf(job)
  if (standing === 'completed' || standing === 'canceled' || standing === 'failed') return standing
  return isPaused(job) ? 'paused' : 'open'
}

function claimedByJob(agents: readonly PlanAgent[]): Map<JobId, number[]> {
  const byJob = new Map<JobId, number[]>()
  for (const { book } of agents) {
    for (const { jobId, index } of claimsOf(book)) {
      const list = byJob.get(jobId)
      if (list) list.push(index)
      else byJob.set(jobId, [index])
    }
  }
  return byJob
}
