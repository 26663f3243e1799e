import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SheafError, type AgentRunFile } from '@sheaf/protocol'
import { agentNotRunning } from './map-error.js'
import { SheafClient, type AgentAddress } from './sheaf-client.js'

/** What the run file and the token file tell of a live agent. */
export interface AgentRun extends AgentRunFile, AgentAddress {}

/** A live agent and the client that talks to it. */
export interface DiscoveredAgent {
  readonly client: SheafClient
  readonly run: AgentRun
}

/** `isAlive` and `fetch` are replaced in tests. */
export interface DiscoverOptions {
  readonly storePath: string
  readonly fetch?: typeof fetch | undefined
  readonly isAlive?: ((pid: number) => boolean) | undefined
}

/**
 * Finds the agent of a store on this machine and makes a client for it. Asks the agent nothing yet.
 * Throws SHEAF_AGENT_NOT_RUNNING when no live process owns the store, SHEAF_UNAUTHORIZED when its
 * token belongs to another user.
 */
export async function discoverAgent(options: DiscoverOptions): Promise<DiscoveredAgent> {
  const run = await readAgentRun(options)
  const client = new SheafClient({
    baseUrl: run.baseUrl,
    token: run.token,
    fetch: options.fetch,
    rediscover: () => readAgentRun(options),
  })
  return { client, run }
}

/** Reads `run/agent.json` and `run/api-token` of a store; throws like {@link discoverAgent}. */
export async function readAgentRun({ storePath, isAlive = processIsAlive }: DiscoverOptions): Promise<AgentRun> {
  const file = parseRunFile(await readOwn(join(storePath, 'run', 'agent.json'), storePath), storePath)
  if (!isAlive(file.pid))
    throw agentNotRunning(`the agent of the store ${storePath} is gone (process ${file.pid} does not run)`)
  const token = (await readOwn(join(storePath, 'run', 'api-token'), storePath)).trim()
  return { ...file, baseUrl: `http://127.0.0.1:${file.apiPort}`, token }
}

/** Whether a process of this number exists, whoever owns it. */
function processIsAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function readOwn(path: string, storePath: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM') {
      throw new SheafError({
        code: 'SHEAF_UNAUTHORIZED',
        message: `${path} may not be read by this user`,
        hint: 'The agent runs as another user: run this as that user, or start an agent of your own with --store.',
        cause,
      })
    }
    throw agentNotRunning(`no agent runs on the store ${storePath}`, cause)
  }
}

function parseRunFile(text: string, storePath: string): AgentRunFile {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw agentNotRunning(`no agent runs on the store ${storePath}: its run file is damaged`, cause)
  }
  const { pid, peer, apiPort, startedAtMs } = (value ?? {}) as Partial<Record<keyof AgentRunFile, unknown>>
  const whole =
    isPositive(pid) &&
    isPositive(apiPort) &&
    apiPort < 65_536 &&
    typeof peer === 'string' &&
    typeof startedAtMs === 'number'
  if (!whole) throw agentNotRunning(`no agent runs on the store ${storePath}: its run file is damaged`)
  return { pid, peer, apiPort, startedAtMs }
}

const isPositive = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0
