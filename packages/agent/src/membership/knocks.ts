import type { Credentials, PeerId } from '@sheaf/protocol'

/** A machine that asks to be let in without an invitation. */
export interface Knock {
  readonly peer: PeerId
  readonly name: string
  /** Wall time of its last knock. */
  readonly atMs: number
}

const mostKnocks = 64
const dayMs = 24 * 60 * 60 * 1000
/** New ones a minute, from all together; who is known already may knock on. */
const newKnocksPerMinute = 10

interface Granted extends Knock {
  readonly grant: Credentials
}

/** What a knock has come to. */
export type KnockOutcome =
  { readonly kind: 'pending' } | { readonly kind: 'full' } | { readonly kind: 'granted'; readonly grant: Credentials }

/** Who has knocked: at most 64, one for each peer, gone after a day; and who of them was let in. In memory. */
export class Knocks {
  readonly #entries = new Map<PeerId, Knock>()
  /** Approved, for whoever comes back to fetch it. */
  readonly #granted = new Map<PeerId, Granted>()
  #newAtMs: number[] = []

  /** `granted` when an admin has approved it since; `full` when too many knock. */
  knock(peer: PeerId, name: string, nowMs: number): KnockOutcome {
    this.#forgetOld(nowMs)
    const granted = this.#granted.get(peer)
    if (granted !== undefined) return { kind: 'granted', grant: granted.grant }
    if (!this.#entries.has(peer)) {
      this.#newAtMs = this.#newAtMs.filter((atMs) => atMs > nowMs - 60_000)
      if (this.#newAtMs.length >= newKnocksPerMinute || this.#entries.size >= mostKnocks) return { kind: 'full' }
      this.#newAtMs.push(nowMs)
    }
    this.#entries.set(peer, { peer, name, atMs: nowMs })
    return { kind: 'pending' }
  }

  /** Those who wait, longest first. */
  pending(nowMs: number): readonly Knock[] {
    this.#forgetOld(nowMs)
    return [...this.#entries.values()]
  }

  /** The grant waits for the peer's next knock. */
  approve(peer: PeerId, grant: Credentials): void {
    const entry = this.#entries.get(peer)
    if (entry === undefined) return
    this.#entries.delete(peer)
    this.#granted.set(peer, { ...entry, grant })
    const [oldest] = this.#granted.keys()
    if (this.#granted.size > mostKnocks && oldest !== undefined) this.#granted.delete(oldest)
  }

  #forgetOld(nowMs: number): void {
    for (const known of [this.#entries, this.#granted]) {
      for (const [peer, { atMs }] of known) if (atMs < nowMs - dayMs) known.delete(peer)
    }
  }
}
