import {
  certificateFromWire,
  certificateToWire,
  type Certificate,
  type CertificateChain,
  type FarmKeyId,
  type PeerId,
  type Role,
  type SignedCertificate,
  type VerifiedChain,
} from '@sheaf/protocol'
import { verifySignature } from '../identity/index.js'
import { verifyFarmSignature, type Signer } from './farm-key.js'

const dayMs = 24 * 60 * 60 * 1000
/** How long a certificate lasts that is issued now. */
export const certificateLifetimesMs = { admin: 3 * 365 * dayMs, member: 365 * dayMs } as const
/** Renewed this long before it expires. */
export const renewalOpensMs = 30 * dayMs
/** Clocks of workstations differ; a day more hurts nobody. */
export const expiryLeewayMs = dayMs

/** Signatures are over this and the body, so that one of ours never means anything elsewhere. */
const signingContext = Buffer.from('sheaf certificate 1\n')

export interface AdminCertificateInit {
  readonly peer: PeerId
  readonly name: string
  /** Seniority: one more than that of the last admin, or as before when it is renewed. */
  readonly serial: number
  readonly atMs: number
}

/** The farm key makes a machine an admin. */
export function certifyAdmin(
  farmKey: Signer & { readonly id: FarmKeyId },
  { peer, name, serial, atMs }: AdminCertificateInit,
): CertificateChain {
  const expiresAtMs = atMs + certificateLifetimesMs.admin
  const certificate: Certificate = {
    farmKey: farmKey.id,
    peer,
    name,
    role: 'admin',
    serial,
    issuedAtMs: atMs,
    expiresAtMs,
    issuer: 'farm',
  }
  return [signCertificate(certificate, farmKey)]
}

export interface MemberCertificateInit {
  readonly peer: PeerId
  readonly name: string
  readonly role: Exclude<Role, 'admin'>
  readonly atMs: number
  /** Shorter than a member's, for guests. */
  readonly lifetimeMs?: number | undefined
}

/** An admin makes a machine a member; `admin` is its own chain. */
export function certifyMember(
  signer: Signer & { readonly peerId: PeerId },
  admin: CertificateChain,
  { peer, name, role, atMs, lifetimeMs = certificateLifetimesMs.member }: MemberCertificateInit,
): CertificateChain {
  const { farmKey } = certificateFromWire(admin[0].body)
  const certificate: Certificate = {
    farmKey,
    peer,
    name,
    role,
    serial: 0,
    issuedAtMs: atMs,
    expiresAtMs: atMs + lifetimeMs,
    issuer: signer.peerId,
  }
  return [signCertificate(certificate, signer), admin[0]]
}

/** Signs what is said, without asking whether the signer may. */
export function signCertificate(certificate: Certificate, signer: Signer): SignedCertificate {
  const body = certificateToWire(certificate)
  return { body, signature: Uint8Array.from(signer.sign(Buffer.concat([signingContext, body]))) }
}

/** Why a chain does not hold. */
export type ChainFault =
  'malformed' | 'other-farm' | 'other-peer' | 'bad-signature' | 'bad-issuer' | 'bad-role' | 'bad-dates'

export type ChainVerdict =
  | { readonly kind: 'valid'; readonly verified: VerifiedChain }
  | { readonly kind: 'invalid'; readonly fault: ChainFault }

export interface ChainExpectation {
  /** Farm keys under which certificates count: the present one, and those before it where old facts are read. */
  readonly farmKeys: ReadonlySet<FarmKeyId>
  /** Whose chain it must be: what Noise has authenticated, or a fact's author. */
  readonly peer: PeerId
}

/**
 * Judges signatures and form of a chain: the farm key signs admins, admins sign the others, nobody else signs.
 * No clock: whether it has expired is `hasExpired`'s to say. Never throws.
 */
export function verifyChain(chain: CertificateChain, { farmKeys, peer }: ChainExpectation): ChainVerdict {
  let certificate: Certificate
  let admin: Certificate | undefined
  try {
    certificate = certificateFromWire(chain[0].body)
    admin = chain[1] === undefined ? undefined : certificateFromWire(chain[1].body)
  } catch {
    return { kind: 'invalid', fault: 'malformed' }
  }
  const fault =
    (certificate.peer === peer ? undefined : 'other-peer') ??
    adminFault(chain[1] ?? chain[0], admin ?? certificate, farmKeys) ??
    (admin === undefined ? undefined : memberFault(chain[0], certificate, admin))
  return fault === undefined ? { kind: 'valid', verified: { chain, certificate, admin } } : { kind: 'invalid', fault }
}

function adminFault(
  signed: SignedCertificate,
  admin: Certificate,
  farmKeys: ReadonlySet<FarmKeyId>,
): ChainFault | undefined {
  if (!farmKeys.has(admin.farmKey)) return 'other-farm'
  if (admin.issuer !== 'farm') return 'bad-issuer'
  if (admin.role !== 'admin') return 'bad-role'
  if (badDates(admin, certificateLifetimesMs.admin)) return 'bad-dates'
  return verifyFarmSignature(admin.farmKey, signedBytes(signed), signed.signature) ? undefined : 'bad-signature'
}

function memberFault(signed: SignedCertificate, member: Certificate, admin: Certificate): ChainFault | undefined {
  if (member.farmKey !== admin.farmKey) return 'other-farm'
  if (member.issuer !== admin.peer) return 'bad-issuer'
  if (member.role === 'admin') return 'bad-role'
  // An admin whose own certificate has run out cannot go on signing: what it signs must begin before that.
  if (badDates(member, certificateLifetimesMs.member) || member.issuedAtMs > admin.expiresAtMs) return 'bad-dates'
  return verifySignature(admin.peer, signedBytes(signed), signed.signature) ? undefined : 'bad-signature'
}

function badDates({ issuedAtMs, expiresAtMs }: Certificate, lifetimeMs: number): boolean {
  return expiresAtMs <= issuedAtMs || expiresAtMs - issuedAtMs > lifetimeMs
}

function signedBytes({ body }: SignedCertificate): Uint8Array {
  return Buffer.concat([signingContext, body])
}

/** Whether the certificate has run out, a day of grace included. Asked at `hello` and nowhere else. */
export function hasExpired({ expiresAtMs }: Certificate, nowMs: number): boolean {
  return nowMs > expiresAtMs + expiryLeewayMs
}

/** Whether a new one is due: 30 days before it runs out. */
export function isRenewalDue({ expiresAtMs }: Certificate, nowMs: number): boolean {
  return nowMs > expiresAtMs - renewalOpensMs
}
