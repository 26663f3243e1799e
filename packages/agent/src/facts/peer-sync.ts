import { factsMessageToWire, limits, protocols, type LogHead, type PeerId } from '@sheaf/protocol'
import type { Log } from '../log/index.js'
import type { FarmNetwork, FarmStream } from '../network/index.js'
import type { FactStore } from './fact-store.js'
import { logKey, type LogName } from './log-heads.js'

export interface PeerSyncComponents {
  readonly peer: PeerId
  readonly network: FarmNetwork
  readonly store: FactStore
  readonly log: Log
  /** The peer has more on its disk than it had. */
  readonly onConfirmed: () => void
}

const pauseAfterFailureMs = 200
const bytesPerMessage = 1 << 20
/** A branch is shown with this many heads at most: the peer may not have the proof yet. */
const timesShown = 3

/**
 * What one peer has, and our half of the talk with it: heads first, then whatever it lacks, then acks of what it
 * sent. One message is on its way at a time, and the next waits until the stream takes it.
 */
export class PeerSync {
  readonly #components: PeerSyncComponents
  readonly #abort = new AbortController()
  /** On the peer's disk, by its own word (or it sent them itself). */
  readonly #confirmed = new Map<string, number>()
  /** Sent over the present stream. */
  readonly #sent = new Map<string, number>()
  /** What the peer's previous heads said: no progress since then means that what was sent got lost. */
  #reported = new Map<string, number>()
  /** Logs of which we may have more than the peer. */
  readonly #behind = new Map<string, LogHead>()
  readonly #acks = new Map<string, LogHead>()
  /** Branches of the peer's own logs that do not count: it is shown them, to say again what it said there. */
  readonly #toShow = new Map<string, { readonly log: LogName; from: number }>()
  readonly #shown = new Map<string, number>()
  #owesHeads = true
  #peerSpoke = false
  #wake: (() => void) | undefined
  /** Something happened since the talk last looked: a poke between its look and its sleep must not be lost. */
  #poked = false

  constructor(components: PeerSyncComponents) {
    this.#components = components
    void this.#run()
  }

  stop(): void {
    this.#abort.abort(new Error('the peer is gone'))
    this.#poke()
  }

  /** Last sequence of a log that the peer has on disk, as far as it has said. */
  confirmed(log: Pick<LogHead, 'author' | 'logId'>): number {
    return this.#confirmed.get(logKey(log)) ?? 0
  }

  /** Our store has more. */
  grown(heads: readonly LogHead[]): void {
    for (const head of heads) this.#behind.set(logKey(head), head)
    this.#poke()
  }

  /** The peer said what it holds, of all logs. */
  heard(heads: readonly LogHead[]): void {
    this.#peerSpoke = true
    const reported = new Map(heads.map((head) => [logKey(head), head.seq]))
    for (const [key, sent] of this.#sent) {
      const seq = reported.get(key) ?? 0
      if (seq < sent && seq === (this.#reported.get(key) ?? -1)) this.#sent.set(key, seq)
    }
    this.#reported = new Map([...this.#sent.keys()].map((key) => [key, 0]))
    for (const [key, seq] of reported) this.#reported.set(key, seq)
    this.acked(heads)
    for (const head of heads) this.#compare(head)
    this.#showBranches()
    this.grown(this.#components.store.heads())
  }

  /** The peer said what it holds, of some logs. */
  acked(heads: readonly LogHead[]): void {
    for (const head of heads) {
      const key = logKey(head)
      this.#confirmed.set(key, Math.max(head.seq, this.#confirmed.get(key) ?? 0))
    }
    this.#components.onConfirmed()
  }

  /** Facts of the peer are on our disk: it is told so, and has them itself. */
  ack(heads: readonly LogHead[]): void {
    for (const head of heads) this.#acks.set(logKey(head), head)
    this.#poke()
  }

  /** Where the same place of a log holds another fact, it is sent with those before it: they prove where it forks. */
  #compare(head: LogHead): void {
    const own = this.#components.store.head(head)
    if (own.seq !== head.seq || own.hash === undefined || head.hash === undefined || own.hash === head.hash) return
    const from = Math.max(0, own.seq - limits.factsPerMessage)
    this.#confirmed.set(logKey(head), from)
    this.#sent.set(logKey(head), from)
  }

  /** What is stored of the peer's own logs and does not count any more. */
  #showBranches(): void {
    const { store, peer } = this.#components
    for (const log of store.frozen()) {
      const key = `${logKey(log)}/${log.seq}`
      const times = this.#shown.get(key) ?? 0
      if (log.author !== peer || store.storedOf(log) <= log.seq || times >= timesShown) continue
      this.#shown.set(key, times + 1)
      this.#toShow.set(key, { log, from: log.seq + 1 })
    }
  }

  /** All our heads are told again. */
  refresh(): void {
    this.#owesHeads = true
    this.#poke()
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort
    while (!this.#stopped()) {
      try {
        const { network, peer } = this.#components
        const stream = await network.openStream(peer, protocols.facts, { signal })
        this.#owesHeads = true
        this.#sent.clear()
        // What was on its way over a stream that broke is not known to have come.
        this.grown(this.#components.store.heads())
        await this.#talk(stream)
      } catch (error) {
        if (this.#stopped()) return
        this.#components.log.debug({ peer: this.#components.peer, error }, 'facts stream broke')
        await new Promise((resolve) => setTimeout(resolve, pauseAfterFailureMs))
      }
    }
  }

  #stopped(): boolean {
    return this.#abort.signal.aborted
  }

  async #talk(stream: FarmStream): Promise<void> {
    const { signal } = this.#abort
    signal.addEventListener('abort', () => stream.abort(signal.reason as Error), { once: true })
    while (!signal.aborted) {
      this.#poked = false
      const said = (await this.#sayHeads(stream)) || (await this.#sayAcks(stream)) || (await this.#sayFacts(stream))
      if (!said && !this.#wasPoked()) await this.#woken()
    }
  }

  async #sayHeads(stream: FarmStream): Promise<boolean> {
    if (!this.#owesHeads) return false
    this.#owesHeads = false
    await stream.write(factsMessageToWire({ kind: 'heads', heads: this.#components.store.heads() }))
    return true
  }

  async #sayAcks(stream: FarmStream): Promise<boolean> {
    if (this.#acks.size === 0) return false
    const heads = [...this.#acks.values()]
    this.#acks.clear()
    await stream.write(factsMessageToWire({ kind: 'ack', heads }))
    return true
  }

  /** The next facts that the peer lacks; nothing before it has said what it has. */
  async #sayFacts(stream: FarmStream): Promise<boolean> {
    if (!this.#peerSpoke) return false
    for (const [key, log] of this.#behind) {
      this.#behind.delete(key)
      const from = Math.max(this.#confirmed.get(key) ?? 0, this.#sent.get(key) ?? 0)
      if (this.#components.store.headOf(log) <= from) continue
      const max = { count: limits.factsPerMessage, bytes: bytesPerMessage }
      const facts = await this.#components.store.range(log, from + 1, max)
      if (facts.length === 0) continue
      this.#sent.set(key, from + facts.length)
      // There may be more; asked again after everybody else's turn.
      this.#behind.set(key, log)
      await stream.write(factsMessageToWire({ kind: 'facts', facts }))
      return true
    }
    return this.#sayBranches(stream)
  }

  /** After everything else: the proof that they do not count comes before them. */
  async #sayBranches(stream: FarmStream): Promise<boolean> {
    for (const [key, entry] of this.#toShow) {
      const max = { count: limits.factsPerMessage, bytes: bytesPerMessage }
      const facts = await this.#components.store.range(entry.log, entry.from, max)
      entry.from += facts.length
      if (facts.length === 0) this.#toShow.delete(key)
      else await stream.write(factsMessageToWire({ kind: 'facts', facts }))
      return true
    }
    return false
  }

  #wasPoked(): boolean {
    return this.#poked
  }

  #poke(): void {
    this.#poked = true
    this.#wake?.()
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined
        resolve()
      }
    })
  }
}
