import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { foundTestFarm, type TestFarm } from '@sheaf/agent/measuring'
import { AgentProcess } from '@sheaf/cli'
import type { Role } from '@sheaf/protocol'
import { inject } from 'vitest'
import { processesMarked } from './marked-processes.js'
import { shareFingerprints } from './share-fingerprints.js'

/** How one agent of a sandbox is started; what is left out is the same for all. */
export interface SandboxAgent {
  readonly slots?: number | undefined
  /** Agents to connect to; without them and without `mdns` it stays alone. */
  readonly peers?: readonly AgentProcess[] | undefined
  readonly mdns?: boolean | undefined
  /** Default `artist`; `founder`: it is in no farm before it starts, and founds one of its own. */
  readonly role?: Role | 'founder' | undefined
  readonly args?: readonly string[] | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
}

/** Name of the variable by which every process that a sandbox started is found again, also an orphan's. */
export const markName = 'FARM_SANDBOX'

/** A folder of its own with real agents in it; `dispose` leaves neither files nor processes. */
export class FarmSandbox {
  readonly root: string
  /** The farm that its agents are in. */
  readonly testFarm: TestFarm
  readonly mark: string
  readonly #agents: AgentProcess[] = []

  private constructor(root: string, testFarm: TestFarm) {
    this.root = root
    this.testFarm = testFarm
    this.mark = randomUUID()
  }

  static async create(): Promise<FarmSandbox> {
    return new FarmSandbox(await mkdtemp(join(tmpdir(), 'sheaf-test-')), await foundTestFarm())
  }

  path(...parts: readonly string[]): string {
    return join(this.root, ...parts)
  }

  storePath(name: string): string {
    return this.path('stores', name)
  }

  #cachePath(name: string): string {
    return join(this.storePath(name), 'cache')
  }

  /** What every process of this sandbox has in its environment. */
  get env(): Readonly<Record<string, string>> {
    return { [markName]: this.mark }
  }

  /** Starts an agent on the store of that name; a second start with one name is a restart. */
  async agent(name: string, init: SandboxAgent = {}): Promise<AgentProcess> {
    for (const other of this.#agents) await shareFingerprints(this.#cachePath(other.name), sharedPath())
    await shareFingerprints(sharedPath(), this.#cachePath(name))
    const { role = 'artist' } = init
    if (role !== 'founder') await this.testFarm.enrol(this.storePath(name), { role, name })
    const agent = await AgentProcess.start({
      name,
      storePath: this.storePath(name),
      slots: init.slots ?? 1,
      env: { ...this.env, ...init.env },
      args: [
        '--no-bench',
        ...(init.mdns === true ? [] : ['--no-mdns']),
        ...(await peerArguments(init.peers ?? [])),
        ...(init.args ?? []),
      ],
    })
    this.#agents.push(agent)
    return agent
  }

  /** Agents that know each other by address: each one is given those before it. */
  async farm(names: readonly string[], init: SandboxAgent = {}): Promise<readonly AgentProcess[]> {
    const agents: AgentProcess[] = []
    for (const name of names) agents.push(await this.agent(name, { ...init, peers: agents }))
    return agents
  }

  /** Processes that were started here, directly or not, and still run. */
  processes(): Promise<readonly string[]> {
    return processesMarked(`${markName}=${this.mark}`)
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.stop().catch(() => agent.kill())))
    for (const { name } of this.#agents) await shareFingerprints(this.#cachePath(name), sharedPath())
    await rm(this.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

/** What the agents of one run of tests know about ffmpeg. */
const sharedPath = (): string => join(inject('runFolder'), 'fingerprints')

async function peerArguments(peers: readonly AgentProcess[]): Promise<readonly string[]> {
  const views = await Promise.all(peers.map(({ client }) => client.status()))
  return views.flatMap(({ addresses }) => {
    const address = addresses.find((text) => text.startsWith('/ip4/127.')) ?? addresses[0]
    return address === undefined ? [] : ['--peer', address]
  })
}
