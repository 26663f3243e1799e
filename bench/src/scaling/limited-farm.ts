import { join } from 'node:path'
import type { TestFarm } from '@sheaf/agent/measuring'
import { AgentProcess } from '@sheaf/cli'
import type { BenchContext } from '../bench.js'
import { isReady, whenFarm } from '../farm/render-job.js'
import type { CpuLimit } from './cpu-limit.js'

/** Measuring a machine of a third of a core takes its time. */
const readyWithinMs = 180_000

/**
 * Starts one limited agent per limit and waits until they are ready to work: in the farm that is
 * given, or each alone in one of its own. Stores are named after `stores` and kept between starts,
 * so that only the first start measures. When one does not start, none is left.
 */
export async function startLimited(
  context: BenchContext,
  init: { readonly limits: readonly CpuLimit[]; readonly stores: string; readonly farm?: TestFarm },
): Promise<readonly AgentProcess[]> {
  const { limits, stores, farm } = init
  const alone = farm === undefined
  const starts = limits.map(async (limit, at) => {
    const storePath = join(context.dir, `${stores}-${at}`)
    await farm?.enrol(storePath)
    return AgentProcess.start({
      name: `${String.fromCharCode(65 + at)}-${limit.percent}`,
      storePath,
      slots: 1,
      prefix: limit.prefix,
      args: alone ? ['--no-mdns'] : [],
    })
  })
  const started = await Promise.allSettled(starts)
  const agents = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  try {
    for (const one of started) if (one.status === 'rejected') throw one.reason
    const count = alone ? 1 : agents.length
    const what = alone ? "An agent's measurement" : 'The meeting and measurement of the agents'
    const wait = { what, signal: context.signal, patienceMs: readyWithinMs }
    await Promise.all(agents.map(({ client }) => whenFarm(client, (view) => isReady(view, count), wait)))
    return agents
  } catch (error) {
    await stopAll(agents)
    throw error
  }
}

/** Stops them in good order. */
export async function stopAll(agents: readonly AgentProcess[]): Promise<void> {
  await Promise.all(agents.map((agent) => agent.stop()))
}
