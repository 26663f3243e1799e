import { isTrustFact, type Fact, type TrustFact } from '@sheaf/protocol'
import { readableFacts, readingKey } from './reading.js'
import { emptyTrust, type Trust } from './trust.js'
import { weighTrust } from './weigh-trust.js'

/** How far a fact set has been read: what it says of members and logs. Grows with the set. */
export interface Reading {
  readonly trust: Trust
  readonly facts: ReadonlyMap<string, TrustFact>
  readonly key: string
}

/** Nothing read. */
export const emptyReading: Reading = { trust: emptyTrust, facts: new Map(), key: readingKey(emptyTrust) }

/** What new facts mean for what was read before. */
export interface ReadOn {
  readonly reading: Reading
  /** Those of the new facts that count. */
  readonly readable: readonly Fact[]
  /** `anew`: what was read before may no longer count, or more of it does; the whole set is to be read again. */
  readonly before: 'stands' | 'anew'
}

/** Reads on. Whatever the order and grouping of facts, what counts in the end is the same. */
export function readMore(reading: Reading, facts: readonly Fact[]): ReadOn {
  const news = facts.filter(isTrustFact).filter(({ stamp }) => !reading.facts.has(stamp.hash))
  if (news.length === 0) return { reading, readable: readableFacts(reading.trust, facts), before: 'stands' }
  const all = new Map(reading.facts)
  for (const fact of news) all.set(fact.stamp.hash, fact)
  const trust = weighTrust(all.values())
  const key = readingKey(trust)
  const next = { trust, facts: all, key }
  return { reading: next, readable: readableFacts(trust, facts), before: key === reading.key ? 'stands' : 'anew' }
}
