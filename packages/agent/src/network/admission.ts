import type { Connection, Stream } from '@libp2p/interface'
import { protocols, SheafError, toSheafError, type PeerId, type VerifiedChain } from '@sheaf/protocol'
import type { Log } from '../log/index.js'
import type { Membership } from '../membership/index.js'
import { FramedStream } from './farm-stream.js'
import { helloAsDialer, helloAsListener } from './hello.js'
import { ownPeer, refusalCodes } from './hello-refusals.js'
import { Refusals } from './refusals.js'

const helloTimeoutMs = 8_000
const refusalMs = 60_000

export interface AdmissionComponents {
  readonly self: PeerId
  readonly membership: Membership
  readonly version?: number | undefined
  readonly log: Log
  /** The connection's other end has proved membership. Called once per connection. */
  readonly onMember: (connection: Connection, verified: VerifiedChain) => void
}

interface Pending {
  readonly decided: Promise<PeerId>
  readonly resolve: (peer: PeerId) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
  hello: 'awaited' | 'begun'
}

/** Decides for each connection whether it belongs to the farm; until then nothing else is served on it. */
export class Admission {
  readonly #components: AdmissionComponents
  readonly #connections = new Map<string, Pending>()
  readonly #refusals = new Refusals(refusalMs)
  readonly #logged = new Set<string>()

  constructor(components: AdmissionComponents) {
    this.#components = components
  }

  /** Wall time before which a refused peer is not dialled again; 0 for one that was not refused. */
  refusedUntilMs(peer: PeerId): number {
    return this.#refusals.untilMs(peer)
  }

  /** Begins with a new connection: says hello where we dialled, expects one where we were dialled. */
  opened(connection: Connection): void {
    const pending = this.#pending(connection)
    if (connection.direction === 'inbound' || pending.hello === 'begun') return
    pending.hello = 'begun'
    void this.#greet(connection)
  }

  /** The peer is to be left alone for a while: it was put out of the farm. */
  refuse(peer: PeerId): void {
    this.#refusals.refuse(peer, Date.now())
  }

  /** A connection that is for joining owes no hello; whoever serves the joining closes it. */
  excuse(connection: Connection): void {
    const pending = this.#pending(connection)
    if (pending.hello === 'awaited') clearTimeout(pending.timer)
  }

  closed(connection: Connection): void {
    const pending = this.#connections.get(connection.id)
    this.#connections.delete(connection.id)
    if (pending === undefined) return
    clearTimeout(pending.timer)
    pending.reject(new Error('the connection closed before hello was done'))
  }

  /** Resolves when the connection's peer is a member; rejects with the refusal. */
  whenMember(connection: Connection): Promise<PeerId> {
    return this.#pending(connection).decided
  }

  /** Serves `/sheaf/hello/1`. */
  async answer(stream: Stream, connection: Connection): Promise<void> {
    const pending = this.#pending(connection)
    const { self, membership, version } = this.#components
    const peer = peerOf(connection)
    if (connection.direction !== 'inbound' || pending.hello === 'begun') {
      stream.abort(new Error('one hello per connection, from the side that dialled'))
      return
    }
    pending.hello = 'begun'
    await this.#decide(connection, async (signal) => {
      const framed = new FramedStream(stream, peer)
      const parties = { dialer: peer, listener: self, version }
      await helloAsListener(framed, membership, parties, { signal, admit: (chain) => this.#admit(connection, chain) })
      await framed.close().catch(() => undefined)
    })
  }

  async #greet(connection: Connection): Promise<void> {
    const { self, membership, version } = this.#components
    const peer = peerOf(connection)
    await this.#decide(connection, async (signal) => {
      if (peer === self) throw ownPeer(peer)
      const framed = new FramedStream(await connection.newStream([protocols.hello], { signal }), peer)
      this.#admit(
        connection,
        await helloAsDialer(framed, membership, { dialer: self, listener: peer, version }, signal),
      )
      await framed.close().catch(() => undefined)
    })
  }

  async #decide(connection: Connection, hello: (signal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await hello(AbortSignal.timeout(helloTimeoutMs))
    } catch (error) {
      this.#refuse(connection, toSheafError(error, { code: 'SHEAF_PEER_UNREACHABLE', message: 'hello broke off' }))
    }
  }

  #admit(connection: Connection, verified: VerifiedChain): void {
    const { peer } = verified.certificate
    const pending = this.#connections.get(connection.id)
    if (pending === undefined) return
    clearTimeout(pending.timer)
    this.#refusals.forget(peer)
    this.#components.onMember(connection, verified)
    pending.resolve(peer)
  }

  #refuse(connection: Connection, error: SheafError): void {
    const peer = peerOf(connection)
    if (refusalCodes.has(error.code)) {
      this.#refusals.refuse(peer, Date.now())
      this.#logOnce(peer, error)
    } else {
      this.#components.log.debug({ peer, error }, 'hello failed')
    }
    this.#connections.get(connection.id)?.reject(error)
    // An orderly close lets the last frame, which says why, arrive.
    void connection.close().catch(() => connection.abort(error))
  }

  #logOnce(peer: PeerId, error: SheafError): void {
    const key = `${peer} ${error.code}`
    if (this.#logged.has(key)) return
    if (this.#logged.size > 10_000) this.#logged.clear()
    this.#logged.add(key)
    this.#components.log.warn({ peer, error }, 'peer refused')
  }

  #pending(connection: Connection): Pending {
    const known = this.#connections.get(connection.id)
    if (known !== undefined) return known
    let resolve: Pending['resolve'] = () => undefined
    let reject: Pending['reject'] = () => undefined
    const promise = new Promise<PeerId>((onMember, onRefusal) => {
      resolve = onMember
      reject = onRefusal
    })
    promise.catch(() => undefined)
    const late = new SheafError({ code: 'SHEAF_TIMEOUT', message: `no hello within ${helloTimeoutMs} ms` })
    const timer = setTimeout(() => this.#refuse(connection, late), helloTimeoutMs)
    const pending: Pending = { decided: promise, resolve, reject, timer, hello: 'awaited' }
    this.#connections.set(connection.id, pending)
    // Nobody will report the end of a connection that has ended already.
    if (connection.status !== 'open') this.closed(connection)
    return pending
  }
}

/** The id that Noise has authenticated for the connection's other end. */
export function peerOf(connection: Connection): PeerId {
  return connection.remotePeer.toString() as PeerId
}
