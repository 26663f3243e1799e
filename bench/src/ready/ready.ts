import { join } from 'node:path'
import { foundTestFarm } from '@sheaf/agent/measuring'
import { AgentProcess } from '@sheaf/cli'
import type { Bench, BenchContext, BenchResult } from '../bench.js'
import { isReady, whenFarm } from '../farm/render-job.js'
import { median } from '../statistics/median.js'
import { startAndMeet, type Meeting } from './start-and-meet.js'

/**
 * From the start of a `sheaf up` process to the moment at which its agent is connected with the first peer and has
 * proved to it that it belongs to the farm, by the new agent's log. One agent is up already; the other starts with a store that is new each
 * time, as on a machine that has joined the farm and never ran an agent. They find each other by mDNS.
 */
export const ready: Bench = {
  name: 'ready',
  summary: '`sheaf up` to the first peer connected, found by mDNS',
  runs: { full: 10, quick: 3 },
  run: measureReady,
}

async function measureReady(context: BenchContext): Promise<BenchResult> {
  const farm = await foundTestFarm()
  await farm.enrol(join(context.dir, 'first'))
  const first = await AgentProcess.start({ name: 'first', storePath: join(context.dir, 'first') })
  try {
    await whenFarm(first.client, (view) => isReady(view, 1), {
      what: "The first agent's measurement",
      signal: context.signal,
    })
    const meetings: Meeting[] = []
    for (let run = 0; run < context.runs; run += 1) {
      const storePath = join(context.dir, `second-${run}`)
      await farm.enrol(storePath)
      const meeting = await startAndMeet({ name: `second-${run}`, storePath, signal: context.signal })
      meetings.push(meeting)
      context.say(`run ${run + 1} of ${context.runs}: ${(meeting.connectedMs / 1000).toFixed(2)} s`)
    }
    return resultOf(meetings)
  } finally {
    await first.stop()
  }
}

function resultOf(meetings: readonly Meeting[]): BenchResult {
  const seconds = (values: readonly number[]): string => values.map((ms) => (ms / 1000).toFixed(2)).join(', ')
  const connected = meetings.map(({ connectedMs }) => connectedMs)
  const told = median(meetings.map(({ toldMs }) => toldMs))
  return {
    figures: [{ name: 'first peer connected', value: median(connected) / 1000, unit: 's', op: '<=', goal: 1.5 }],
    notes: [
      `seconds by run: ${seconds(connected)}; the person at the terminal reads of it after ${seconds([told])} s (median)`,
      'both agents run on this machine and meet by mDNS over its network interfaces; stores are new, so the second one also measures itself meanwhile',
    ],
  }
}
