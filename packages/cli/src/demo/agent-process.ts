import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { discoverAgent, type SheafClient } from '@sheaf/client'
import { SheafError } from '@sheaf/protocol'

/** How one more agent is started on this machine. Ports are free ones. */
export interface AgentProcessInit {
  readonly name: string
  readonly storePath: string
  readonly slots?: number | undefined
  /** Further arguments of `sheaf up`. */
  readonly args?: readonly string[] | undefined
  /** Put before the command, such as `['nice', '-n', '5']`. */
  readonly prefix?: readonly string[] | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
}

/** One that dies is noticed at once; this ends a hang, also on a machine with much else to do. */
const startWithinMs = 120_000
/** The built command that every agent runs. */
export const sheafMain: string = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** An agent as a process of its own, as on a machine of its own: own store, own ports, killed like one. */
export class AgentProcess {
  readonly name: string
  readonly client: SheafClient
  readonly peer: string
  readonly pid: number
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>

  private constructor(
    name: string,
    found: { readonly client: SheafClient; readonly peer: string; readonly pid: number },
    child: ChildProcess,
  ) {
    this.name = name
    this.client = found.client
    this.peer = found.peer
    this.pid = found.pid
    this.#child = child
    this.#exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve()
  }

  /** Starts `sheaf up` and resolves when its API answers. Rejects with the end of its output when it dies instead. */
  static async start(init: AgentProcessInit): Promise<AgentProcess> {
    await mkdir(init.storePath, { recursive: true })
    const logPath = join(init.storePath, 'up.log')
    const output = await open(logPath, 'a')
    const slots = init.slots === undefined ? [] : ['--slots', String(init.slots)]
    const command = [
      ...(init.prefix ?? []),
      ...[process.execPath, sheafMain, 'up', '--name', init.name, '--store', init.storePath],
      ...['--port', '0', '--api-port', '0', ...slots, ...(init.args ?? [])],
    ]
    const [file = '', ...args] = command
    const child = spawn(file, args, { stdio: ['ignore', output.fd, output.fd], env: { ...process.env, ...init.env } })
    await output.close()
    const found = await answering(init, child, logPath)
    return new AgentProcess(init.name, found, child)
  }

  /** As when the power goes: no goodbye. Resolves when the process is gone. */
  async kill(): Promise<void> {
    process.kill(this.pid, 'SIGKILL')
    if (this.pid !== this.#child.pid) this.#child.kill('SIGKILL')
    await this.#exited
  }

  /** Stops in good order, or by force after 10 s. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    process.kill(this.pid, 'SIGTERM')
    const patience = AbortSignal.timeout(10_000)
    const outcome = await Promise.race([this.#exited.then(() => 'gone' as const), aborted(patience)])
    if (outcome !== 'gone') await this.kill()
  }
}

async function answering(init: AgentProcessInit, child: ChildProcess, logPath: string) {
  const untilMs = Date.now() + startWithinMs
  while (Date.now() < untilMs && child.exitCode === null && child.signalCode === null) {
    try {
      const { client, run } = await discoverAgent({ storePath: init.storePath })
      await client.status()
      return { client, peer: run.peer, pid: run.pid }
    } catch {
      // Not there yet; a process gives no better sign than its run file.
      await delay(25)
    }
  }
  child.kill('SIGKILL')
  const said = (await readFile(logPath, 'utf8').catch(() => '')).trim().split('\n').slice(-5).join('\n')
  throw new SheafError({
    code: 'SHEAF_AGENT_NOT_RUNNING',
    message: `Agent ${init.name} did not start. It said:\n${said}`,
    hint: `All of its output is in ${logPath}`,
  })
}

const aborted = (signal: AbortSignal): Promise<'late'> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve('late'), { once: true }))
