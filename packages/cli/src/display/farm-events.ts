import type { FarmView, JobView, PeerView } from '@sheaf/protocol'
import { safeText } from '../output/text.js'
import { baseName } from './format.js'

/** Something that happened between two views and is worth a line of its own. */
export interface FarmEvent {
  readonly kind: 'joined' | 'lost' | 'coordinator' | 'home' | 'in-place' | 'failed-segment' | 'paused' | 'resumed'
  readonly text: string
}

/** What happened in the farm, and to the job if one is named, from one view to the next. */
export function farmEvents(before: FarmView, after: FarmView, jobId?: string): FarmEvent[] {
  const jobBefore = before.jobs.find((job) => job.jobId === jobId)
  const jobAfter = after.jobs.find((job) => job.jobId === jobId)
  return [
    ...peerEvents(before, after, jobBefore),
    ...coordinatorEvents(before, after),
    ...(jobBefore === undefined || jobAfter === undefined ? [] : jobEvents(jobBefore, jobAfter, after)),
  ]
}

function peerEvents(before: FarmView, after: FarmView, job: JobView | undefined): FarmEvent[] {
  const then = new Map(before.peers.map((peer) => [peer.peer, peer]))
  const now = new Map(after.peers.map((peer) => [peer.peer, peer]))
  const joined = after.peers
    .filter((peer) => !peer.self && isHere(peer) && !isHere(then.get(peer.peer)))
    .map((peer): FarmEvent => ({ kind: 'joined', text: `+ ${safeText(peer.name)} joined${scoreOf(peer)}` }))
  const lost = before.peers
    .filter((peer) => !peer.self && isHere(peer) && !isHere(now.get(peer.peer)))
    .map((peer): FarmEvent => ({ kind: 'lost', text: `✗ lost ${safeText(peer.name)}${moved(job, peer.peer)}` }))
  return [...lost, ...joined]
}

function coordinatorEvents(before: FarmView, after: FarmView): FarmEvent[] {
  const { coordinator } = after
  if (coordinator === undefined || before.coordinator === undefined || coordinator.peer === before.coordinator.peer)
    return []
  return [{ kind: 'coordinator', text: `→ ${nameOf(after, coordinator.peer)} coordinates now` }]
}

function jobEvents(before: JobView, after: JobView, farm: FarmView): FarmEvent[] {
  const events: FarmEvent[] = []
  if (after.home !== before.home)
    events.push({ kind: 'home', text: `→ ${nameOf(farm, after.home)} collects the segments now` })
  if (after.status === 'rendered' && after.borders !== undefined && before.borders === undefined) {
    const name = safeText(baseName(after.outputPath))
    events.push({ kind: 'in-place', text: `✓ ${name} is in place; the borders of its segments are being checked` })
  }
  for (const segment of after.failed) {
    if (!before.failed.includes(segment)) events.push({ kind: 'failed-segment', text: `✗ segment ${segment} failed` })
  }
  if (after.status === 'paused' && before.status !== 'paused') events.push({ kind: 'paused', text: '‖ paused' })
  if (before.status === 'paused' && (after.status === 'active' || after.status === 'queued')) {
    events.push({ kind: 'resumed', text: '▸ resumed' })
  }
  return events
}

/** Segments that the agent held and had not landed when it was last seen: others get them. */
function moved(job: JobView | undefined, peer: string): string {
  if (job === undefined) return ''
  const held = job.runs
    .filter((run) => run.holder === peer && (run.status === 'leased' || run.status === 'rendering'))
    .reduce((sum, run) => sum + run.to - run.from, 0)
  return `: ${held} ${held === 1 ? 'segment' : 'segments'} moved`
}

const isHere = (peer: PeerView | undefined): boolean =>
  peer !== undefined && peer.connected && peer.status !== 'unreachable'

const scoreOf = (peer: PeerView): string => (peer.score === undefined ? '' : ` (score ${Math.round(peer.score)})`)

const nameOf = (farm: FarmView, peer: string): string =>
  safeText(farm.peers.find((one) => one.peer === peer)?.name ?? peer)
