import { once } from 'node:events'
import { join } from 'node:path'
import { foundTestFarm } from '@sheaf/agent/measuring'
import { jobIdFrom, parseBlobId, SheafError, type LandedSegment, type PeerId } from '@sheaf/protocol'
import type { Bench, BenchContext, BenchResult } from '../bench.js'
import { median, percentile } from '../statistics/median.js'
import { between, hexDigits, seededRandom } from '../statistics/random.js'
import { startFactNode, type FactNode } from './fact-node.js'
import { landAll, type LandingTimes } from './land-all.js'
import { PeerProcess } from './peer-process.js'

/** Landings under way at once: 64 machines with four slots each. */
const IN_FLIGHT = 256
const PEERS = 2
/** At a tenth of the goal a run would still end in time. */
const runLimitMs = 200_000
const landingsPerRun = { full: 10_000, quick: 2_000 } as const

/**
 * Landings a second that a job's home signs, syncs to its disk, and knows to be on the disks of two peers. The home
 * and its peers are three processes with stores of their own that talk over loopback; landings come as
 * `LandingBatches` makes them, and each is under way until both peers have said that it is on their disks.
 */
export const facts: Bench = {
  name: 'facts',
  summary: 'landings signed, synced and replicated to two peers, per second',
  runs: { full: 5, quick: 1 },
  run: measureFacts,
}

async function measureFacts(context: BenchContext): Promise<BenchResult> {
  const farm = await foundTestFarm()
  const homeDir = join(context.dir, 'home')
  await farm.enrol(homeDir)
  const home = await startFactNode({ dir: homeDir, peers: [] })
  const peers: PeerProcess[] = []
  try {
    const addresses = [...home.network.listenAddresses()].slice(0, 1)
    for (let at = 0; at < PEERS; at += 1) {
      const dir = join(context.dir, `peer-${at}`)
      await farm.enrol(dir)
      const peer = await PeerProcess.start({ dir, peers: addresses })
      peers.push(peer)
      addresses.push(peer.address)
    }
    await whenConnected(home, context.signal)
    return await measureRuns(context, home)
  } finally {
    await Promise.all(peers.map((peer) => peer.stop()))
    await home.stop()
  }
}

async function measureRuns(context: BenchContext, home: FactNode): Promise<BenchResult> {
  const count = context.quick ? landingsPerRun.quick : landingsPerRun.full
  const random = seededRandom(context.seed)
  const runs: LandingTimes[] = []
  for (let run = 0; run < context.runs; run += 1) {
    const place = { jobId: jobIdFrom(run, new Uint8Array(11)), generation: 0, epoch: 0 }
    const segments = makeSegments(count, random, home.identity.peerId)
    const times = await landRun(context, home, { place, segments, inFlight: IN_FLIGHT })
    runs.push(times)
    context.say(`run ${run + 1} of ${context.runs}: ${Math.round(ratesOf([times])[0] ?? 0)} landings/s`)
  }
  const value = median(ratesOf(runs))
  return {
    figures: [{ name: 'landings replicated', value, unit: 'segments/s', op: '>=', goal: 500 }],
    notes: notesOf(runs, count),
  }
}

/** One run; SHEAF_TIMEOUT when it takes so long that something must have got stuck. */
async function landRun(
  context: BenchContext,
  home: FactNode,
  work: Omit<Parameters<typeof landAll>[1], 'signal'>,
): Promise<LandingTimes> {
  const limit = AbortSignal.timeout(runLimitMs)
  const signal = AbortSignal.any([context.signal, limit])
  const farm = {
    append: (intents: Parameters<FactNode['store']['append']>[0]) => home.store.append(intents),
    whenReplicated: (fact: Parameters<FactNode['sync']['whenReplicated']>[0]) =>
      home.sync.whenReplicated(fact, PEERS, { signal }),
  }
  try {
    return await landAll(farm, { ...work, signal })
  } catch (cause) {
    if (!limit.aborted) throw cause
    throw new SheafError({ code: 'SHEAF_TIMEOUT', message: `Landings hung for ${runLimitMs / 1000} s.`, cause })
  }
}

function makeSegments(count: number, random: () => number, renderedBy: PeerId): readonly LandedSegment[] {
  return Array.from({ length: count }, (_, index) => {
    const blob = parseBlobId(hexDigits(random, 64))
    if (blob === undefined) throw new Error('64 hex digits are no blob id')
    return { index, blob, sizeBytes: between(random, 1e4, 1e7), renderedBy, renderMs: between(random, 100, 60_000) }
  })
}

async function whenConnected({ network }: FactNode, signal: AbortSignal): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(30_000)])
  while (network.peers().length < PEERS) {
    await once(network, 'peer-connected', { signal: limit }).catch((cause: unknown) => {
      signal.throwIfAborted()
      throw new SheafError({ code: 'SHEAF_TIMEOUT', message: "The bench's peers did not connect in 30 s.", cause })
    })
  }
}

const ratesOf = (runs: readonly LandingTimes[]): readonly number[] =>
  runs.map(({ totalMs, landingMs }) => (landingMs.length * 1000) / totalMs)

function notesOf(runs: readonly LandingTimes[], count: number): readonly string[] {
  const all = runs.flatMap(({ landingMs }) => landingMs)
  const facts = runs.reduce((sum, run) => sum + run.facts, 0)
  const rates = ratesOf(runs).map((rate) => Math.round(rate))
  return [
    `${count} landings a run, ${IN_FLIGHT} under way at once, ${(all.length / facts).toFixed(1)} a fact; segments/s by run: ${rates.join(', ')}`,
    `one landing takes ${percentile(all, 0.5).toFixed(0)} ms until both peers have it (95 %: ${percentile(all, 0.95).toFixed(0)} ms)`,
    'home and peers are processes of one machine and share its processors and its disk; connections over loopback',
  ]
}
