import { allowanceOf, compareStamps, type Certificate, type PeerId, type TrustFact } from '@sheaf/protocol'
import { forkOf } from './fork.js'
import { logName, roleAt, type CertifiedPlace, type FrozenLog, type RevokedMember, type Trust } from './trust.js'
import { weighRevocations, type RevocationFact } from './weigh-revocations.js'

type FactOf<K extends TrustFact['kind']> = Extract<TrustFact, { kind: K }>

/**
 * What facts about members and logs say. Order, repetition and grouping make no difference, and no clock is asked:
 * signatures were verified before a fact was stored. O(n log n) in the facts given.
 */
export function weighTrust(facts: Iterable<TrustFact>): Trust {
  const set = [...new Map([...facts].map((fact) => [fact.stamp.hash, fact])).values()].sort((a, b) =>
    compareStamps(a.stamp, b.stamp),
  )
  const frozen = frozenLogs(set.filter((fact) => fact.kind === 'log-forked'))
  const certified = set.filter((fact) => fact.kind === 'member-certified').filter((fact) => !isFrozen(frozen, fact))
  const claimed = certifiedPlaces(certified, new Map())
  const revocations = set
    .filter((fact) => fact.kind === 'member-revoked')
    .filter((fact) => !isFrozen(frozen, fact) && mayRevoke(fact, claimed))
  const revoked = revokedMembers(weighRevocations(revocations, seniorities(certified)))
  const places = certifiedPlaces(certified, revoked)
  return { revoked, frozen, certified: places, members: members(places) }
}

function isFrozen(frozen: ReadonlyMap<string, FrozenLog>, { stamp, logId, seq }: TrustFact): boolean {
  return seq > (frozen.get(logName(stamp.author, logId))?.seq ?? Infinity)
}

function frozenLogs(proofs: readonly FactOf<'log-forked'>[]): ReadonlyMap<string, FrozenLog> {
  const frozen = new Map<string, FrozenLog>()
  for (const { payload } of proofs) {
    const fork = forkOf(payload)
    if (fork === undefined) continue
    const { author, logId } = payload
    const name = logName(author, logId)
    const seq = Math.min(fork - 1, frozen.get(name)?.seq ?? Infinity)
    frozen.set(name, { author, logId, seq })
  }
  return frozen
}

/** Only an admin's own certificates make it one, and those the farm key signed: no revocation decides about them. */
function mayRevoke({ stamp, logId, seq, payload }: RevocationFact, claimed: Trust['certified']): boolean {
  const role = roleAt(claimed.get(logName(stamp.author, logId)), seq)
  const allowance = role === undefined ? 'no' : allowanceOf('fact', 'member-revoked', role)
  return allowance === 'yes' || (allowance === 'own' && payload.peer === stamp.author)
}

/** Lowest serial of the certificates with which the farm key made a peer an admin, wherever they are told of. */
function seniorities(certified: readonly FactOf<'member-certified'>[]): (peer: PeerId) => number {
  const serials = new Map<PeerId, number>()
  const note = ({ role, peer, serial }: Certificate): void => {
    if (role === 'admin') serials.set(peer, Math.min(serial, serials.get(peer) ?? serial))
  }
  for (const { payload } of certified) {
    note(payload.certificate)
    if (payload.admin !== undefined) note(payload.admin)
  }
  return (peer) => serials.get(peer) ?? Infinity
}

/** In the order of the set: by stamp, so that whose word is shown is the same everywhere. */
function revokedMembers(counting: readonly RevocationFact[]): ReadonlyMap<PeerId, RevokedMember> {
  const revoked = new Map<PeerId, RevokedMember>()
  for (const { payload, stamp } of [...counting].sort((a, b) => compareStamps(a.stamp, b.stamp))) {
    const { peer, reason } = payload
    const before = revoked.get(peer)
    const heads = new Map(payload.heads.map(({ logId, seq }) => [logId, seq]))
    for (const { logId, seq } of payload.heads) heads.set(logId, Math.min(seq, heads.get(logId) ?? seq))
    if (before === undefined) {
      revoked.set(peer, { peer, heads, keeps: new Set(payload.keeps), by: stamp.author, reason })
      continue
    }
    // Every one of them counts: what any of them cuts off is off, whom any of them keeps stays.
    const both = [...heads].flatMap(([logId, seq]) => {
      const other = before.heads.get(logId)
      return other === undefined ? [] : [[logId, Math.min(seq, other)] as const]
    })
    revoked.set(peer, { ...before, heads: new Map(both), keeps: new Set([...before.keeps, ...payload.keeps]) })
  }
  return revoked
}

function certifiedPlaces(
  certified: readonly FactOf<'member-certified'>[],
  revoked: ReadonlyMap<PeerId, RevokedMember>,
): Trust['certified'] {
  const logs = new Map<string, CertifiedPlace[]>()
  for (const { payload, stamp, logId, seq } of certified) {
    const name = logName(stamp.author, logId)
    const place = { seq, certificate: payload.certificate, counts: countsAfter(revoked, payload.certificate) }
    logs.set(name, [...(logs.get(name) ?? []), place])
  }
  for (const places of logs.values()) places.sort((a, b) => a.seq - b.seq)
  return logs
}

/** Whether a certificate counts after these revocations: its issuer is in, or kept whom it had certified. */
export function countsAfter(revoked: ReadonlyMap<PeerId, RevokedMember>, { issuer, peer }: Certificate): boolean {
  return issuer === 'farm' || (revoked.get(issuer)?.keeps.has(peer) ?? true)
}

function members(certified: Trust['certified']): Trust['members'] {
  const newest = new Map<PeerId, Certificate>()
  for (const places of certified.values()) {
    for (const { certificate, counts } of places) {
      const known = newest.get(certificate.peer)
      if (counts && (known === undefined || compareAge(certificate, known) > 0))
        newest.set(certificate.peer, certificate)
    }
  }
  return newest
}

/** For display only: no fact's validity asks when a certificate was made. */
function compareAge(a: Certificate, b: Certificate): number {
  if (a.issuedAtMs !== b.issuedAtMs) return a.issuedAtMs - b.issuedAtMs
  const [one, other] = [JSON.stringify(a), JSON.stringify(b)]
  return one < other ? -1 : one > other ? 1 : 0
}
