import type { Connection } from '@libp2p/interface'
import type { PeerId, VerifiedChain } from '@sheaf/protocol'
import type { ConnectedPeer } from './connected-peer.js'

interface Member {
  readonly peer: PeerId
  readonly sinceMs: number
  /** What it showed at its last hello. */
  verified: VerifiedChain
  /** In the order in which they were admitted; two agents that dial each other at once have two. */
  readonly connections: Connection[]
}

/** Who is connected, over which connections. */
export class MemberTable {
  readonly #members = new Map<PeerId, Member>()

  /** `'first'` when the peer was not connected before. */
  add(connection: Connection, verified: VerifiedChain, atMs: number): 'first' | 'another' {
    const { peer } = verified.certificate
    const member = this.#members.get(peer)
    if (member !== undefined) {
      member.verified = verified
      member.connections.push(connection)
      return 'another'
    }
    this.#members.set(peer, { peer, sinceMs: atMs, verified, connections: [connection] })
    return 'first'
  }

  /** `'last'` when the peer is gone with it. */
  remove(connection: Connection, peer: PeerId): 'last' | 'not-last' | 'unknown' {
    const member = this.#members.get(peer)
    const at = member?.connections.findIndex((candidate) => candidate.id === connection.id) ?? -1
    if (member === undefined || at === -1) return 'unknown'
    member.connections.splice(at, 1)
    if (member.connections.length > 0) return 'not-last'
    this.#members.delete(peer)
    return 'last'
  }

  has(peer: PeerId): boolean {
    return this.#members.has(peer)
  }

  /** The chain that the peer showed at its last hello. */
  verified(peer: PeerId): VerifiedChain | undefined {
    return this.#members.get(peer)?.verified
  }

  connections(peer: PeerId): readonly Connection[] {
    return this.#members.get(peer)?.connections ?? []
  }

  list(): readonly ConnectedPeer[] {
    return [...this.#members.values()]
      .map(({ peer, sinceMs, verified, connections }) => ({
        peer,
        sinceMs,
        verified,
        addresses: connections.map((connection) => connection.remoteAddr.toString()),
      }))
      .sort((a, b) => (a.peer < b.peer ? -1 : 1))
  }
}
