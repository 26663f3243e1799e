import { EventEmitter } from 'node:events'
import type { Certificate, CertificateChain, Credentials, FarmKeyId, PeerId, VerifiedChain } from '@sheaf/protocol'
import { certificateFromWire } from '@sheaf/protocol'
import { hasExpired, verifyChain, type ChainFault } from './certificate.js'

/** What a chain that a peer shows is worth now. */
export type Standing =
  | { readonly kind: 'member'; readonly verified: VerifiedChain }
  | { readonly kind: 'expired'; readonly certificate: Certificate }
  | { readonly kind: 'revoked'; readonly certificate: Certificate }
  | { readonly kind: 'foreign'; readonly fault: ChainFault }

/** Who this agent is in the farm, and how it judges others: all that the network knows of membership. */
export interface Membership {
  readonly credentials: Credentials
  /** This agent's own certificate. */
  readonly certificate: Certificate
  /** Judges a chain that a peer has shown: `peer` is the id that Noise has authenticated. */
  judge(peer: PeerId, chain: CertificateChain): Standing
}

/** What is known of revocations and rotated keys: read from the farm's facts. */
export interface MembershipFacts {
  /** A member that was put out, or one certified by an admin whose word does not count any more. */
  isRevoked(verified: VerifiedChain): boolean
  /** Farm keys under which certificates count, when facts say more than this agent's own credentials. */
  farmKeys?(): Iterable<FarmKeyId>
}

export interface FarmMembershipInit {
  readonly credentials: Credentials
  readonly nowMs?: (() => number) | undefined
  readonly facts?: MembershipFacts | undefined
}

export interface FarmMembershipEvents {
  /** This agent's certificate was renewed, or its role changed. */
  renewed: [credentials: Credentials]
}

const nobodyRevoked: MembershipFacts = { isRevoked: () => false }

/** The membership of a running agent: its credentials change when they are renewed, what facts say at any time. */
export class FarmMembership extends EventEmitter<FarmMembershipEvents> implements Membership {
  readonly #nowMs: () => number
  #credentials: Credentials
  #certificate: Certificate
  #facts: MembershipFacts

  constructor({ credentials, nowMs = Date.now, facts = nobodyRevoked }: FarmMembershipInit) {
    super()
    this.#credentials = credentials
    this.#certificate = certificateFromWire(credentials.chain[0].body)
    this.#nowMs = nowMs
    this.#facts = facts
  }

  get credentials(): Credentials {
    return this.#credentials
  }

  get certificate(): Certificate {
    return this.#certificate
  }

  /** From now on these facts decide who is revoked. */
  readFacts(facts: MembershipFacts): void {
    this.#facts = facts
  }

  /** Takes new credentials of the same farm. */
  renew(credentials: Credentials): void {
    this.#credentials = credentials
    this.#certificate = certificateFromWire(credentials.chain[0].body)
    this.emit('renewed', credentials)
  }

  judge(peer: PeerId, chain: CertificateChain): Standing {
    const farmKeys = new Set([this.#credentials.farmKey, ...(this.#facts.farmKeys?.() ?? [])])
    const verdict = verifyChain(chain, { farmKeys, peer })
    if (verdict.kind === 'invalid') return { kind: 'foreign', fault: verdict.fault }
    const { verified } = verdict
    const { certificate } = verified
    if (this.#facts.isRevoked(verified)) return { kind: 'revoked', certificate }
    if (hasExpired(certificate, this.#nowMs())) return { kind: 'expired', certificate }
    return { kind: 'member', verified }
  }
}
