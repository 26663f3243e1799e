import { runsOf, type Runs } from '../facts/runs.js'
import { isResting, paceOf } from './desk.js'
import type { RefuseReason } from './plan-value.js'
import type { PlanAgent, PlanJob, PlanSnapshot } from './snapshot.js'

/** Why an agent gets nothing of a job, first reason first; `undefined` when it may take part. */
export function refusalOf(job: PlanJob, agent: PlanAgent): RefuseReason | undefined {
  if (job.state === 'paused') return 'job-paused'
  const { status, slots, fingerprints, peer } = agent
  if (isResting(status)) return 'agent-paused'
  if (status === 'error' || status === 'unreachable') return 'agent-error'
  if (slots < 1) return 'no-slots'
  const fingerprint = fingerprints[job.engine]
  if (fingerprint === undefined) return status === 'starting' ? 'agent-starting' : 'no-engine'
  if (!makesBytesOf(job, agent)) return 'fingerprint-differs'
  if (!(paceOf(job, peer) > 0)) return status === 'starting' ? 'agent-starting' : 'no-score'
  if (job.backingOff.includes(peer)) return 'backing-off'
  return undefined
}

/**
 * Whether an agent makes the job's bytes: one of its fingerprints is the job's. It has one for each class of
 * jobs, and names its class, so that equal ones mean the same wherever they stand.
 */
export function makesBytesOf(
  job: { readonly fingerprint: string },
  agent: { readonly fingerprints: Readonly<Record<string, string>> },
): boolean {
  return Object.values(agent.fingerprints).includes(job.fingerprint)
}

/** Under which name agents tell the fingerprint of a job's class: `ffmpeg`, `ffmpeg/libx265`. */
export function toldAs({ engine, fingerprint }: { readonly engine: string; readonly fingerprint: string }): string {
  const [, name] = /^([a-z0-9_]+)-[0-9a-f]{64}$/.exec(fingerprint) ?? []
  return name === undefined ? engine : `${engine}/${name}`
}

/** Segments that this agent failed in this generation. */
export function struckBy(job: PlanJob, { peer }: PlanAgent): Runs {
  return runsOf(job.strikes.filter((strike) => strike.peer === peer).map(({ index }) => index))
}

/**
 * Segments that nobody is given again: struck by so many different agents, or by every live agent
 * that makes the job's bytes. One that only rests or backs off still counts as able.
 */
export function hopelessSegments(job: PlanJob, { agents, config }: PlanSnapshot): Runs {
  const byIndex = new Map<number, Set<string>>()
  for (const { index, peer } of job.strikes) {
    const peers = byIndex.get(index) ?? new Set<string>()
    byIndex.set(index, peers.add(peer))
  }
  const able = agents.filter((agent) => agent.slots > 0 && agent.status !== 'error' && makesBytesOf(job, agent))
  const hopeless = [...byIndex].filter(
    ([, peers]) => peers.size >= config.strikesToFail || (able.length > 0 && able.every(({ peer }) => peers.has(peer))),
  )
  return runsOf(hopeless.map(([index]) => index))
}
