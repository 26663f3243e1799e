import { protocols, type PeerId } from '@sheaf/protocol'
import type { Log } from '../log/index.js'
import { silentLog, type FarmStream, type StreamHandler } from '../network/index.js'
import { LaneDialer } from './lane-dialer.js'
import { LaneServer } from './lane-server.js'
import type { LaneNetwork } from './ports.js'

export interface BulkLanesComponents {
  readonly network: LaneNetwork
  readonly log?: Log | undefined
}

export interface BulkLanesInit {
  readonly self: PeerId
  /** Address and TCP port of the lanes; a port that is taken, or 0, is replaced by a free one. */
  readonly listen: { readonly host: string; readonly port: number }
}

/**
 * Streams for bulk bytes. One that is opened here is a lane where the peer can be reached on one: a TCP connection of
 * its own under TLS 1.3, whose key both ends have made over the connection that Noise protects. Elsewhere it is a stream
 * of that connection. Who uses it need not know. Construct before `network.start()`.
 */
export class BulkLanes {
  readonly #network: LaneNetwork
  readonly #server: LaneServer
  readonly #dialer: LaneDialer
  readonly #carried = new Set<string>()
  #state: 'stopped' | 'started' = 'stopped'

  constructor({ network, log = silentLog }: BulkLanesComponents, { self, listen }: BulkLanesInit) {
    this.#network = network
    const isHere = (peer: PeerId): boolean => network.peers().some((connected) => connected.peer === peer)
    this.#server = new LaneServer({ self, ...listen, isHere, log })
    this.#dialer = new LaneDialer({ self, network, log })
    network.handle(protocols.bulk, (stream, peer) => this.#server.agree(stream, peer))
    network.on('peer-connected', ({ peer }) => this.#dialer.connected(peer))
    network.on('peer-lost', ({ peer }) => {
      this.#server.lost(peer)
      this.#dialer.lost(peer)
    })
  }

  /** The port of the lanes; 0 while there is none. */
  get port(): number {
    return this.#server.port
  }

  /** Listens; best before the network does. Never rejects: without a port the streams of the network are used. */
  async start(): Promise<void> {
    this.#state = 'started'
    await this.#server.start()
  }

  /** Ends all lanes. Idempotent. */
  async stop(): Promise<void> {
    this.#state = 'stopped'
    this.#dialer.stop()
    await this.#server.stop()
  }

  /** Serves a protocol on lanes and on streams; as `FarmNetwork.handle`. */
  handle(protocol: string, handler: StreamHandler): void {
    this.#carried.add(protocol)
    this.#server.serve(protocol, handler)
    this.#network.handle(protocol, handler)
  }

  /** A lane, or a stream where there is none. Only for protocols that `handle` was called for. `SHEAF_PEER_UNREACHABLE`. */
  async openStream(
    peer: PeerId,
    protocol: string,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<FarmStream> {
    if (this.#state === 'started' && this.#carried.has(protocol)) {
      const lane = await this.#dialer.open(peer, protocol, options.signal)
      if (lane !== undefined) return lane
    }
    return this.#network.openStream(peer, protocol, options)
  }
}
