import {
  bulkReplyToWire,
  bulkRequestFromWire,
  limits,
  type BulkReply,
  type BulkRequest,
  type PeerId,
} from '@sheaf/protocol'
import type { TLSSocket } from 'node:tls'
import type { Log } from '../log/index.js'
import type { FarmStream, StreamHandler } from '../network/index.js'
import { acceptLane } from './dial-lane.js'
import { LaneGrants, type LaneGrant } from './lane-grants.js'
import { LanePort } from './lane-port.js'
import { OpenLanes } from './open-lanes.js'

export interface LaneServerInit {
  readonly self: PeerId
  readonly host: string
  readonly port: number
  /** Whether a peer is a member and connected now. */
  readonly isHere: (peer: PeerId) => boolean
  readonly log: Log
}

/** Lanes that were promised or are open: of one peer and of all. More are refused, and streams are used. */
export const laneLimits = { ofOnePeer: 32, ofAll: 256, promisedForMs: 10_000 } as const
const agreeWithinMs = 10_000

/** Promises lanes to members and serves what is asked for on them. */
export class LaneServer {
  readonly #init: LaneServerInit
  readonly #handlers = new Map<string, StreamHandler>()
  readonly #lanes = new OpenLanes()
  readonly #grants: LaneGrants
  #port: LanePort | undefined

  constructor(init: LaneServerInit) {
    this.#init = init
    const nowMs = (): number => performance.now()
    this.#grants = new LaneGrants({ self: init.self, ttlMs: laneLimits.promisedForMs, nowMs })
  }

  /** The port of the lanes; 0 while there is none. */
  get port(): number {
    return this.#port?.port ?? 0
  }

  serve(protocol: string, handler: StreamHandler): void {
    this.#handlers.set(protocol, handler)
  }

  /** Listens. Where that cannot be, no lanes are given, and the log says why. Idempotent. */
  async start(): Promise<void> {
    if (this.#port !== undefined) return
    const { host, port, log } = this.#init
    const lanes = new LanePort({
      host,
      port,
      grants: this.#grants,
      log,
      onLane: (...lane) => void this.#serve(...lane),
    })
    try {
      await lanes.start()
      this.#port = lanes
      log.info({ host, port: lanes.port }, 'port of the bulk lanes')
    } catch (error) {
      log.warn({ error, host, port }, 'no port for bulk lanes: transfers use streams')
    }
  }

  async stop(): Promise<void> {
    const port = this.#port
    this.#port = undefined
    this.#lanes.abortAll(new Error('the agent stops'))
    await port?.stop()
  }

  /** Answers a request for a lane. */
  async agree(stream: FarmStream, peer: PeerId): Promise<void> {
    const signal = AbortSignal.timeout(agreeWithinMs)
    const frame = await stream.read(limits.bulkMessageBytes, { signal })
    if (frame === undefined) return
    await stream.write(bulkReplyToWire(this.#decide(peer, bulkRequestFromWire(frame))), { signal })
  }

  /** Ends all that a peer has, open and promised. */
  lost(peer: PeerId): void {
    this.#grants.revoke(peer)
    this.#lanes.abort(peer, new Error('the peer is not connected any more'))
  }

  #decide(peer: PeerId, { protocol, nonce }: BulkRequest): BulkReply {
    const { port } = this
    if (port === 0) return { kind: 'refused', refusal: 'no-lanes' }
    if (!this.#handlers.has(protocol)) return { kind: 'refused', refusal: 'unknown-protocol' }
    const ofPeer = this.#lanes.count(peer) + this.#grants.count(peer)
    const ofAll = this.#lanes.count() + this.#grants.count()
    if (ofPeer >= laneLimits.ofOnePeer || ofAll >= laneLimits.ofAll) return { kind: 'refused', refusal: 'too-many' }
    return this.#grants.grant(peer, { protocol, nonce, port })
  }

  async #serve(socket: TLSSocket, grant: LaneGrant): Promise<void> {
    const { peer, protocol } = grant
    const stream = acceptLane(socket, grant)
    const handler = this.#handlers.get(protocol)
    // It may have gone, or been put out, since it asked.
    if (handler === undefined || !this.#init.isHere(peer)) {
      stream.abort(new Error('the peer is not connected'))
      return
    }
    this.#lanes.add(stream)
    try {
      await handler(stream, peer)
      await stream.close()
    } catch (error) {
      this.#init.log.debug({ peer, protocol, error }, 'lane ended with an error')
      stream.abort(error instanceof Error ? error : new Error(String(error)))
    }
  }
}
