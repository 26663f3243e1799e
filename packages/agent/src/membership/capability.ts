import {
  capabilityFromWire,
  capabilityToWire,
  type Capability,
  type CertificateChain,
  type PeerId,
  type SignedCapability,
} from '@sheaf/protocol'
import { verifySignature } from '../identity/index.js'
import type { Membership } from './farm-membership.js'
import type { Signer } from './farm-key.js'

/** Signatures are over this and the body, so that one of ours never means anything elsewhere. */
const signingContext = Buffer.from('sheaf capability 1\n')
/** A guest that renders is given a new one with each lease. */
export const capabilityLifetimeMs = 6 * 60 * 60 * 1000

/** A member lets a guest fetch what one job needs; `chain` is the signer's own. */
export function signCapability(
  signer: Signer & { readonly peerId: PeerId },
  chain: CertificateChain,
  what: Omit<Capability, 'signer'>,
): SignedCapability {
  const body = capabilityToWire({ ...what, signer: signer.peerId })
  return { body, signature: signer.sign(Buffer.concat([signingContext, body])), chain }
}

/** Why a capability is worth nothing. */
export type CapabilityFault =
  'malformed' | 'other-guest' | 'expired' | 'signer-no-member' | 'signer-is-guest' | 'bad-signature'

export type CapabilityVerdict =
  | { readonly kind: 'valid'; readonly capability: Capability }
  | { readonly kind: 'invalid'; readonly fault: CapabilityFault }

/**
 * Judges a capability that a peer shows: it is that peer's, has not run out, and was signed by who is a member now.
 * What it is for is the server's to compare. Never throws.
 */
export function judgeCapability(
  signed: SignedCapability,
  {
    guest,
    membership,
    nowMs,
  }: { readonly guest: PeerId; readonly membership: Pick<Membership, 'judge'>; readonly nowMs: number },
): CapabilityVerdict {
  let capability: Capability
  try {
    capability = capabilityFromWire(signed.body)
  } catch {
    return { kind: 'invalid', fault: 'malformed' }
  }
  const fault = faultOf(signed, capability)
  return fault === undefined ? { kind: 'valid', capability } : { kind: 'invalid', fault }

  function faultOf({ body, signature, chain }: SignedCapability, { signer, ...what }: Capability) {
    if (what.guest !== guest) return 'other-guest'
    if (what.expiresAtMs < nowMs) return 'expired'
    const standing = membership.judge(signer, chain)
    if (standing.kind !== 'member') return 'signer-no-member'
    if (standing.verified.certificate.role === 'guest') return 'signer-is-guest'
    return verifySignature(signer, Buffer.concat([signingContext, body]), signature) ? undefined : 'bad-signature'
  }
}
