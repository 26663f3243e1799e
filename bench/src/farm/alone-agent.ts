import { join } from 'node:path'
import { startAgent } from '@sheaf/agent'
import { discoverAgent } from '@sheaf/client'
import type { BenchContext } from '../bench.js'
import { isReady, whenFarm } from './render-job.js'

/** The client of an agent in this process. */
export type AgentClient = Awaited<ReturnType<typeof discoverAgent>>['client']

/** Starts an agent alone in its farm, waits until it is ready to work, and stops it after use. Its store stays. */
export async function withAgent<T>(
  context: Pick<BenchContext, 'dir' | 'signal'>,
  { name, verify }: { readonly name: string; readonly verify: boolean },
  use: (client: AgentClient) => Promise<T>,
): Promise<T> {
  const storePath = join(context.dir, `store-${name}`)
  const agent = await startAgent({
    ...{ storePath, name, farmHost: '127.0.0.1', farmPort: 0, apiPort: 0, mdns: false },
    verify,
  })
  try {
    const { client } = await discoverAgent({ storePath })
    await whenFarm(client, (view) => isReady(view, 1), { what: "The agent's measurement", signal: context.signal })
    return await use(client)
  } finally {
    await agent.stop()
  }
}
