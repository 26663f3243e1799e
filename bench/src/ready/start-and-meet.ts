import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { sheafMain } from '@sheaf/cli'
import { SheafError } from '@sheaf/protocol'

/** Times of one start, in ms from the start of the process. */
export interface Meeting {
  /** Until it was connected with a peer of its farm, by its log. */
  readonly connectedMs: number
  /** Until it told the person who started it. */
  readonly toldMs: number
}

const patienceMs = 30_000

/** Starts `sheaf up`, waits until it says that a peer joined, and stops it. SHEAF_TIMEOUT when none does. */
export async function startAndMeet(init: {
  readonly name: string
  readonly storePath: string
  readonly signal: AbortSignal
}): Promise<Meeting> {
  const { name, storePath } = init
  const args = ['up', '--json', '--name', name, '--store', storePath]
  const startedAtMs = performance.timeOrigin + performance.now()
  const child = spawn(process.execPath, [sheafMain, ...args, '--port', '0', '--api-port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const limit = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  const onAbort = (): void => void child.kill('SIGKILL')
  init.signal.addEventListener('abort', onAbort)
  try {
    const toldAtMs = await whenJoined(child)
    const connectedAtMs = await readConnected(join(storePath, 'log', 'agent.ndjson'))
    return { connectedMs: connectedAtMs - startedAtMs, toldMs: toldAtMs - startedAtMs }
  } finally {
    init.signal.removeEventListener('abort', onAbort)
    await stop(child)
    clearTimeout(limit)
  }
}

/** Wall time of the line that says that a peer joined: the agent tells what happens as JSON lines, at once. */
async function whenJoined(child: ChildProcess & { stdout: NodeJS.ReadableStream }): Promise<number> {
  for await (const line of createInterface({ input: child.stdout })) {
    if (fieldOf(line, 'event') === 'joined') return performance.timeOrigin + performance.now()
  }
  throw new SheafError({
    code: 'SHEAF_TIMEOUT',
    message: `An agent met nobody in ${patienceMs / 1000} s.`,
    hint: 'Does this machine let multicast DNS (UDP port 5353) through?',
  })
}

/** Wall time of the first connection in an agent's log. A line takes a moment from the agent to the file. */
async function readConnected(logPath: string): Promise<number> {
  for (let left = 200; left > 0; left -= 1) {
    const lines = (await readFile(logPath, 'utf8')).split('\n')
    const line = lines.find((one) => fieldOf(one, 'message') === 'peer connected')
    const atMs = line === undefined ? undefined : fieldOf(line, 'atMs')
    if (typeof atMs === 'number') return atMs
    await delay(10)
  }
  throw new SheafError({ code: 'SHEAF_INTERNAL', message: `${logPath} does not say when the first peer connected.` })
}

function fieldOf(line: string, field: string): unknown {
  try {
    return (JSON.parse(line) as Readonly<Record<string, unknown>>)[field]
  } catch {
    return undefined
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}
