/** What is known of a peer's port of lanes. */
interface Verdict {
  readonly failures: number
  readonly blockedUntilMs: number
}

const firstBlockMs = 30_000
const longestBlockMs = 600_000

/**
 * Remembers whose lanes cannot be reached (a firewall, another network), so that not every transfer waits for it: 30 s
 * after the first failure, doubling to 10 min. Pure but for what it remembers; the clock is the caller's.
 */
export class Reachability<Peer> {
  readonly #verdicts = new Map<Peer, Verdict>()

  mayTry(peer: Peer, nowMs: number): boolean {
    return nowMs >= (this.#verdicts.get(peer)?.blockedUntilMs ?? 0)
  }

  failed(peer: Peer, nowMs: number): void {
    const failures = (this.#verdicts.get(peer)?.failures ?? 0) + 1
    const blockMs = Math.min(longestBlockMs, firstBlockMs * 2 ** (failures - 1))
    this.#verdicts.set(peer, { failures, blockedUntilMs: nowMs + blockMs })
  }

  /** It was reached, or is somewhere else now. */
  forget(peer: Peer): void {
    this.#verdicts.delete(peer)
  }
}
