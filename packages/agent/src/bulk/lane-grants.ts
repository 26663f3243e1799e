import { randomBytes } from 'node:crypto'
import type { BulkReply, PeerId } from '@sheaf/protocol'
import { laneKey, laneName } from './lane-key.js'

/** A lane that was promised to a peer: whoever names it and has its key is that peer. */
export interface LaneGrant {
  readonly peer: PeerId
  readonly protocol: string
  readonly key: Uint8Array
}

export interface LaneGrantsInit {
  readonly self: PeerId
  /** How long a lane may be promised before it is opened. */
  readonly ttlMs: number
  readonly nowMs: () => number
}

/** Lanes that were promised and not yet opened. Each is good for one connection, and for a short time. */
export class LaneGrants {
  readonly #init: LaneGrantsInit
  readonly #grants = new Map<string, LaneGrant & { readonly untilMs: number }>()

  constructor(init: LaneGrantsInit) {
    this.#init = init
  }

  /** Promises a lane to the peer that has sent `nonce`; what it is to be told. */
  grant(
    peer: PeerId,
    asked: { readonly protocol: string; readonly nonce: Uint8Array; readonly port: number },
  ): Extract<BulkReply, { kind: 'lane' }> {
    const { self, ttlMs, nowMs } = this.#init
    const { protocol, port } = asked
    const [lane, nonce] = [randomBytes(16), randomBytes(32)]
    const agreement = { asker: peer, server: self, protocol, lane, askerNonce: asked.nonce, serverNonce: nonce }
    this.#grants.set(laneName(lane), { peer, protocol, key: laneKey(agreement), untilMs: nowMs() + ttlMs })
    return { kind: 'lane', port, lane, nonce }
  }

  /** The grant of that name, which is used up by it; undefined for an unknown, used or late one. */
  redeem(name: string): LaneGrant | undefined {
    const grant = this.#grants.get(name)
    this.#grants.delete(name)
    return grant !== undefined && this.#init.nowMs() < grant.untilMs ? grant : undefined
  }

  /** How many lanes are promised to a peer, or to all. */
  count(peer?: PeerId): number {
    const now = this.#init.nowMs()
    for (const [name, { untilMs }] of this.#grants) if (untilMs <= now) this.#grants.delete(name)
    if (peer === undefined) return this.#grants.size
    return [...this.#grants.values()].filter((grant) => grant.peer === peer).length
  }

  /** Takes back all that was promised to a peer. */
  revoke(peer: PeerId): void {
    for (const [name, grant] of this.#grants) if (grant.peer === peer) this.#grants.delete(name)
  }
}
