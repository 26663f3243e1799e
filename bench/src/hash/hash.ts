import { createHash } from 'node:crypto'
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { AssetRegistry, openStoreDatabase, sourceOfFile } from '@sheaf/agent/measuring'
import { jobIdFrom, parseAssetId } from '@sheaf/protocol'
import type { Bench, BenchContext, BenchResult } from '../bench.js'
import { median } from '../statistics/median.js'
import { writeRandomFile } from '../stream/write-random-file.js'

const sizes = { full: 2 * 2 ** 30, quick: 2 ** 26 } as const
const bareBlocks = 256

/** One run: all of the file, and the same file again. */
interface Hashing {
  readonly wallS: number
  /** Of all threads, user and system. */
  readonly cpuS: number
  readonly againMs: number
  /** SHA-256 alone, of memory: bytes for each second of a processor in the same run. */
  readonly bareGbPerS: number
  /** How long the event loop was busy meanwhile. */
  readonly loopS: number
}

/**
 * How fast an agent knows the hashes of all blocks of a file that is in the cache, for each second of a processor, and
 * how fast of one that it has hashed before and that looks as it did.
 */
export const hash: Bench = {
  name: 'hash',
  summary: 'hashing 2 GiB per core, and an unchanged file again',
  runs: { full: 5, quick: 1 },
  run: measureHash,
}

async function measureHash(context: BenchContext): Promise<BenchResult> {
  const sizeBytes = context.quick ? sizes.quick : sizes.full
  const path = join(context.dir, 'medium')
  await writeRandomFile(path, sizeBytes, context.seed)
  await mkdir(join(context.dir, 'store'))
  const db = await openStoreDatabase(join(context.dir, 'store', 'db'))
  const runs: Hashing[] = []
  try {
    const registry = await AssetRegistry.open({ db })
    // Once before, for the cache and for the threads.
    await hashOnce(registry, path)
    for (let run = 0; run < context.runs; run += 1) {
      context.signal.throwIfAborted()
      const hashing = await hashOnce(registry, path)
      runs.push(hashing)
      context.say(`run ${run + 1}: ${described(hashing, sizeBytes)}`)
    }
  } finally {
    await db.close()
  }
  const perCore = median(runs.map(({ cpuS }) => sizeBytes / 1e9 / cpuS))
  return {
    figures: [
      { name: 'hashed per core', value: perCore, unit: 'GB/s', op: '>=', goal: 1 },
      {
        name: 'unchanged file again',
        value: median(runs.map(({ againMs }) => againMs)),
        unit: 'ms',
        op: '<=',
        goal: 50,
      },
    ],
    notes: [
      'per core: bytes for each second of processor time of the whole process, reading from the cache included; SHA-256 of blocks of 1 MiB',
      ...runs.map((run, at) => `run ${at + 1}: ${described(run, sizeBytes)}`),
    ],
  }
}

async function hashOnce(registry: AssetRegistry, path: string): Promise<Hashing> {
  const [jobId, assetId] = [jobIdFrom(0, new Uint8Array(11)), parseAssetId('a0')]
  if (assetId === undefined) throw new Error('not an asset id')
  // Registering forgets what was known.
  await registry.register(jobId, assetId, sourceOfFile(path, await stat(path)))
  const [startedMs, cpu, loop] = [performance.now(), process.cpuUsage(), performance.eventLoopUtilization()]
  const first = await registry.hashes(jobId, assetId)
  const wallS = (performance.now() - startedMs) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const loopS = performance.eventLoopUtilization(loop).active / 1000
  const againFromMs = performance.now()
  const again = await registry.hashes(jobId, assetId)
  const againMs = performance.now() - againFromMs
  if (first.length === 0 || again.join() !== first.join()) throw new Error('the second time gave other hashes')
  return { wallS, cpuS: (user + system) / 1e6, againMs, loopS, bareGbPerS: bareSpeed() }
}

/** What the processor gives just now, without reading anything. */
function bareSpeed(): number {
  const block = new Uint8Array(1 << 20).fill(7)
  const cpu = process.cpuUsage()
  for (let at = 0; at < bareBlocks; at += 1) createHash('sha256').update(block).digest('hex')
  const { user, system } = process.cpuUsage(cpu)
  return (bareBlocks * block.byteLength) / 1e9 / ((user + system) / 1e6)
}

function described({ wallS, cpuS, againMs, loopS, bareGbPerS }: Hashing, sizeBytes: number): string {
  const gb = sizeBytes / 1e9
  return `${(gb / cpuS).toFixed(2)} GB/s per core (of memory, hashing alone: ${bareGbPerS.toFixed(2)}), ${(gb / wallS).toFixed(2)} GB/s in all; the event loop was busy for ${(loopS * 1000).toFixed(0)} of ${(wallS * 1000).toFixed(0)} ms; again ${againMs.toFixed(0)} ms`
}
