import { randomBytes } from 'node:crypto'
import { bulkReplyFromWire, bulkRequestToWire, limits, protocols, type BulkReply, type PeerId } from '@sheaf/protocol'
import type { Log } from '../log/index.js'
import { dialLane } from './dial-lane.js'
import { laneHost } from './lane-host.js'
import type { LaneStream } from './lane-stream.js'
import { OpenLanes } from './open-lanes.js'
import type { LaneNetwork } from './ports.js'
import { Reachability } from './reachability.js'

export interface LaneDialerInit {
  readonly self: PeerId
  readonly network: LaneNetwork
  readonly log: Log
}

/** TCP and TLS together; on a LAN both take some milliseconds, and a firewall that drops takes all of it. */
const connectWithinMs = 1_500
const agreeWithinMs = 5_000

/** Opens lanes to peers, and remembers where none can be had. */
export class LaneDialer {
  readonly #init: LaneDialerInit
  readonly #lanes = new OpenLanes()
  readonly #reachability = new Reachability<PeerId>()
  /** The first lane to a peer: the others wait to see what becomes of it. */
  readonly #first = new Map<PeerId, Promise<unknown>>()
  readonly #reached = new Set<PeerId>()

  constructor(init: LaneDialerInit) {
    this.#init = init
  }

  /** A lane, or undefined where there is none to be had now. Rejects with the signal's reason alone. */
  async open(peer: PeerId, protocol: string, signal: AbortSignal | undefined): Promise<LaneStream | undefined> {
    // Never rejects, and takes no longer than a first lane may.
    for (let first = this.#first.get(peer); first !== undefined; first = this.#first.get(peer)) await first
    signal?.throwIfAborted()
    if (!this.#reachability.mayTry(peer, performance.now())) return undefined
    const opening = this.#open(peer, protocol, signal)
    if (!this.#reached.has(peer)) {
      const first = opening.catch(() => undefined).finally(() => this.#first.delete(peer))
      this.#first.set(peer, first)
    }
    return opening
  }

  /** A peer may be somewhere else now, or its firewall open. */
  connected(peer: PeerId): void {
    this.#reachability.forget(peer)
  }

  lost(peer: PeerId): void {
    this.#reached.delete(peer)
    this.#lanes.abort(peer, new Error('the peer is not connected any more'))
  }

  stop(): void {
    this.#lanes.abortAll(new Error('the agent stops'))
  }

  async #open(peer: PeerId, protocol: string, signal: AbortSignal | undefined): Promise<LaneStream | undefined> {
    try {
      const askerNonce = randomBytes(32)
      const reply = await this.#agree(peer, { protocol, nonce: askerNonce }, within(agreeWithinMs, signal))
      if (reply.kind === 'refused') return this.#none(peer, reply.refusal)
      const { lane, nonce: serverNonce, port } = reply
      const agreement = { asker: this.#init.self, server: peer, protocol, lane, askerNonce, serverNonce }
      const stream = await dialLane({ host: this.#hostOf(peer), port }, agreement, within(connectWithinMs, signal))
      this.#lanes.add(stream)
      this.#reached.add(peer)
      this.#reachability.forget(peer)
      return stream
    } catch (error) {
      signal?.throwIfAborted()
      return this.#none(peer, error)
    }
  }

  async #agree(
    peer: PeerId,
    request: { readonly protocol: string; readonly nonce: Uint8Array },
    signal: AbortSignal,
  ): Promise<BulkReply> {
    const stream = await this.#init.network.openStream(peer, protocols.bulk, { signal })
    try {
      await stream.write(bulkRequestToWire(request), { signal })
      const frame = await stream.read(limits.bulkMessageBytes, { signal })
      if (frame === undefined) throw new Error('the peer did not answer')
      void stream.close().catch(() => undefined)
      return bulkReplyFromWire(frame)
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error(String(error)))
      throw error
    }
  }

  /** Where the connection that the peer has proved itself on comes from, or goes to. */
  #hostOf(peer: PeerId): string {
    const addresses = this.#init.network.peers().find((one) => one.peer === peer)?.addresses ?? []
    const host = addresses.map(laneHost).find((candidate) => candidate !== undefined)
    if (host === undefined) throw new Error('its address has no host')
    return host
  }

  #none(peer: PeerId, why: unknown): undefined {
    // That too many are open passes; the other reasons stay for a while.
    if (why === 'too-many') return undefined
    this.#reachability.failed(peer, performance.now())
    this.#init.log.info({ peer, error: why }, 'no bulk lane to this peer: transfers use streams for a while')
    return undefined
  }
}

function within(ms: number, signal: AbortSignal | undefined): AbortSignal {
  return AbortSignal.any([AbortSignal.timeout(ms), ...(signal === undefined ? [] : [signal])])
}
