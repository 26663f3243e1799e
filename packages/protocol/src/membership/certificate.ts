import type { BlobId, FarmId, FarmKeyId, JobId, PeerId } from '../ids.js'
import type { Role } from '../statuses.js'

/** What a certificate says: this machine is in the farm, in this role, until then. */
export interface Certificate {
  /** Public key of the farm key under which it counts. */
  readonly farmKey: FarmKeyId
  /** Whose it is. */
  readonly peer: PeerId
  /** What people call the machine. */
  readonly name: string
  readonly role: Role
  /** Admins: seniority, counted up by whoever holds the farm key; the lower outranks. Others: 0. */
  readonly serial: number
  /** Wall time. */
  readonly issuedAtMs: number
  /** Wall time; counts at `hello` and nowhere else. */
  readonly expiresAtMs: number
  /** `farm` for admins, whom the farm key signs; the admin's peer id for everybody else. */
  readonly issuer: PeerId | 'farm'
}

/** A certificate as it is kept and forwarded: the signed bytes themselves and the issuer's Ed25519 signature. */
export interface SignedCertificate {
  readonly body: Uint8Array
  readonly signature: Uint8Array
}

/** A member's own certificate, then that of the admin who signed it, if one did: one or two, nothing judged yet. */
export type CertificateChain = readonly [SignedCertificate] | readonly [SignedCertificate, SignedCertificate]

/** A chain whose signatures and form hold under a farm key that counts. Expiry and revocation are not judged by it. */
export interface VerifiedChain {
  readonly chain: CertificateChain
  readonly certificate: Certificate
  /** Certificate of the admin who signed it; absent when that was the farm key. */
  readonly admin: Certificate | undefined
}

/** What makes this machine a member: kept in the store, told to other members at `hello`. */
export interface Credentials {
  /** The farm's first public key: its name among machines, whatever key signs now. Told to members only. */
  readonly farmId: FarmId
  /** What people call the farm. */
  readonly farmName: string
  /** Public key under which certificates count now. */
  readonly farmKey: FarmKeyId
  readonly chain: CertificateChain
}

/** A guest may fetch the blocks of one job's assets until then. */
export interface Capability {
  readonly guest: PeerId
  readonly jobId: JobId
  /** Root of what may be fetched: the job's manifest. */
  readonly manifest: BlobId
  /** Wall time. */
  readonly expiresAtMs: number
  /** The coordinator that gave it. */
  readonly signer: PeerId
}

/** A capability as it travels, with the chain of its signer. */
export interface SignedCapability {
  readonly body: Uint8Array
  readonly signature: Uint8Array
  readonly chain: CertificateChain
}
