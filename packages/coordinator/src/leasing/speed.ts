import type { PeerId, SegmentReport } from '@sheaf/protocol'
import type { CoreState } from '../core/core-state.js'
import { jobRecord } from '../facts/selectors.js'
import type { JobState } from '../facts/farm-state.js'
import type { LeasingState, Speed } from './leasing-state.js'

/** Weight of the newest sample in the moving average. */
const newest = 0.3
/** Samples after which what was measured replaces what the score promises. */
const enough = 2

/** An agent as far as its speed goes. */
export interface Paced {
  readonly peer: PeerId
  readonly slots: number
  /** Score for the job's engine; absent until measured. */
  readonly score?: number | undefined
}

/**
 * An agent's speed at one job with all slots busy. Measured: frames per millisecond. Otherwise the
 * unit is arbitrary but the same for all agents of the job.
 */
export interface Pace {
  readonly peer: PeerId
  readonly speed: number
  readonly measured: boolean
}

/** Takes a finished segment into the average of its agent and job. */
export function learnSpeed(leasing: LeasingState, state: CoreState, from: PeerId, report: SegmentReport): LeasingState {
  const { jobId, index, outcome } = report
  const frames = jobRecord(state.farm, jobId)?.submitted.segmentFrames[index]
  const slots = state.peers.find(({ peer }) => peer === from)?.heartbeat?.ability.slots ?? 1
  if (outcome.kind !== 'rendered' || frames === undefined || !(outcome.renderMs > 0)) return leasing
  const sample = (frames / outcome.renderMs) * Math.max(1, slots)
  const before = leasing.speeds.find((speed) => speed.peer === from && speed.jobId === jobId)
  const framesPerMs = before ? before.framesPerMs * (1 - newest) + sample * newest : sample
  const after: Speed = { peer: from, jobId, framesPerMs, samples: (before?.samples ?? 0) + 1 }
  return { ...leasing, speeds: [...leasing.speeds.filter((speed) => speed !== before), after] }
}

/**
 * How fast each agent is at a job: by its own reports, else by what facts tell (a new coordinator
 * has heard no reports), else by its score, scaled to those that were measured. An agent without
 * any of them is left out.
 */
export function pacesOf(job: JobState, agents: readonly Paced[], speeds: readonly Speed[]): readonly Pace[] {
  const measured = new Map<PeerId, number>()
  for (const { peer, slots } of agents) {
    const speed = measuredSpeed(job, peer, slots, speeds)
    if (speed !== undefined) measured.set(peer, speed)
  }
  const known = agents.filter(({ peer, score }) => measured.has(peer) && score !== undefined && score > 0)
  const scores = known.reduce((sum, { score }) => sum + (score ?? 0), 0)
  const sum = known.reduce((total, { peer }) => total + (measured.get(peer) ?? 0), 0)
  const scale = scores > 0 ? sum / scores : 1
  return agents.flatMap(({ peer, score }): Pace[] => {
    const speed = measured.get(peer)
    if (speed !== undefined) return [{ peer, speed, measured: true }]
    return score !== undefined && score > 0 ? [{ peer, speed: score * scale, measured: false }] : []
  })
}

function measuredSpeed(job: JobState, peer: PeerId, slots: number, speeds: readonly Speed[]): number | undefined {
  const reported = speeds.find((speed) => speed.peer === peer && speed.jobId === job.jobId)
  if (reported && reported.samples >= enough) return reported.framesPerMs
  const told = job.derived.contributions.find((entry) => entry.peer === peer)
  if (told && told.segments >= enough && told.renderMs > 0) return (told.frames / told.renderMs) * Math.max(1, slots)
  return undefined
}
