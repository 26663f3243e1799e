import type { PeerId } from '@sheaf/protocol'
import { countRuns, indexesOf, subtractRuns, unionRuns, type Runs } from '../facts/runs.js'
import { struckBy } from './capability.js'
import { type Desk, type DeskAgent, give, paceOf, workload } from './desk.js'
import type { Plan } from './plan-value.js'
import { cutShards, takeFront } from './shards.js'
import type { PlanJob } from './snapshot.js'

type Lease = Plan['lease'][number]

/**
 * Leases what nobody has: first what a lost agent had, whatever is queued. Then each able agent
 * fills its slots from the front of its shard, slots that are still free are filled from the tail
 * of the shard that would finish last, and at last everybody gets a chunk to go on with. `line` is what is free; returns what stays free, too.
 */
export function planLeases(
  desk: Desk,
  job: PlanJob,
  able: readonly DeskAgent[],
  line: Runs,
): { readonly leases: readonly Lease[]; readonly rest: Runs } {
  const agents = able.map((desked) => ({
    desked,
    peer: desked.agent.peer,
    speed: paceOf(job, desked.agent.peer),
    struck: struckBy(job, desked.agent),
  }))
  const orphans = subtractRuns(line, subtractRuns(line, job.orphans))
  let rescued: Runs = []
  const leases: Lease[] = []
  const lease = (to: DeskAgent, indexes: readonly number[], reason: Lease['reason']): void => {
    give(to, job, indexes)
    leases.push({ peer: to.agent.peer, jobId: job.jobId, generation: job.generation, indexes, reason })
  }
  for (const { peer, runs } of cutShards(orphans, agents)) {
    const to = agents.find((other) => other.peer === peer)
    const mine = subtractRuns(runs, to?.struck ?? [])
    if (!to || mine.length === 0) continue
    lease(to.desked, indexesOf(mine), 'agent-lost')
    rescued = unionRuns(rescued, mine)
  }
  const open = subtractRuns(line, rescued)
  const shards = new Map(cutShards(open, agents).map(({ peer, runs }) => [peer, runs]))
  const supply = (upTo: (slots: number) => number): void => {
    for (const { desked, peer, speed, struck } of agents) {
      while (workload(desked, desk, job) < upTo(desked.agent.slots)) {
        const shard = shards.get(peer) ?? []
        const chunk = frontChunk(subtractRuns(shard, struck), chunkSize(desk, job, desked, { shard, speed }))
        if (chunk.length === 0) break
        lease(desked, indexesOf(chunk), 'front-of-shard')
        shards.set(peer, subtractRuns(shard, chunk))
      }
    }
  }
  supply((slots) => slots)
  for (const { desked, struck } of agents) {
    for (let idle = idleSlots(desk, job, desked); idle > 0;) {
      const tail = latestTail(shards, agents, struck, idle)
      if (!tail) break
      lease(desked, indexesOf(tail.chunk), 'tail-of-shard')
      shards.set(tail.owner, subtractRuns(shards.get(tail.owner) ?? [], tail.chunk))
      idle -= countRuns(tail.chunk)
    }
  }
  supply((slots) => 2 * slots)
  return { leases, rest: [...shards.values()].reduce<Runs>(unionRuns, []) }
}

/** Slots that have nothing to render. */
export function idleSlots(desk: Desk, job: PlanJob, desked: DeskAgent): number {
  return desked.agent.slots - workload(desked, desk, job)
}

/**
 * Guided self-scheduling (Polychronopoulos and Kuck, 1987): a fraction of the shard that is left, so
 * chunks shrink toward the end; never more than the target time's worth, never less than fills the slots.
 */
function chunkSize(
  desk: Desk,
  job: PlanJob,
  desked: DeskAgent,
  { shard, speed }: { readonly shard: Runs; readonly speed: number },
): number {
  const { config } = desk.snapshot
  const measured = job.paces.some((pace) => pace.peer === desked.agent.peer && pace.measured)
  const frames = job.segmentFrames.reduce((sum, count) => sum + count, 0) / Math.max(1, job.segmentFrames.length)
  const inTime = measured ? Math.floor((speed * config.chunkMs) / Math.max(1, frames)) : config.firstChunkSegments
  const guided = Math.ceil(countRuns(shard) / 4)
  const most = Math.min(Math.max(1, inTime), config.mostChunkSegments)
  return Math.max(Math.min(guided, most), idleSlots(desk, job, desked), 1)
}

/** One contiguous stretch from the front. */
function frontChunk(runs: Runs, size: number): Runs {
  const [first] = runs
  return first ? takeFront([first], size)[0] : []
}

/** The last segments, at most `size`, of the shard that its owner would finish last. */
function latestTail(
  shards: ReadonlyMap<PeerId, Runs>,
  agents: readonly { readonly peer: PeerId; readonly speed: number }[],
  struck: Runs,
  size: number,
): { readonly owner: PeerId; readonly chunk: Runs } | undefined {
  const ready = agents
    .map(({ peer, speed }) => ({ peer, runs: subtractRuns(shards.get(peer) ?? [], struck), speed }))
    .filter(({ runs }) => runs.length > 0)
    .sort((a, b) => countRuns(b.runs) / b.speed - countRuns(a.runs) / a.speed || (a.peer < b.peer ? -1 : 1))
  const [latest] = ready
  const run = latest?.runs.at(-1)
  if (!latest || !run) return undefined
  return { owner: latest.peer, chunk: [{ from: Math.max(run.from, run.to - size + 1), to: run.to }] }
}
