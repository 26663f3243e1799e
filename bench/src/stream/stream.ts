import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bench, BenchContext, BenchResult } from '../bench.js'
import { median } from '../statistics/median.js'
import { Ends, type Transfer } from './ends.js'
import { ways, type Route, type Way } from './transfer-end.js'
import { writeRandomFile } from './write-random-file.js'

const sizes = { full: 2 * 2 ** 30, quick: 2 ** 26 } as const
const routes = ['memory', 'disk'] as const

/**
 * How fast bytes move between two agent processes of this machine, next to plain TCP and to a libp2p stream with its
 * defaults, each between two processes of its own, one after the other in every run. `memory`: four lanes, as an agent
 * opens them, nothing verified. `disk`: an agent's own transfer of an asset, hashed by both ends and kept in a file; the
 * baselines read a file, hash what comes and write it.
 */
export const stream: Bench = {
  name: 'stream',
  summary: '2 GiB between two agents, against plain TCP and an untuned libp2p stream',
  runs: { full: 5, quick: 1 },
  run: measureStream,
}

type Runs = Readonly<Record<Way, Record<Route, Transfer[]>>>

async function measureStream(context: BenchContext): Promise<BenchResult> {
  const sizeBytes = context.quick ? sizes.quick : sizes.full
  const file = join(context.dir, 'sent')
  await writeRandomFile(file, sizeBytes, context.seed)
  const ends = new Map<Way, Ends>()
  try {
    for (const way of ways) ends.set(way, await Ends.start(way, { dir: context.dir, file, sizeBytes }))
    const runs = await measureRuns(context, ends, sizeBytes)
    return report(runs, sizeBytes)
  } finally {
    await Promise.all([...ends.values()].map((pair) => pair.stop()))
  }
}

async function measureRuns(context: BenchContext, ends: ReadonlyMap<Way, Ends>, sizeBytes: number): Promise<Runs> {
  const runs: Runs = { tcp: emptyRoutes(), libp2p: emptyRoutes(), lane: emptyRoutes() }
  const path = join(context.dir, 'received')
  for (let run = 0; run < context.runs; run += 1) {
    for (const route of routes) {
      for (const way of ways) {
        context.signal.throwIfAborted()
        const transfer = await ends.get(way)?.transfer({ kind: route, path })
        await Promise.all([path, `${path}.blocks`].map((made) => rm(made, { force: true })))
        if (transfer === undefined) continue
        runs[way][route].push(transfer)
        context.say(`run ${run + 1}, ${route}, ${way}: ${described(transfer, sizeBytes)}`)
      }
    }
  }
  return runs
}

function report(runs: Runs, sizeBytes: number): BenchResult {
  const ratio = (route: Route, to: Way): number =>
    median(
      runs.lane[route].map(({ asking }, run) => (runs[to][route][run]?.asking.seconds ?? Number.NaN) / asking.seconds),
    )
  const figures = [
    { name: 'ratioToTcp, memory', value: ratio('memory', 'tcp'), unit: 'ratio', op: '>=', goal: 0.4 },
    { name: 'ratioToLibp2p, memory', value: ratio('memory', 'libp2p'), unit: 'ratio', op: '>=', goal: 3 },
    { name: 'ratioToTcp, disk', value: ratio('disk', 'tcp'), unit: 'ratio', op: '>=', goal: 0.4 },
    { name: 'ratioToLibp2p, disk', value: ratio('disk', 'libp2p'), unit: 'ratio', op: '>=', goal: 2 },
    { name: 'memory grown by', value: grownBytes(runs) / 2 ** 20, unit: 'MiB', op: '<=', goal: 150 },
  ] as const
  const moved = (runs.lane.memory.length + runs.lane.disk.length) * sizeBytes
  return {
    figures,
    notes: [
      ...ways.flatMap((way) => routes.map((route) => `${way}, ${route}: ${medians(runs[way][route], sizeBytes)}`)),
      `memory: the most that either agent process had above what it began with, while ${(moved / 1e9).toFixed(1)} GB went through`,
      'both ends are processes of one machine and share its processors; loopback; nothing is synced',
    ],
  }
}

/** How far the resident memory of an agent's process rose over what it was before its first transfer. */
function grownBytes({ lane }: Runs): number {
  const all = [...lane.memory, ...lane.disk]
  const grown = (['asking', 'serving'] as const).map((side) => {
    const before = all[0]?.[side].rssBytes ?? 0
    return Math.max(...all.map((transfer) => transfer[side].peakRssBytes)) - before
  })
  return Math.max(...grown)
}

const emptyRoutes = (): Record<Route, Transfer[]> => ({ memory: [], disk: [] })

const gbPerS = (sizeBytes: number, { asking }: Transfer): number => sizeBytes / 1e9 / asking.seconds

function described(transfer: Transfer, sizeBytes: number): string {
  const perGiB = 2 ** 30 / sizeBytes
  const cpu = [transfer.asking, transfer.serving].map(({ cpuS }) => (cpuS * perGiB).toFixed(2))
  return `${gbPerS(sizeBytes, transfer).toFixed(2)} GB/s, processor ${cpu.join(' + ')} s/GiB`
}

function medians(transfers: readonly Transfer[], sizeBytes: number): string {
  const perGiB = 2 ** 30 / sizeBytes
  const of = (value: (transfer: Transfer) => number): string => median(transfers.map(value)).toFixed(2)
  const speed = of((transfer) => gbPerS(sizeBytes, transfer))
  const [asking, serving] = [of(({ asking: end }) => end.cpuS * perGiB), of(({ serving: end }) => end.cpuS * perGiB)]
  return `${speed} GB/s, processor ${asking} s/GiB at the end that asks, ${serving} at the other`
}
