import { EventEmitter } from 'node:events'
import type { Connection, Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import {
  allowanceOf,
  defaultPorts,
  limits,
  parsePeerId,
  protocols,
  SheafError,
  workMessageFromWire,
  type IntroductionMessage,
  type PeerId,
  type VerifiedChain,
  type WorkMessage,
} from '@sheaf/protocol'
import type { Libp2p } from 'libp2p'
import type { Identity } from '../identity/index.js'
import type { Log } from '../log/index.js'
import type { Membership } from '../membership/index.js'
import { AddressBook } from './address-book.js'
import { Admission, peerOf } from './admission.js'
import type { ConnectedPeer } from './connected-peer.js'
import { createNode, listenError, type ListenAddress } from './create-node.js'
import { Dialer } from './dialer.js'
import { FramedStream, peerUnreachable, type FarmStream, type StreamHandler } from './farm-stream.js'
import { Introductions } from './introductions.js'
import { MdnsDiscovery } from './mdns-discovery.js'
import { MemberTable } from './member-table.js'
import { parseStaticPeer } from './peer-address.js'
import { silentLog } from './silent-log.js'
import { WorkChannel } from './work-channel.js'

export interface FarmNetworkComponents {
  readonly identity: Identity
  readonly membership: Membership
  readonly log?: Log | undefined
}

export interface FarmNetworkInit {
  /** Address and TCP port to listen on; port 0 takes a free one. Default `0.0.0.0` and 7433. */
  readonly listen?: ListenAddress | undefined
  /** Multiaddrs of agents that mDNS cannot find, with or without `/p2p/…`. */
  readonly staticPeers?: readonly string[] | undefined
  /** JSON file in which members that were met are remembered; without one they are forgotten at `stop`. */
  readonly addressBookPath?: string | undefined
  readonly discovery?: 'mdns' | 'none' | undefined
  /** Whether members hear from this one of each other; `none` is for tests of agents that cannot reach each other. */
  readonly introductions?: 'made' | 'none' | undefined
  /** UDP port of mDNS; 5353 unless a test wants to be alone. */
  readonly mdnsPort?: number | undefined
  /** Protocol version to claim; for tests of other versions. */
  readonly version?: number | undefined
}

/** What the agent's parts say to each other; the network introduces members by itself. */
export type FarmMessage = Exclude<WorkMessage, IntroductionMessage>

export interface ReceivedMessage {
  readonly from: PeerId
  readonly message: FarmMessage
}

export interface FarmNetworkEvents {
  'peer-connected': [peer: ConnectedPeer]
  'peer-lost': [peer: { readonly peer: PeerId }]
  message: [received: ReceivedMessage]
}

/** Who opens a stream that everybody may open. */
export interface StreamCaller {
  /** Host part of the address that its connection comes from. */
  readonly address: string
  /** Its chain, when hello has admitted this connection. */
  readonly member: VerifiedChain | undefined
}

export type StrangerHandler = (stream: FarmStream, caller: StreamCaller) => Promise<void>

/** What exists between `start` and `stop`. */
interface Session {
  readonly node: Libp2p
  readonly admission: Admission
  readonly dialer: Dialer
  readonly discovery: MdnsDiscovery | undefined
  readonly members: MemberTable
  readonly introductions: Introductions
  readonly channels: Map<PeerId, WorkChannel>
}

const streamsPerProtocol = { maxInboundStreams: 256, maxOutboundStreams: 256 }
const openTimeoutMs = 10_000

/** The farm as this agent sees it: who is there, messages to and from them, streams for the services. */
export class FarmNetwork extends EventEmitter<FarmNetworkEvents> {
  readonly #components: FarmNetworkComponents
  readonly #init: FarmNetworkInit
  readonly #log: Log
  readonly #handlers = new Map<string, StreamHandler>()
  readonly #strangerHandlers = new Map<string, StrangerHandler>()
  #session: Session | undefined
  #changing: Promise<void> = Promise.resolve()

  constructor(components: FarmNetworkComponents, init: FarmNetworkInit = {}) {
    super()
    this.setMaxListeners(0)
    this.#components = components
    this.#init = init
    this.#log = components.log ?? silentLog
    this.handle(protocols.work, (stream, peer) => this.#receive(stream, peer))
  }

  /** Listens, discovers and dials. Idempotent. `SHEAF_PORT_IN_USE`, `SHEAF_CONFIG_INVALID` (static peers). */
  start(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    return this.#change(async () => {
      options.signal?.throwIfAborted()
      if (this.#session === undefined) await this.#open()
    })
  }

  /** Closes everything; all peers are lost with it. Idempotent; the network can be started again. */
  stop(): Promise<void> {
    return this.#change(() => this.#close())
  }

  /** Everybody who is connected and has proved membership, in order of peer id. */
  peers(): readonly ConnectedPeer[] {
    return this.#session?.members.list() ?? []
  }

  /** The chain that a connected peer showed at its last hello; its role and name are in it. */
  member(peer: PeerId): VerifiedChain | undefined {
    return this.#session?.members.verified(peer)
  }

  /** Ends all connections with a peer that was put out; it is not dialled for a while. */
  disconnect(peer: PeerId, reason: Error): void {
    const session = this.#session
    if (session === undefined) return
    session.admission.refuse(peer)
    for (const connection of [...session.members.connections(peer)]) connection.abort(reason)
  }

  /** Multiaddrs with `/p2p/…`, for people to copy. Empty before `start`. */
  listenAddresses(): readonly string[] {
    return this.#session?.node.getMultiaddrs().map(String) ?? []
  }

  /** Queues a message; ordered per peer. Dropped when the peer is not connected. A newer heartbeat replaces an unsent one. */
  send(peer: PeerId, message: WorkMessage): void {
    this.#session?.channels.get(peer)?.send(message)
  }

  /** `send` to every connected peer. */
  broadcast(message: WorkMessage): void {
    for (const channel of this.#session?.channels.values() ?? []) channel.send(message)
  }

  /** Opens a stream of one of our protocols to a connected peer. `SHEAF_PEER_UNREACHABLE`. */
  async openStream(
    peer: PeerId,
    protocol: string,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<FarmStream> {
    const signal = AbortSignal.any([AbortSignal.timeout(openTimeoutMs), ...(options.signal ? [options.signal] : [])])
    const connections = this.#session?.members.connections(peer) ?? []
    let failure: unknown = new Error('it is not connected')
    for (const connection of [...connections]) {
      try {
        return new FramedStream(await connection.newStream([protocol], { signal, ...streamsPerProtocol }), peer)
      } catch (error) {
        options.signal?.throwIfAborted()
        failure = error
      }
    }
    throw peerUnreachable(peer, `no ${protocol} stream could be opened`, failure)
  }

  /** Serves a protocol to members; call before `start`. One handler per protocol. */
  handle(protocol: string, handler: StreamHandler): void {
    if (this.#handlers.has(protocol) || this.#session !== undefined) {
      throw new Error(`${protocol} must be handled once, before the network starts`)
    }
    this.#handlers.set(protocol, handler)
  }

  /**
   * Serves a protocol to everybody who connects, before hello and without it; call before `start`. The handler bounds
   * itself. A connection that is for nothing else is closed after it.
   */
  handleStrangers(protocol: string, handler: StrangerHandler): void {
    this.#strangerHandlers.set(protocol, handler)
  }

  #change(act: () => Promise<void>): Promise<void> {
    const done = this.#changing.then(act)
    this.#changing = done.catch(() => undefined)
    return done
  }

  async #open(): Promise<void> {
    const { identity } = this.#components
    const listen = this.#init.listen ?? { host: '0.0.0.0', port: defaultPorts.farm }
    const staticPeers = (this.#init.staticPeers ?? []).map(parseStaticPeer)
    const node = await createNode(identity, listen)
    const book = await AddressBook.open({
      self: identity.peerId,
      path: this.#init.addressBookPath,
      log: this.#log,
    })
    const session = this.#createSession(node, book)
    node.addEventListener('connection:open', (event) => session.admission.opened(event.detail))
    node.addEventListener('connection:close', (event) => this.#onClosed(session, event.detail))
    await node.handle(protocols.hello, (stream, connection) => session.admission.answer(stream, connection))
    for (const [protocol, handler] of this.#handlers) {
      const serve = (stream: Stream, connection: Connection) => this.#serve(session, handler, stream, connection)
      await node.handle(protocol, (stream, connection) => void serve(stream, connection), streamsPerProtocol)
    }
    for (const [protocol, handler] of this.#strangerHandlers) {
      const serve = (stream: Stream, connection: Connection) =>
        this.#serveStranger(session, handler, stream, connection)
      await node.handle(protocol, (stream, connection) => void serve(stream, connection), { maxInboundStreams: 2 })
    }
    this.#session = session
    try {
      await node.start()
    } catch (error) {
      this.#session = undefined
      await Promise.resolve(node.stop()).catch(() => undefined)
      throw await listenError(listen, error)
    }
    await session.discovery?.start({
      logger: node.logger,
      addressManager: { getAddresses: () => node.getMultiaddrs() },
    } as never)
    for (const { address, peer } of staticPeers) session.dialer.addStatic(address, peer)
    session.introductions.start()
    this.#log.info({ addresses: this.listenAddresses() }, 'listening')
  }

  #createSession(node: Libp2p, book: AddressBook): Session {
    const { identity, membership } = this.#components
    const members = new MemberTable()
    const admission = new Admission({
      self: identity.peerId,
      membership,
      version: this.#init.version,
      log: this.#log,
      onMember: (connection, verified) => this.#onMember(session, connection, verified),
    })
    const dialer = new Dialer({
      dial: async (addresses, signal) =>
        admission.whenMember(
          await node.dial(
            addresses.map((address) => multiaddr(address)),
            { signal },
          ),
        ),
      isConnected: (peer) => members.has(peer),
      refusedUntilMs: (peer) => admission.refusedUntilMs(peer),
      isRemembered: (peer) => book.has(peer),
      log: this.#log,
    })
    const introductions = new Introductions({
      self: identity.peerId,
      book,
      listen: () => node.getMultiaddrs().map(String),
      send: (peer, message) => {
        if (this.#init.introductions !== 'none') session.channels.get(peer)?.send(message)
      },
      heardOf: (peer, addresses) => dialer.heardOf(peer, addresses),
    })
    const onPeer = (info: { readonly id: { toString(): string }; readonly multiaddrs: readonly unknown[] }): void => {
      const peer = parsePeerId(info.id.toString())
      if (peer === undefined || peer === identity.peerId) return
      dialer.found(
        peer,
        info.multiaddrs.map((address) => `${String(address)}/p2p/${peer}`),
      )
    }
    const discovery =
      this.#init.discovery === 'none' ? undefined : new MdnsDiscovery({ port: this.#init.mdnsPort, onPeer })
    const session: Session = { node, admission, dialer, discovery, members, introductions, channels: new Map() }
    return session
  }

  async #close(): Promise<void> {
    const session = this.#session
    if (session === undefined) return
    const known = session.members.list()
    this.#session = undefined
    for (const channel of session.channels.values()) channel.close()
    await session.discovery?.stop()
    await session.dialer.stop()
    await session.introductions.stop()
    await session.node.stop()
    for (const { peer } of known) this.emit('peer-lost', { peer })
  }

  #onMember(session: Session, connection: Connection, verified: VerifiedChain): void {
    const { peer } = verified.certificate
    if (session !== this.#session || connection.status !== 'open') return
    const remote = connection.remoteAddr.toString()
    if (connection.direction === 'outbound') session.introductions.reached(peer, remote)
    if (session.members.add(connection, verified, Date.now()) === 'another') return
    const onStuck = (): void => {
      for (const open of [...session.members.connections(peer)]) open.abort(new Error('the peer does not read'))
    }
    const open = (signal: AbortSignal) => this.openStream(peer, protocols.work, { signal })
    session.channels.set(peer, new WorkChannel({ peer, open, onStuck, log: this.#log }))
    const connected = session.members.list().find((member) => member.peer === peer)
    this.#log.info({ peer, address: remote }, 'peer connected')
    session.introductions.met(peer, remote)
    if (connected !== undefined) this.emit('peer-connected', connected)
  }

  #onClosed(session: Session, connection: Connection): void {
    const peer = peerOf(connection)
    session.admission.closed(connection)
    if (session.members.remove(connection, peer) !== 'last') return
    session.channels.get(peer)?.close()
    session.channels.delete(peer)
    session.introductions.lost(peer)
    if (session !== this.#session) return
    this.#log.info({ peer }, 'peer lost')
    this.emit('peer-lost', { peer })
    session.dialer.lost(peer)
  }

  /** The gate that every incoming stream passes. */
  async #serve(session: Session, handler: StreamHandler, stream: Stream, connection: Connection): Promise<void> {
    let framed: FramedStream | undefined
    try {
      // Where we dialled, the listener knows a moment before us that hello is done; what it opens then waits unread.
      // Where we were dialled, nobody who waited for our welcome can be early.
      if (!session.members.connections(peerOf(connection)).includes(connection)) {
        if (connection.direction === 'inbound') throw new SheafError(notAMember)
        stream.pause()
        await session.admission.whenMember(connection)
      }
      framed = new FramedStream(stream, peerOf(connection))
      await handler(framed, peerOf(connection))
      await framed.close()
    } catch (error) {
      this.#log.debug({ peer: peerOf(connection), protocol: stream.protocol, error }, 'stream ended with an error')
      stream.abort(error instanceof Error ? error : new Error(String(error)))
    }
  }

  async #serveStranger(
    session: Session,
    handler: StrangerHandler,
    stream: Stream,
    connection: Connection,
  ): Promise<void> {
    const peer = peerOf(connection)
    const isMember = (): boolean => session.members.connections(peer).includes(connection)
    if (!isMember()) session.admission.excuse(connection)
    try {
      const framed = new FramedStream(stream, peer)
      const member = isMember() ? session.members.verified(peer) : undefined
      await handler(framed, { address: hostOf(connection.remoteAddr.toString()), member })
      await framed.close()
    } catch (error) {
      this.#log.debug({ peer, protocol: stream.protocol, error }, 'stream ended with an error')
      stream.abort(error instanceof Error ? error : new Error(String(error)))
    }
    if (!isMember()) await connection.close().catch((error: unknown) => connection.abort(error as Error))
  }

  async #receive(stream: FarmStream, from: PeerId): Promise<void> {
    for (;;) {
      const frame = await stream.read(limits.workMessageBytes)
      if (frame === undefined) return
      let message: WorkMessage
      try {
        message = workMessageFromWire(frame)
      } catch (error) {
        // A newer version's message is no reason to stop listening to it.
        this.#log.warn({ peer: from, error }, 'message not understood')
        continue
      }
      const role = this.member(from)?.certificate.role
      if (role === undefined || allowanceOf('message', message.kind, role) === 'no') {
        this.#log.warn({ peer: from, role, kind: message.kind }, 'message not allowed')
        continue
      }
      if (message.kind === 'introduction') this.#session?.introductions.received(from, message)
      else this.emit('message', { from, message })
    }
  }
}

/** `/ip4/10.0.0.7` of `/ip4/10.0.0.7/tcp/40213`: a caller chooses its port anew each time. */
const hostOf = (address: string): string => address.split('/').slice(0, 3).join('/')

const notAMember = { code: 'SHEAF_FARM_REFUSED', message: 'Nothing is served before hello.' } as const
