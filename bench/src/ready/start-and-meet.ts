import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { sheafMain } from '@sheaf/cli'
import { SheafError } from '@sheaf/protocol'

/** Times of one start, in ms from the start of the process. */
export interface Meeting {
  /** Until it listened and its API answered. */
  readonly upMs: number
  /** Until it was connected with a peer of its farm. */
  readonly metMs: number
}

const patienceMs = 30_000

/** Starts `sheaf up`, waits until it says that a peer joined, and stops it. SHEAF_TIMEOUT when none does. */
export async function startAndMeet(init: {
  readonly name: string
  readonly storePath: string
  readonly secretPath: string
  readonly signal: AbortSignal
}): Promise<Meeting> {
  const { name, storePath, secretPath } = init
  const args = ['up', '--json', '--name', name, '--store', storePath, '--secret', secretPath]
  const startedMs = performance.now()
  const child = spawn(process.execPath, [sheafMain, ...args, '--port', '0', '--api-port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const limit = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  const onAbort = (): void => void child.kill('SIGKILL')
  init.signal.addEventListener('abort', onAbort)
  try {
    return await readMeeting(child, startedMs)
  } finally {
    init.signal.removeEventListener('abort', onAbort)
    await stop(child)
    clearTimeout(limit)
  }
}

/** The agent tells what happens as JSON lines, each the moment that it happens. */
async function readMeeting(child: ChildProcess & { stdout: NodeJS.ReadableStream }, startedMs: number) {
  let upMs: number | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    const atMs = performance.now() - startedMs
    const event = eventOf(line)
    if (event === 'started') upMs = atMs
    if (event === 'joined') return { upMs: upMs ?? atMs, metMs: atMs }
  }
  throw new SheafError({
    code: 'SHEAF_TIMEOUT',
    message: `An agent met nobody in ${patienceMs / 1000} s.`,
    hint: 'Does this machine let multicast DNS (UDP port 5353) through?',
  })
}

function eventOf(line: string): unknown {
  try {
    return (JSON.parse(line) as { readonly event?: unknown }).event
  } catch {
    return undefined
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}
