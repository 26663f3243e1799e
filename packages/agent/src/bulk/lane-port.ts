import type { AddressInfo, Socket } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import type { Log } from '../log/index.js'
import type { LaneGrant, LaneGrants } from './lane-grants.js'
import { laneTls } from './lane-key.js'

export interface LanePortInit {
  readonly host: string
  /** Tried first; when it is taken, or 0, a free one is. */
  readonly port: number
  readonly grants: LaneGrants
  /** A connection whose other end has the key of the grant. */
  readonly onLane: (socket: TLSSocket, grant: LaneGrant) => void
  readonly log: Log
}

/** Connections that have not shown a key: in all, and from one address. They have little time and cost little. */
export const strangers = { atOnce: 64, fromOneAddress: 16, handshakeMs: 3_000 } as const

/**
 * The TCP port of the lanes. It speaks TLS 1.3 with keys that were agreed elsewhere and nothing else: it has no
 * certificate, and who names no lane that was promised to it is hung up on.
 */
export class LanePort {
  readonly #init: LanePortInit
  readonly #server: Server
  readonly #grants = new WeakMap<TLSSocket, LaneGrant>()
  /** Those that have not shown a key yet, and where they come from. */
  readonly #strangers = new Map<Socket, string>()
  readonly #sockets = new Set<Socket>()

  constructor(init: LanePortInit) {
    this.#init = init
    this.#server = createServer({
      ...laneTls,
      allowHalfOpen: true,
      noDelay: true,
      handshakeTimeout: strangers.handshakeMs,
      pskCallback: (socket, name) => this.#keyOf(socket, name),
    })
    this.#server.on('connection', (socket: Socket) => this.#admitStranger(socket))
    this.#server.on('secureConnection', (socket) => this.#onSecure(socket))
    this.#server.on('tlsClientError', (error, socket) => {
      init.log.debug({ error }, 'no key for a lane')
      socket.destroy()
    })
  }

  /** The port it listens on; 0 before `start`. */
  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0
  }

  /** Rejects with the system's error when even a free port cannot be had. */
  async start(): Promise<void> {
    const { host, port } = this.#init
    try {
      await this.#listen(host, port)
    } catch (error) {
      if (port === 0 || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
      await this.#listen(host, 0)
    }
    this.#server.on('error', (error: Error) => this.#init.log.warn({ error }, 'the port of the lanes has an error'))
  }

  /** Hangs up on everybody. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    if (!this.#server.listening) return
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #listen(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ host, port }, () => {
        this.#server.removeListener('error', reject)
        resolve()
      })
    })
  }

  #admitStranger(socket: Socket): void {
    const from = socket.remoteAddress ?? ''
    const fromThere = [...this.#strangers.values()].filter((address) => address === from).length
    if (this.#strangers.size >= strangers.atOnce || fromThere >= strangers.fromOneAddress) {
      socket.destroy()
      return
    }
    this.#strangers.set(socket, from)
    this.#sockets.add(socket)
    socket.once('close', () => {
      this.#strangers.delete(socket)
      this.#sockets.delete(socket)
    })
    socket.on('error', () => undefined)
  }

  #keyOf(socket: TLSSocket, name: string): Uint8Array<ArrayBuffer> | null {
    const grant = this.#init.grants.redeem(name)
    if (grant === undefined) return null
    this.#grants.set(socket, grant)
    return Uint8Array.from(grant.key)
  }

  #onSecure(socket: TLSSocket): void {
    const grant = this.#grants.get(socket)
    // A session that was taken up again shows no key of ours.
    if (grant === undefined) {
      socket.destroy()
      return
    }
    this.#known(socket)
    this.#init.onLane(socket, grant)
  }

  /** Whoever has shown a key makes room for the next stranger. */
  #known(socket: TLSSocket): void {
    for (const raw of this.#strangers.keys()) {
      if (raw.remotePort === socket.remotePort && raw.remoteAddress === socket.remoteAddress)
        this.#strangers.delete(raw)
    }
  }
}
