import type { PeerId, Role } from '@sheaf/protocol'
import { formatCode, newcomerProof, rendezvousTag, sameProof, type JoinParties } from './invitation-code.js'

/** Roles that a code can give. Rented guests are no machines of people. */
export type InvitedRole = Exclude<Role, 'guest'>

/** An invitation as it is shown once, to the person who reads it out. */
export interface Invitation {
  readonly code: string
  readonly role: InvitedRole
  readonly expiresAtMs: number
}

/** Open invitations at once. */
const mostInvitations = 32
const triesPerInvitation = 5

interface Open {
  readonly code: Uint8Array
  readonly role: InvitedRole
  readonly expiresAtMs: number
  tries: number
  /** The one machine that has proved the code; it may come back for what it could not store. */
  newcomer: PeerId | undefined
}

/** What a proof has come to. */
export type ProofOutcome =
  | { readonly kind: 'proved'; readonly code: Uint8Array; readonly role: InvitedRole }
  | { readonly kind: 'wrong' }
  /** None such, run out, dead of wrong tries, or another machine's by now: nobody is told which. */
  | { readonly kind: 'unknown' }

/** The invitations of this agent: in memory alone, each for one machine, five tries, and for a while. */
export class Invitations {
  readonly #open = new Map<string, Open>()

  /** Makes one of 10 random bytes. The oldest gives way when there are too many. */
  make(init: { readonly random: Uint8Array; readonly role: InvitedRole; readonly expiresAtMs: number }): Invitation {
    const { random, role, expiresAtMs } = init
    const code = Uint8Array.from(random)
    const [oldest] = this.#open.keys()
    if (this.#open.size >= mostInvitations && oldest !== undefined) this.#open.delete(oldest)
    this.#open.set(keyOf(rendezvousTag(code)), { code, role, expiresAtMs, tries: 0, newcomer: undefined })
    return { code: formatCode(code), role, expiresAtMs }
  }

  /** Whether an invitation of this tag is open to the peer. Costs it no try. */
  has(tag: Uint8Array, peer: PeerId, nowMs: number): boolean {
    return this.#find(tag, peer, nowMs) !== undefined
  }

  /** Judges a newcomer's proof; the fifth wrong one ends the invitation. */
  prove(
    tag: Uint8Array,
    shown: { readonly parties: JoinParties; readonly name: string; readonly mac: Uint8Array },
    nowMs: number,
  ): ProofOutcome {
    const { parties, name, mac } = shown
    const open = this.#find(tag, parties.newcomer, nowMs)
    if (open === undefined) return { kind: 'unknown' }
    if (sameProof(mac, newcomerProof(open.code, parties, name))) {
      open.newcomer = parties.newcomer
      return { kind: 'proved', code: open.code, role: open.role }
    }
    open.tries += 1
    if (open.tries >= triesPerInvitation) this.#open.delete(keyOf(tag))
    return { kind: 'wrong' }
  }

  /** Ends an invitation whose machine has stored what it was given. */
  close(tag: Uint8Array): void {
    this.#open.delete(keyOf(tag))
  }

  #find(tag: Uint8Array, peer: PeerId, nowMs: number): Open | undefined {
    const key = keyOf(tag)
    const open = this.#open.get(key)
    if (open === undefined) return undefined
    if (nowMs >= open.expiresAtMs) {
      this.#open.delete(key)
      return undefined
    }
    return open.newcomer === undefined || open.newcomer === peer ? open : undefined
  }
}

const keyOf = (tag: Uint8Array): string => Buffer.from(tag).toString('hex')
