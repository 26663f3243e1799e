import { workMessageToWire, type PeerId, type WorkMessage } from '@sheaf/protocol'
import type { Log } from '../log/index.js'
import type { FarmStream } from './farm-stream.js'

const maxQueued = 4096
const pauseAfterFailureMs = 200

export interface WorkChannelComponents {
  readonly peer: PeerId
  readonly open: (signal: AbortSignal) => Promise<FarmStream>
  /** The peer does not take what is sent: too far behind to be of use. */
  readonly onStuck: () => void
  readonly log: Log
}

/**
 * Messages to one peer, in order, over one long-lived stream that is opened again when it breaks while the peer
 * stays connected. A message that was on its way when the stream broke may be lost.
 */
export class WorkChannel {
  readonly #components: WorkChannelComponents
  readonly #queue: WorkMessage[] = []
  readonly #abort = new AbortController()
  #draining: 'idle' | 'busy' = 'idle'
  #stream: FarmStream | undefined

  constructor(components: WorkChannelComponents) {
    this.#components = components
  }

  /** Never waits. A heartbeat replaces one that has not been sent yet. */
  send(message: WorkMessage): void {
    if (this.#abort.signal.aborted) return
    if (message.kind === 'heartbeat') {
      const unsent = this.#queue.findIndex((queued) => queued.kind === 'heartbeat')
      if (unsent !== -1) this.#queue.splice(unsent, 1)
    }
    if (this.#queue.length >= maxQueued) {
      this.#components.log.warn({ peer: this.#components.peer }, 'peer does not take its messages')
      this.close()
      this.#components.onStuck()
      return
    }
    this.#queue.push(message)
    if (this.#draining === 'busy') return
    void this.#drain()
  }

  close(): void {
    this.#abort.abort(new Error('the peer is gone'))
    this.#stream?.abort(new Error('the peer is gone'))
    this.#queue.length = 0
  }

  #stopped(): boolean {
    return this.#abort.signal.aborted
  }

  /** Idle again in the same turn in which the queue is found empty: a message a microtask later starts it anew. */
  async #drain(): Promise<void> {
    this.#draining = 'busy'
    for (let message = this.#queue[0]; message !== undefined && !this.#stopped(); message = this.#queue[0]) {
      await this.#send(message)
    }
    this.#draining = 'idle'
  }

  /** Sends the first of the queue, unless another has taken its place by the time the stream is open. */
  async #send(message: WorkMessage): Promise<void> {
    const { signal } = this.#abort
    try {
      this.#stream ??= await this.#components.open(signal)
      if (this.#queue[0] !== message) return
      this.#queue.shift()
      const bytes = encode(message, this.#components)
      if (bytes !== undefined) await this.#stream.write(bytes, { signal })
    } catch (error) {
      this.#stream = undefined
      if (this.#stopped()) return
      this.#components.log.debug({ peer: this.#components.peer, error }, 'work stream broke')
      await new Promise((resolve) => setTimeout(resolve, pauseAfterFailureMs))
    }
  }
}

function encode(message: WorkMessage, { log, peer }: WorkChannelComponents): Uint8Array | undefined {
  try {
    return workMessageToWire(message)
  } catch (error) {
    // One message that is too long must not stop those behind it.
    log.error({ peer, kind: message.kind, error }, 'message cannot be sent')
    return undefined
  }
}
