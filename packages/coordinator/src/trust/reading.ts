import { allowanceOf, isTrustFact, type Certificate, type Fact, type PeerId } from '@sheaf/protocol'
import { logName, roleAt, type Trust } from './trust.js'
import { countsAfter } from './weigh-trust.js'

/** Why a stored fact is not read. */
export type UnreadReason = 'log-frozen' | 'author-revoked' | 'not-certified' | 'not-allowed'

/** Why this fact does not count; `undefined` for one that does. A function of the fact and the whole set. */
export function unreadReason(trust: Trust, fact: Fact): UnreadReason | undefined {
  const { stamp, logId, seq, kind } = fact
  const name = logName(stamp.author, logId)
  if (seq > (trust.frozen.get(name)?.seq ?? Infinity)) return 'log-frozen'
  const revoked = trust.revoked.get(stamp.author)
  if (revoked !== undefined && seq > (revoked.heads.get(logId) ?? 0)) return 'author-revoked'
  const role = roleAt(trust.certified.get(name), seq)
  if (role === undefined) return 'not-certified'
  return allowanceOf('fact', kind, role) === 'no' ? 'not-allowed' : undefined
}

/** The facts about jobs that count. */
export function readableFacts(trust: Trust, facts: readonly Fact[]): readonly Fact[] {
  return facts.filter((fact) => !isTrustFact(fact) && unreadReason(trust, fact) === undefined)
}

/** Whether a peer may take part: `undefined` for one who may, as far as facts tell. Its certificate is judged with it. */
export function exclusionOf(
  trust: Trust,
  peer: PeerId,
  certificate: Certificate,
): 'revoked' | 'issuer-revoked' | undefined {
  if (trust.revoked.has(peer)) return 'revoked'
  return countsAfter(trust.revoked, certificate) ? undefined : 'issuer-revoked'
}

/**
 * Text that changes when facts that were read, or left unread, may have to be read again: when a revocation or a
 * fork came to count, or a log that had no certificate that counts got one.
 */
export function readingKey(trust: Trust): string {
  const revoked = [...trust.revoked.values()].map(({ peer, heads, keeps }) => [
    peer,
    sorted([...heads]),
    sorted([...keeps]),
  ])
  const frozen = [...trust.frozen].map(([name, { seq }]) => [name, seq])
  const fallen = [...trust.certified].flatMap(([name, places]) =>
    places.every(({ counts }) => counts) ? [] : [[name, places.map(({ seq, counts }) => [seq, counts])]],
  )
  return JSON.stringify([sorted(revoked), sorted(frozen), sorted(fallen)])
}

function sorted<T>(items: readonly T[]): readonly T[] {
  const text = new Map(items.map((item) => [item, JSON.stringify(item)]))
  return [...items].sort((a, b) => ((text.get(a) ?? '') < (text.get(b) ?? '') ? -1 : 1))
}
