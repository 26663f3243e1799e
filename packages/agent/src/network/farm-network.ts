import { EventEmitter } from 'node:events'
import type { PeerId, WorkMessage } from '@sheaf/protocol'
import type { FarmSecret, Identity } from '../identity/index.js'
import type { FarmStream, StreamHandler } from './farm-stream.js'
import type { Log } from './log.js'

export interface FarmNetworkComponents {
  readonly identity: Identity
  readonly secret: FarmSecret
  readonly log?: Log | undefined
}

export interface FarmNetworkInit {
  /** Address and TCP port to listen on; port 0 takes a free one. Default `0.0.0.0` and 7433. */
  readonly listen?: { readonly host: string; readonly port: number } | undefined
  /** Multiaddrs of agents that mDNS cannot find, with or without `/p2p/…`. */
  readonly staticPeers?: readonly string[] | undefined
  readonly discovery?: 'mdns' | 'none' | undefined
  /** UDP port of mDNS; 5353 unless a test wants to be alone. */
  readonly mdnsPort?: number | undefined
}

/** A peer that has proved that it belongs to the farm. */
export interface ConnectedPeer {
  readonly peer: PeerId
  readonly addresses: readonly string[]
  /** Wall time of its hello. */
  readonly sinceMs: number
}

export interface ReceivedMessage {
  readonly from: PeerId
  readonly message: WorkMessage
}

export interface FarmNetworkEvents {
  'peer-connected': [peer: ConnectedPeer]
  'peer-lost': [peer: { readonly peer: PeerId }]
  message: [received: ReceivedMessage]
}

/** The farm as this agent sees it: who is there, messages to and from them, streams for the services. */
export class FarmNetwork extends EventEmitter<FarmNetworkEvents> {
  constructor(
    readonly components: FarmNetworkComponents,
    readonly init: FarmNetworkInit = {},
  ) {
    super()
  }

  /** Listens, discovers and dials. Idempotent. `SHEAF_PORT_IN_USE`, `SHEAF_CONFIG_INVALID` (static peers). */
  start(_options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    return Promise.reject(new Error('not implemented'))
  }

  /** Closes everything. Idempotent; the network can be started again. */
  stop(): Promise<void> {
    return Promise.reject(new Error('not implemented'))
  }

  /** Everybody who is connected and has proved membership, in order of peer id. */
  peers(): readonly ConnectedPeer[] {
    throw new Error('not implemented')
  }

  /** Multiaddrs with `/p2p/…`, for people to copy. Empty before `start`. */
  listenAddresses(): readonly string[] {
    throw new Error('not implemented')
  }

  /** Queues a message; ordered per peer. Dropped when the peer is not connected. A newer heartbeat replaces an unsent one. */
  send(_peer: PeerId, _message: WorkMessage): void {
    throw new Error('not implemented')
  }

  /** `send` to every connected peer. */
  broadcast(_message: WorkMessage): void {
    throw new Error('not implemented')
  }

  /** Opens a stream of one of our protocols to a connected peer. `SHEAF_PEER_UNREACHABLE`. */
  openStream(
    _peer: PeerId,
    _protocol: string,
    _options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<FarmStream> {
    return Promise.reject(new Error('not implemented'))
  }

  /** Serves a protocol to members; call before `start`. One handler per protocol. */
  handle(_protocol: string, _handler: StreamHandler): void {
    throw new Error('not implemented')
  }
}
