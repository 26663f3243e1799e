import type { Trust } from '@sheaf/coordinator'
import {
  limits,
  SheafError,
  type Certificate,
  type Fact,
  type FactIntent,
  type LogHead,
  type PeerId,
  type RevocationView,
  type VerifiedChain,
} from '@sheaf/protocol'

export interface RevokeComponents {
  readonly trust: Trust
  readonly self: PeerId
  /** Connected members: a new one may have written nothing yet. */
  readonly connected: readonly { readonly verified: VerifiedChain }[]
  readonly heads: readonly LogHead[]
  readonly append: (intents: readonly FactIntent[]) => Promise<readonly Fact[]>
}

/**
 * Puts a member out, named by name, peer id or either end of that: what it has said up to now counts, and those whom
 * it had let in stay. `SHEAF_MEMBER_UNKNOWN`, `SHEAF_NOT_ALLOWED`.
 */
export async function revokeMember(
  { trust, self, connected, heads, append }: RevokeComponents,
  text: string,
  reason: string,
): Promise<RevocationView> {
  const certificates = new Map(trust.members)
  for (const { verified } of connected) certificates.set(verified.certificate.peer, verified.certificate)
  const { peer, name, role } = findMember([...certificates.values()], text)
  if (peer === self) throw notItself(name)
  const known = trust.revoked.get(peer)
  if (known !== undefined) throw alreadyOut(name)
  const logs = heads.filter(({ author }) => author === peer).slice(0, limits.headsPerRevocation)
  const keeps = [...certificates.values()]
    .filter((one) => one.issuer === peer && !trust.revoked.has(one.peer))
    .slice(0, limits.keepsPerRevocation)
  const payload = {
    peer,
    heads: logs.map(({ logId, seq }) => ({ logId, seq })),
    keeps: keeps.map((one) => one.peer),
    reason,
  }
  await append([{ kind: 'member-revoked', payload }])
  const facts = logs.reduce((sum, { seq }) => sum + seq, 0)
  return { peer, name, role, facts, keeps: keeps.map((one) => one.name) }
}

function findMember(certificates: readonly Certificate[], text: string): Certificate {
  const exact = certificates.filter(({ peer, name }) => peer === text || name === text)
  const found = exact.length > 0 ? exact : certificates.filter(({ peer }) => peer.endsWith(text))
  const [member, ...others] = found
  if (member !== undefined && others.length === 0) return member
  throw new SheafError({
    code: 'SHEAF_MEMBER_UNKNOWN',
    message:
      member === undefined
        ? `No member of this farm is called ${text}.`
        : `${found.length} members are called ${text}: ${found.map(({ peer }) => peer).join(', ')}.`,
    hint: member === undefined ? 'List them with: sheaf members' : 'Give the peer id, or its end.',
  })
}

function notItself(name: string): SheafError {
  return new SheafError({
    code: 'SHEAF_NOT_ALLOWED',
    message: `${name} is this machine itself.`,
    hint: 'To take it out of the farm: sheaf leave',
  })
}

function alreadyOut(name: string): SheafError {
  return new SheafError({
    code: 'SHEAF_MEMBER_REVOKED',
    message: `${name} is out already.`,
    hint: 'See who is in: sheaf members',
  })
}
