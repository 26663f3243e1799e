import { setTimeout as delay } from 'node:timers/promises'
import type { AgentProcess } from '@sheaf/cli'
import type { FarmView, JobView } from '@sheaf/protocol'

/** Longer than anything takes on a busy machine; a wait that ends this way has failed. */
const patienceMs = 150_000

/** The first view of the farm, as this agent tells it, that is as `fine` wants it. Throws with the last one. */
export async function untilFarm(
  agent: AgentProcess,
  what: string,
  fine: (view: FarmView) => boolean,
  withinMs: number = patienceMs,
): Promise<FarmView> {
  const late = AbortSignal.timeout(withinMs)
  let last: FarmView | undefined
  try {
    for await (const view of agent.client.watchFarm({ signal: late })) {
      last = view
      if (fine(view)) return view
    }
  } catch (error) {
    if (!late.aborted) throw error
  }
  throw new Error(`waited in vain on ${agent.name} for: ${what}\n${JSON.stringify(last, null, 1)}`)
}

/** Like {@link untilFarm} for one job. */
export async function untilJob(
  agent: AgentProcess,
  jobId: string,
  what: string,
  fine: (job: JobView, view: FarmView) => boolean,
  withinMs?: number,
): Promise<JobView> {
  const view = await untilFarm(
    agent,
    `job ${jobId} ${what}`,
    (seen) => {
      const job = seen.jobs.find((one) => one.jobId === jobId)
      return job !== undefined && fine(job, seen)
    },
    withinMs,
  )
  const job = view.jobs.find((one) => one.jobId === jobId)
  if (job === undefined) throw new Error(`job ${jobId} vanished`)
  return job
}

/** The job once it is closed, whichever way. */
export const untilClosed = (agent: AgentProcess, jobId: string): Promise<JobView> =>
  untilJob(agent, jobId, 'to be closed', ({ status }) => ['completed', 'failed', 'canceled'].includes(status))

/** The job, completed; its message when it failed instead. */
export async function untilCompleted(agent: AgentProcess, jobId: string): Promise<JobView> {
  const job = await untilClosed(agent, jobId)
  if (job.status !== 'completed') throw new Error(`job ${jobId} is ${job.status}: ${job.message ?? 'without a word'}`)
  return job
}

/** Until every one of these agents sees all of them connected, and all agree on who coordinates. */
export async function untilMet(agents: readonly AgentProcess[]): Promise<void> {
  const peers = new Set(agents.map(({ peer }) => peer))
  const met = (view: FarmView): boolean =>
    view.coordinator !== undefined &&
    view.peers.filter(({ peer, connected, status }) => peers.has(peer) && connected && status === 'awake').length ===
      peers.size
  const leaders = await Promise.all(agents.map((agent) => untilFarm(agent, 'all peers', met)))
  const [first] = leaders
  await Promise.all(
    agents.map((agent) =>
      untilFarm(agent, 'one coordinator', (view) => met(view) && view.coordinator?.peer === first?.coordinator?.peer),
    ),
  )
}

/** For what no watch tells: asks again until `ask` returns something else than `undefined`. */
export async function untilFound<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const untilMs = performance.now() + patienceMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (performance.now() > untilMs) throw new Error(`waited in vain for: ${what}`)
    await delay(50)
  }
}
