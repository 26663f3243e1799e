import type { PeerId } from '@sheaf/protocol'

/** Peers that are remembered at most: a stranger can have as many ids as it likes. */
const mostPeers = 1000

/** Peers that were refused, for as long as they are not to be dialled again. Bounded: the oldest are forgotten. */
export class Refusals {
  readonly #lastingMs: number
  /** Refused longest ago first. */
  readonly #until = new Map<PeerId, number>()

  constructor(lastingMs: number) {
    this.#lastingMs = lastingMs
  }

  /** How many are remembered. */
  get size(): number {
    return this.#until.size
  }

  refuse(peer: PeerId, nowMs: number): void {
    this.#until.delete(peer)
    this.#until.set(peer, nowMs + this.#lastingMs)
    for (const [oldest, untilMs] of this.#until) {
      if (untilMs > nowMs && this.#until.size <= mostPeers) return
      this.#until.delete(oldest)
    }
  }

  /** Wall time before which the peer is not to be dialled; 0 for one that was not refused. */
  untilMs(peer: PeerId): number {
    return this.#until.get(peer) ?? 0
  }

  forget(peer: PeerId): void {
    this.#until.delete(peer)
  }
}
