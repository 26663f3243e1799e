import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { foundTestFarm } from '@sheaf/agent/measuring'
import { SheafError } from '@sheaf/protocol'
import type { Order } from './end-process.js'
import type { Measures } from './meter.js'
import type { Way } from './transfer-end.js'

const script = fileURLToPath(new URL('end-process.js', import.meta.url))

/** What one transfer took at both ends. */
export interface Transfer {
  readonly asking: Measures
  readonly serving: Measures
}

/** Two processes that move bytes in one of the ways. */
export class Ends {
  readonly #serving: ChildProcess
  readonly #asking: ChildProcess

  private constructor(serving: ChildProcess, asking: ChildProcess) {
    this.#serving = serving
    this.#asking = asking
  }

  static async start(
    way: Way,
    init: { readonly dir: string; readonly file: string; readonly sizeBytes: number },
  ): Promise<Ends> {
    const { file, sizeBytes } = init
    const dirs = { serve: join(init.dir, `${way}-serve`), ask: join(init.dir, `${way}-ask`) }
    const farm = await foundTestFarm()
    await Promise.all([dirs.serve, dirs.ask].map((dir) => farm.enrol(dir)))
    const serving = start([way, 'serve', JSON.stringify({ dir: dirs.serve, file, sizeBytes })])
    const { address } = await answer<{ readonly address: string }>(serving)
    const asking = start([way, 'ask', JSON.stringify({ dir: dirs.ask, address, sizeBytes })])
    await answer(asking)
    return new Ends(serving, asking)
  }

  /** One transfer. Rejects when it fails at the end that asks. */
  async transfer(order: Extract<Order, { kind: 'memory' | 'disk' }>): Promise<Transfer> {
    await give(this.#serving, { kind: 'begin' })
    const asking = await give(this.#asking, order)
    return { asking, serving: await give(this.#serving, { kind: 'take' }) }
  }

  async stop(): Promise<void> {
    for (const child of [this.#asking, this.#serving]) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      child.disconnect()
      await once(child, 'exit')
    }
  }
}

const start = (args: readonly string[]): ChildProcess =>
  fork(script, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })

async function give(child: ChildProcess, order: Order): Promise<Measures> {
  const answered = answer<Measures>(child)
  child.send(order)
  return answered
}

function answer<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null, signal: string | null): void =>
      reject(ended(`A process of the bench ended before it answered (${signal ?? `code ${code}`}).`))
    child.once('exit', onExit)
    child.once('message', (message: T | { readonly failed: string }) => {
      child.removeListener('exit', onExit)
      if (typeof message === 'object' && message !== null && 'failed' in message) reject(ended(message.failed))
      else resolve(message)
    })
  })
}

function ended(message: string): SheafError {
  return new SheafError({ code: 'SHEAF_AGENT_NOT_RUNNING', message })
}
