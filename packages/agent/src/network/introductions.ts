import type { IntroductionMessage, PeerAddresses, PeerId } from '@sheaf/protocol'
import type { AddressBook } from './address-book.js'
import { dialableAddress, isLoopback, isOnThisMachine } from './peer-address.js'
import { splitIntroduction } from './split-introduction.js'

/** Newcomers of such a moment are told of in one message. */
const passOnAfterMs = 250
const refreshMs = 6 * 3_600_000
/** Peers not connected, of whom somebody has told us; and addresses of each. */
const maxHinted = 2_000
const maxHints = 16

export interface IntroductionsComponents {
  readonly self: PeerId
  readonly book: AddressBook
  readonly listen: () => readonly string[]
  readonly send: (peer: PeerId, message: IntroductionMessage) => void
  /** A member says that the peer is at these addresses. */
  readonly heardOf: (peer: PeerId, addresses: readonly string[]) => void
}

/** A connected member, as far as introductions go. */
interface Acquaintance {
  /** Loopback addresses mean the same to it and to us. */
  readonly place: 'this-machine' | 'elsewhere'
  /** Connected members that it need not be told of: it has named them, or we have named them to it. */
  readonly knows: Set<PeerId>
}

/**
 * Makes the farm a full mesh. Whoever connects hears who else is here, and where; those who are here hear of a
 * newcomer once, unless they have named it themselves. What is heard are hints: only dialling finds out.
 */
export class Introductions {
  readonly #components: IntroductionsComponents
  readonly #connected = new Map<PeerId, Acquaintance>()
  readonly #hints = new Map<PeerId, readonly string[]>()
  readonly #newcomers = new Set<PeerId>()
  #passingOn: NodeJS.Timeout | undefined
  #refreshing: NodeJS.Timeout | undefined

  constructor(components: IntroductionsComponents) {
    this.#components = components
  }

  /** Tries everybody who was met before, and keeps the book's dates from now on. */
  start(): void {
    const { book, heardOf } = this.#components
    for (const { peer, addresses } of book.list()) if (addresses.length > 0) heardOf(peer, addresses)
    this.#refreshing = setInterval(() => book.met([...this.#connected.keys()]), refreshMs).unref()
  }

  /** Notes who is here, for the next start. Nobody is told of anything any more. */
  async stop(): Promise<void> {
    clearTimeout(this.#passingOn)
    clearInterval(this.#refreshing)
    this.#components.book.met([...this.#connected.keys()])
    this.#connected.clear()
    await this.#components.book.flush()
  }

  /** A member was reached where we dialled it; may come before `met`, and again with each further connection. */
  reached(peer: PeerId, address: string): void {
    const dialable = dialableAddress(address, peer)
    if (dialable !== undefined) this.#components.book.reached(peer, dialable)
  }

  /** A member has connected: it hears where we listen and who else is here. */
  met(peer: PeerId, remoteAddress: string): void {
    const others = [...this.#connected.keys()]
    const place = isOnThisMachine(remoteAddress) ? 'this-machine' : 'elsewhere'
    this.#connected.set(peer, { place, knows: new Set() })
    const { book } = this.#components
    // What led to each other is not told again as news when the peer says it itself.
    const hints = this.#hints.get(peer)
    if (hints !== undefined && !book.has(peer)) book.listens(peer, hints)
    this.#hints.delete(peer)
    book.met([peer])
    this.#tell(peer, others)
  }

  lost(peer: PeerId): void {
    if (!this.#connected.delete(peer)) return
    this.#newcomers.delete(peer)
    for (const { knows } of this.#connected.values()) knows.delete(peer)
    this.#components.book.met([peer])
  }

  /** What a member says of itself and of others. */
  received(from: PeerId, { listen, peers }: IntroductionMessage): void {
    const sender = this.#connected.get(from)
    if (sender === undefined) return
    const news = this.#components.book.listens(from, usable(sender, { peer: from, addresses: listen }))
    // Who was told of the old place knows nothing of the new one.
    if (news === 'moved') for (const { knows } of this.#connected.values()) knows.delete(from)
    if (news !== 'known') this.#passOn(from)
    for (const entry of peers) {
      const named = this.#connected.get(entry.peer)
      if (named === undefined) this.#hear(sender, entry)
      else {
        // They are connected to each other, so neither needs to be told of the other.
        sender.knows.add(entry.peer)
        named.knows.add(from)
      }
    }
  }

  #hear(sender: Acquaintance, entry: PeerAddresses): void {
    const addresses = usable(sender, entry).slice(0, maxHints)
    if (entry.peer === this.#components.self || addresses.length === 0) return
    if (this.#hints.size < maxHinted || this.#hints.has(entry.peer)) this.#hints.set(entry.peer, addresses)
    this.#components.heardOf(entry.peer, addresses)
  }

  #passOn(newcomer: PeerId): void {
    this.#newcomers.add(newcomer)
    this.#passingOn ??= setTimeout(() => {
      this.#passingOn = undefined
      const newcomers = [...this.#newcomers]
      this.#newcomers.clear()
      for (const [peer, { knows }] of this.#connected) {
        const unknown = newcomers.filter((candidate) => candidate !== peer && !knows.has(candidate))
        if (unknown.length > 0) this.#tell(peer, unknown)
      }
    }, passOnAfterMs)
  }

  #tell(to: PeerId, others: readonly PeerId[]): void {
    const { book, listen, send, self } = this.#components
    const listener = this.#connected.get(to)
    if (listener === undefined) return
    const entries = others
      .map((peer) => ({ peer, addresses: usable(listener, { peer, addresses: book.addresses(peer) }) }))
      .filter(({ addresses }) => addresses.length > 0)
    for (const { peer } of entries) listener.knows.add(peer)
    const own = usable(listener, { peer: self, addresses: listen() })
    for (const message of splitIntroduction(own, entries)) send(to, message)
  }
}

/** The addresses that mean the same to both sides, in the form in which they are dialled. */
function usable({ place }: Acquaintance, { peer, addresses }: PeerAddresses): readonly string[] {
  const dialable = addresses.map((address) => dialableAddress(address, peer)).filter((address) => address !== undefined)
  return [...new Set(dialable)].filter((address) => place === 'this-machine' || !isLoopback(address))
}
