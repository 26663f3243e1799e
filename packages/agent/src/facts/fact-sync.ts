import {
  allowanceOf,
  assertNever,
  factsMessageFromWire,
  limits,
  protocols,
  SheafError,
  type Fact,
  type FactsMessage,
  type LogHead,
  type PeerId,
  type SignedFact,
} from '@sheaf/protocol'
import type { Log } from '../log/index.js'
import { silentLog, type FarmNetwork, type FarmStream } from '../network/index.js'
import type { FactStore } from './fact-store.js'
import { PeerSync } from './peer-sync.js'

export interface FactSyncComponents {
  readonly network: FarmNetwork
  readonly store: FactStore
  readonly log?: Log | undefined
}

export interface FactSyncInit {
  /** Every so often all heads are exchanged again, in ms. Default 10 s. */
  readonly headsIntervalMs?: number | undefined
}

interface Waiter {
  readonly log: Pick<LogHead, 'author' | 'logId'>
  readonly seq: number
  readonly peers: number
  readonly resolve: () => void
}

const defaultHeadsIntervalMs = 10_000

/**
 * Makes this agent's fact set and those of all its peers one set: heads on connecting and every so often, new facts
 * at once, and on to peers that lack them. Construct before `network.start()`.
 */
export class FactSync {
  readonly #network: FarmNetwork
  readonly #store: FactStore
  readonly #log: Log
  readonly #headsIntervalMs: number
  readonly #peers = new Map<PeerId, PeerSync>()
  readonly #waiters = new Set<Waiter>()
  #timer: NodeJS.Timeout | undefined

  constructor(components: FactSyncComponents, init: FactSyncInit = {}) {
    this.#network = components.network
    this.#store = components.store
    this.#log = components.log ?? silentLog
    this.#headsIntervalMs = init.headsIntervalMs ?? defaultHeadsIntervalMs
    this.#network.handle(protocols.facts, (stream, peer) => this.#listen(stream, peer))
  }

  /** Idempotent. */
  async start(): Promise<void> {
    if (this.#timer !== undefined) return
    this.#network.on('peer-connected', this.#onConnected)
    this.#network.on('peer-lost', this.#onLost)
    this.#store.on('grown', this.#onGrown)
    this.#store.on('forked', this.#onForked)
    for (const peer of this.#network.peers()) this.#onConnected(peer)
    this.#timer = setInterval(() => {
      for (const peer of this.#peers.values()) peer.refresh()
    }, this.#headsIntervalMs)
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#network.off('peer-connected', this.#onConnected)
    this.#network.off('peer-lost', this.#onLost)
    this.#store.off('grown', this.#onGrown)
    this.#store.off('forked', this.#onForked)
    for (const peer of this.#peers.values()) peer.stop()
    this.#peers.clear()
  }

  /** Peers that have said that the fact (and all before it in its log) is on their disks. */
  replicatedTo(fact: Pick<Fact, 'stamp' | 'logId' | 'seq'>): readonly PeerId[] {
    const log = { author: fact.stamp.author, logId: fact.logId }
    return [...this.#peers].flatMap(([peer, sync]) => (sync.confirmed(log) >= fact.seq ? [peer] : []))
  }

  /** Resolves when `replicatedTo(fact)` names `peers` peers; rejects with the signal's reason. */
  whenReplicated(
    fact: Pick<Fact, 'stamp' | 'logId' | 'seq'>,
    peers: number,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<void> {
    const { signal } = options
    return new Promise((resolve, reject) => {
      if (this.replicatedTo(fact).length >= peers) return resolve()
      if (signal?.aborted === true) return reject(signal.reason as Error)
      const onAbort = (): void => {
        this.#waiters.delete(waiter)
        reject(signal?.reason as Error)
      }
      const done = (): void => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }
      const log = { author: fact.stamp.author, logId: fact.logId }
      const waiter: Waiter = { log, seq: fact.seq, peers, resolve: done }
      this.#waiters.add(waiter)
      signal?.addEventListener('abort', onAbort)
    })
  }

  readonly #onConnected = ({ peer }: { readonly peer: PeerId }): void => {
    if (this.#peers.has(peer) || !this.#mayTalk(peer, 'facts')) return
    const onConfirmed = (): void => this.#settleWaiters()
    const components = { peer, network: this.#network, store: this.#store, log: this.#log, onConfirmed }
    this.#peers.set(peer, new PeerSync(components))
  }

  readonly #onLost = ({ peer }: { readonly peer: PeerId }): void => {
    this.#peers.get(peer)?.stop()
    this.#peers.delete(peer)
  }

  readonly #onGrown = (heads: readonly LogHead[]): void => {
    for (const peer of this.#peers.values()) peer.grown(heads)
  }

  /** Heads are compared at once: branches may part earlier than is known. */
  readonly #onForked = (): void => {
    for (const peer of this.#peers.values()) peer.refresh()
  }

  #settleWaiters(): void {
    for (const waiter of this.#waiters) {
      const confirmed = [...this.#peers.values()].filter((peer) => peer.confirmed(waiter.log) >= waiter.seq)
      if (confirmed.length < waiter.peers) continue
      this.#waiters.delete(waiter)
      waiter.resolve()
    }
  }

  /** One message at a time: while its facts are being stored, the sender waits. */
  async #listen(stream: FarmStream, from: PeerId): Promise<void> {
    for (;;) {
      const frame = await stream.read(limits.factsMessageBytes)
      if (frame === undefined) return
      const message = factsMessageFromWire(frame)
      if (!this.#mayTalk(from, message.kind)) throw notAllowed(from)
      const peer = this.#peers.get(from)
      if (peer === undefined) {
        // Its stream was quicker than the news that it is connected. Left open, the peer would talk to nobody for ever.
        stream.abort(new Error('not known as connected yet'))
        return
      }
      switch (message.kind) {
        case 'heads':
          await this.#store.noteHeads(message.heads)
          peer.heard(message.heads)
          break
        case 'ack':
          peer.acked(message.heads)
          break
        case 'facts':
          await this.#take(message.facts, from, peer)
          break
        default:
          assertNever(message)
      }
    }
  }

  /** Guests neither hear facts nor say any. */
  #mayTalk(peer: PeerId, kind: FactsMessage['kind']): boolean {
    const role = this.#network.member(peer)?.certificate.role
    return role !== undefined && allowanceOf('facts', kind, role) === 'yes'
  }

  async #take(facts: readonly SignedFact[], from: PeerId, peer: PeerSync): Promise<void> {
    const outcome = await this.#store.ingest(facts, from)
    for (const error of outcome.refused) this.#log.warn({ peer: from, error }, 'fact refused')
    peer.ack(outcome.heads)
  }
}

function notAllowed(peer: PeerId): SheafError {
  return new SheafError({ code: 'SHEAF_NOT_ALLOWED', message: 'Facts are not for guests.', details: { peer } })
}
