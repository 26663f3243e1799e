import { parsePeerId, type PeerAddresses, type PeerId } from '@sheaf/protocol'
import type { Log } from '../log/index.js'
import { readJson, writeJsonDurably } from '../store/index.js'
import { dialableAddress } from './peer-address.js'

/** Members that nobody has met for so long are forgotten. */
export const rememberedForMs = 30 * 24 * 3_600_000
const maxMembers = 1_024
/** A machine has few interfaces; what exceeds this is of no use to whoever dials. */
const maxListen = 16
/** Addresses that led there when we dialled them: where a machine is behind a router, it cannot know them itself. */
const maxReached = 2
const writeAfterMs = 500

export interface AddressBookInit {
  readonly self: PeerId
  /** JSON file that keeps the book over a restart; without one it is kept in memory alone. */
  readonly path?: string | undefined
  /** Wall time. */
  readonly nowMs?: (() => number) | undefined
  readonly log: Log
}

interface Entry {
  listen: readonly string[]
  reached: readonly string[]
  metAtMs: number
}

/** Where the members that this agent has met can be dialled. Hints: nothing is proved by being in here. */
export class AddressBook {
  readonly #init: AddressBookInit
  readonly #nowMs: () => number
  readonly #entries = new Map<PeerId, Entry>()
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  private constructor(init: AddressBookInit) {
    this.#init = init
    this.#nowMs = init.nowMs ?? Date.now
  }

  /** Reads the book. A file that is missing or damaged is an empty book; damaged entries are left out. */
  static async open(init: AddressBookInit): Promise<AddressBook> {
    const book = new AddressBook(init)
    if (init.path !== undefined) book.#load(await readJson(init.path))
    return book
  }

  /** Everybody in the book, the one met last first. */
  list(): readonly PeerAddresses[] {
    return [...this.#entries]
      .sort(([a, { metAtMs: x }], [b, { metAtMs: y }]) => y - x || (a < b ? -1 : 1))
      .map(([peer]) => ({ peer, addresses: this.addresses(peer) }))
  }

  has(peer: PeerId): boolean {
    return this.#entries.has(peer)
  }

  /** Best first: those that have led there, then those that the peer has named. */
  addresses(peer: PeerId): readonly string[] {
    const { reached = [], listen = [] } = this.#entries.get(peer) ?? {}
    return [...new Set([...reached, ...listen])]
  }

  /**
   * A member listens there, instead of where it did before. `'moved'` when no address that was known holds any more,
   * `'more'` when at least one is new.
   */
  listens(peer: PeerId, addresses: readonly string[]): 'known' | 'more' | 'moved' {
    const before = new Set(this.addresses(peer))
    const entry = this.#meet(peer)
    entry.listen = addresses.slice(0, maxListen)
    if (entry.listen.every((address) => before.has(address))) return 'known'
    return before.size > 0 && !entry.listen.some((address) => before.has(address)) ? 'moved' : 'more'
  }

  /** A member was met at an address that we dialled. */
  reached(peer: PeerId, address: string): void {
    const entry = this.#meet(peer)
    entry.reached = [...new Set([address, ...entry.reached])].slice(0, maxReached)
  }

  /** These members in the book are connected, or were until now. */
  met(peers: readonly PeerId[]): void {
    for (const peer of peers) if (this.#entries.has(peer)) this.#meet(peer)
  }

  /** Writes what has not been written. The book can be used on. */
  async flush(): Promise<void> {
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer)
      this.#timer = undefined
      this.#write()
    }
    await this.#writing
  }

  #meet(peer: PeerId): Entry {
    const entry = this.#entries.get(peer) ?? { listen: [], reached: [], metAtMs: 0 }
    entry.metAtMs = this.#nowMs()
    // Moved to the end: the map's order is that of the last meeting.
    this.#entries.delete(peer)
    this.#entries.set(peer, entry)
    const [longestAgo] = this.#entries.keys()
    if (this.#entries.size > maxMembers && longestAgo !== undefined) this.#entries.delete(longestAgo)
    this.#writeSoon()
    return entry
  }

  #writeSoon(): void {
    if (this.#init.path === undefined || this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#write()
    }, writeAfterMs).unref()
  }

  #write(): void {
    const { path, log } = this.#init
    if (path === undefined) return
    this.#writing = this.#writing.then(async () => {
      try {
        await writeJsonDurably(path, { version: 1, members: this.#toJson() })
      } catch (error) {
        // Without it the farm is found as a new agent finds it.
        log.warn({ path, error }, 'addresses of the farm could not be written')
      }
    })
  }

  #toJson(): readonly unknown[] {
    const sinceMs = this.#nowMs() - rememberedForMs
    for (const [peer, { metAtMs }] of this.#entries) if (metAtMs < sinceMs) this.#entries.delete(peer)
    return [...this.#entries].map(([peer, { metAtMs }]) => ({ peer, metAtMs, addresses: this.addresses(peer) }))
  }

  #load(file: unknown): void {
    const nowMs = this.#nowMs()
    const entries = readEntries(file)
      .filter(({ peer, metAtMs }) => peer !== this.#init.self && metAtMs >= nowMs - rememberedForMs)
      .sort((a, b) => a.metAtMs - b.metAtMs)
      .slice(-maxMembers)
    // A clock that was ahead must not keep somebody for ever.
    for (const { peer, metAtMs, addresses } of entries) {
      this.#entries.set(peer, { listen: addresses, reached: [], metAtMs: Math.min(metAtMs, nowMs) })
    }
  }
}

interface StoredEntry extends PeerAddresses {
  readonly metAtMs: number
}

function readEntries(file: unknown): StoredEntry[] {
  const members: unknown = isRecord(file) ? file['members'] : undefined
  if (!Array.isArray(members)) return []
  return members.map(readEntry).filter((entry) => entry !== undefined)
}

function readEntry(value: unknown): StoredEntry | undefined {
  if (!isRecord(value)) return undefined
  const peer = typeof value['peer'] === 'string' ? parsePeerId(value['peer']) : undefined
  const { metAtMs, addresses } = value
  if (peer === undefined || !Number.isSafeInteger(metAtMs) || !Array.isArray(addresses)) return undefined
  const dialable = addresses
    .map((address) => (typeof address === 'string' ? dialableAddress(address, peer) : undefined))
    .filter((address) => address !== undefined)
  return { peer, metAtMs: metAtMs as number, addresses: dialable.slice(0, maxListen + maxReached) }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
