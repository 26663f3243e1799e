import type { JobView, PeerId, SegmentStatus } from '@sheaf/protocol'
import type { CoreState } from '../core/core-state.js'
import type { JobState, Strike, SubmittedJob } from '../facts/farm-state.js'
import { isLive } from '../election/words.js'
import { failureOf, isOpen, priorityOf, standingOf } from '../facts/job-standing.js'
import { homeOf, landedSegments } from '../facts/selectors.js'
import { mapEach } from '../facts/sorted-map.js'
import { pacesOf } from '../leasing/speed.js'
import { makesBytesOf, toldAs } from '../plan/capability.js'

type KnownJob = JobState & { readonly submitted: SubmittedJob }

/** One job for a person. */
export function jobView(state: CoreState, job: KnownJob): JobView {
  const { jobId, submitted, derived } = job
  const home = homeOf(state.farm, jobId) ?? { home: submitted.submitter, epoch: 0 }
  const line = lineOf(state, job)
  const frames = submitted.segmentFrames.reduce((sum, count) => sum + count, 0)
  const done = framesDone(line, submitted.segmentFrames)
  const begun = line.some(({ status }) => status === 'rendering' || status === 'leased')
  const standing = standingOf(job) ?? 'queued'
  const etaMs = standing === 'active' ? etaOf(state, job, frames - done) : undefined
  const message = failureOf(job)?.message
  const leftOut = isOpen(job) ? leftOutOf(state, submitted) : []
  return {
    jobId,
    name: submitted.name,
    status: standing === 'queued' && begun ? 'active' : standing,
    priority: priorityOf(job),
    preset: submitted.preset,
    submittedAtMs: submitted.submittedAtMs,
    generation: job.generation,
    submitter: submitted.submitter,
    home: home.home,
    epoch: home.epoch,
    outputPath: submitted.outputPath,
    frames,
    framesLanded: derived.landedFrames,
    framesDone: done,
    segments: submitted.segmentFrames.length,
    landed: derived.landedSegments,
    failed: line.flatMap(({ status }, index) => (status === 'failed' ? [index] : [])),
    runs: runsOfLine(line),
    shares: sharesOf(job, line),
    ...(etaMs === undefined ? {} : { etaMs }),
    ...(job.completed?.borders ? { borders: { ...job.completed.borders } } : {}),
    ...(job.completed ? { outputSha256: job.completed.outputSha256, outputBytes: job.completed.sizeBytes } : {}),
    ...(standing === 'failed' && message !== undefined ? { message } : {}),
    ...(submitted.route === undefined ? {} : { route: submitted.route }),
    ...(leftOut.length === 0 ? {} : { leftOut }),
  }
}

interface Spot {
  readonly status: SegmentStatus
  readonly holder?: PeerId | undefined
  readonly progress: number
}

/**
 * Every segment, told by whoever knows more of it: landed over held over rendering over leased over struck, and of two
 * who render the same one by the one who is further. What its renderer no longer speaks of stays as it was until its
 * landing is heard of: frames that are done are not counted back.
 */
function lineOf(state: CoreState, job: KnownJob): readonly Spot[] {
  const line: Spot[] = job.submitted.segmentFrames.map(() => ({ status: 'waiting', progress: 0 }))
  const put = (index: number, spot: Spot): void => {
    if (line[index] !== undefined) line[index] = spot
  }
  const failed = failureOf(job) !== undefined
  mapEach(job.strikes, (strikes: readonly Strike[], index) => {
    if (!strikes.some(({ generation }) => generation === job.generation)) return
    put(index, { status: failed ? 'failed' : 'soft-failed', progress: 0 })
  })
  for (const { peer: holder, leases } of state.leasing.books) {
    for (const lease of leases) {
      if (lease.jobId !== job.jobId) continue
      for (const index of lease.indexes) put(index, { status: 'leased', holder, progress: 0 })
    }
  }
  const renders = (index: number, holder: PeerId, progress: number): void => {
    const there = line[index]
    if (there?.status === 'rendering' && there.progress >= progress) return
    put(index, { status: 'rendering', holder, progress })
  }
  for (const { jobId, index, peer, progress } of state.leasing.settling) {
    if (jobId === job.jobId && progress > 0) renders(index, peer, progress)
  }
  for (const { peer: holder, running, held } of state.leasing.books) {
    for (const { jobId, index, progress } of running) if (jobId === job.jobId) renders(index, holder, progress)
    for (const { jobId, index } of held) if (jobId === job.jobId) renders(index, holder, 1)
  }
  for (const { index, renderedBy } of landedSegments(state.farm, job.jobId)) {
    put(index, { status: 'landed', holder: renderedBy, progress: 1 })
  }
  return line
}

function runsOfLine(line: readonly Spot[]): JobView['runs'] {
  const runs: JobView['runs'] = []
  line.forEach(({ status, holder }, index) => {
    const last = runs.at(-1)
    if (last && last.status === status && last.holder === holder) last.to = index + 1
    else runs.push({ from: index, to: index + 1, status, ...(holder === undefined ? {} : { holder }) })
  })
  return runs
}

function sharesOf(job: KnownJob, line: readonly Spot[]): JobView['shares'] {
  const peers = new Map(
    job.derived.contributions.map((entry) => [
      entry.peer,
      { landed: entry.segments, landedFrames: entry.frames, running: 0 },
    ]),
  )
  for (const { status, holder } of line) {
    if (status !== 'rendering' || holder === undefined) continue
    const share = peers.get(holder) ?? { landed: 0, landedFrames: 0, running: 0 }
    peers.set(holder, { ...share, running: share.running + 1 })
  }
  return [...peers].map(([peer, share]) => ({ peer, ...share })).sort((a, b) => (a.peer < b.peer ? -1 : 1))
}

function framesDone(line: readonly Spot[], segmentFrames: readonly number[]): number {
  return line.reduce((sum, { progress }, index) => sum + progress * (segmentFrames[index] ?? 0), 0)
}

/** Live agents whose engine makes other bytes than the job's, or which have not told. */
function leftOutOf(state: CoreState, job: SubmittedJob): NonNullable<JobView['leftOut']> {
  if (job.segmentFrames.length === 0) return []
  return state.peers.flatMap((record) => {
    const { peer, heartbeat } = record
    if (!heartbeat || !isLive(state, record) || heartbeat.ability.slots < 1) return []
    const { ability } = heartbeat
    if (makesBytesOf(job, ability)) return []
    const told = ability.fingerprints[toldAs(job)] !== undefined
    const version = ability.engineVersions?.[job.engine]
    const reason = told ? 'fingerprint-differs' : 'fingerprint-not-told'
    return [{ peer, reason, ...(version !== undefined && { engineVersion: version }) } as const]
  })
}

/** Frames that are not rendered ÷ speeds of those who work on it, whose scores count where nothing is measured. */
function etaOf(state: CoreState, job: KnownJob, missing: number): number | undefined {
  if (job.derived.landedSegments === 0) return undefined
  const { fingerprint, engine } = job.submitted
  const agents = state.peers.flatMap(({ peer, heartbeat }) => {
    if (!state.leasing.books.some((book) => book.peer === peer) || !heartbeat) return []
    const { slots, scores } = heartbeat.ability
    return makesBytesOf({ fingerprint }, heartbeat.ability) ? [{ peer, slots, score: scores[engine] }] : []
  })
  const paces = pacesOf(job, agents, state.leasing.speeds)
  if (!paces.some(({ measured }) => measured)) return undefined
  return Math.round(missing / paces.reduce((sum, { speed }) => sum + speed, 0))
}
