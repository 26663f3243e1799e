import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { SheafError } from '@sheaf/protocol'

const peerScript = fileURLToPath(new URL('fact-peer.js', import.meta.url))

/** A peer that keeps facts, in a process of its own. */
export class PeerProcess {
  readonly address: string
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, address: string) {
    this.#child = child
    this.address = address
  }

  /** Resolves when it listens; rejects when it ends before that (what it says goes to our stderr). */
  static async start(init: { readonly dir: string; readonly peers: readonly string[] }): Promise<PeerProcess> {
    const args = [peerScript, init.dir, ...init.peers]
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    for await (const address of createInterface({ input: child.stdout })) return new PeerProcess(child, address)
    throw new SheafError({ code: 'SHEAF_AGENT_NOT_RUNNING', message: 'A peer of the bench ended before it listened.' })
  }

  /** Ends it in good order. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.stdin?.end()
    await once(this.#child, 'exit')
  }
}
