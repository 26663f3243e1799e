import { EventEmitter } from 'node:events'
import { emptyReading, exclusionOf, readableFacts, readMore, type Reading, type Trust } from '@sheaf/coordinator'
import type { Certificate, Fact } from '@sheaf/protocol'
import type { Log } from '../log/index.js'

export interface FarmTrustComponents {
  /** Every stored fact of a known kind. */
  readonly replay: () => AsyncIterable<Fact>
  /** Takes facts that count, one after another. */
  readonly onFacts: (facts: readonly Fact[]) => void
  /** Takes all facts that count, in place of what it was given before. */
  readonly onFactsAnew: (facts: readonly Fact[]) => void
  readonly log: Log
}

export interface FarmTrustEvents {
  /** Who is a member, or what of a member counts, has changed. Said before facts are read anew. */
  changed: [trust: Trust]
}

/**
 * Reads the farm's facts: passes on those that count, and knows who is out. A revocation or a fork may take away what
 * was passed on before; then the whole set is read again, which is rare.
 */
export class FarmTrust extends EventEmitter<FarmTrustEvents> {
  readonly #components: FarmTrustComponents
  #reading: Reading = emptyReading
  #state: 'even' | 'stale' = 'even'
  #again: Promise<void> | undefined
  /** Came while the set is read again. */
  #meanwhile: Fact[] = []

  constructor(components: FarmTrustComponents) {
    super()
    this.#components = components
  }

  get trust(): Trust {
    return this.#reading.trust
  }

  /** Whether a member with this certificate is out: by its own revocation, or because nobody kept whom a revoked admin certified. */
  isOut(certificate: Certificate): boolean {
    return exclusionOf(this.trust, certificate.peer, certificate) !== undefined
  }

  /** Reads what is stored, before anything else comes. */
  async start(): Promise<void> {
    const facts: Fact[] = []
    for await (const fact of this.#components.replay()) facts.push(fact)
    this.#reading = readMore(this.#reading, facts).reading
    this.#components.onFacts(readableFacts(this.trust, facts))
  }

  /** Takes facts that have just been stored. */
  take(facts: readonly Fact[]): void {
    const { reading, readable, before } = readMore(this.#reading, facts)
    this.#reading = reading
    if (before === 'anew') this.#state = 'stale'
    if (this.#state === 'even' && this.#again === undefined) {
      if (readable.length > 0) this.#components.onFacts(readable)
      return
    }
    this.#meanwhile.push(...facts)
    this.#again ??= this.#readAgain().finally(() => (this.#again = undefined))
    if (before === 'anew') this.emit('changed', reading.trust)
  }

  /** Resolves when everything that was taken has been passed on. */
  async settled(): Promise<void> {
    while (this.#again !== undefined) await this.#again
  }

  async #readAgain(): Promise<void> {
    try {
      while (this.#isStale()) {
        this.#state = 'even'
        const facts: Fact[] = []
        for await (const fact of this.#components.replay()) facts.push(fact)
        if (this.#isStale()) continue
        this.#components.onFactsAnew(readableFacts(this.trust, facts))
      }
    } catch (error) {
      // The store is damaged or closed: what was read before stays, and the next change tries again.
      this.#state = 'stale'
      this.#components.log.error({ error }, 'the facts could not be read again')
    }
    const meanwhile = this.#meanwhile.splice(0)
    this.#components.onFacts(readableFacts(this.trust, meanwhile))
  }

  #isStale(): boolean {
    return this.#state === 'stale'
  }
}
