import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { SheafError, type PeerId } from '@sheaf/protocol'

/** Crockford's base32: no I, L, O and U, so that a code can be read aloud. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const codeLetters = 16
/** 80 bits. */
export const codeBytes = 10

/** `ABCD-EFGH-JKMN-PQRS` of 10 random bytes. */
export function formatCode(bytes: Uint8Array): string {
  let bits = 0n
  for (const byte of bytes.subarray(0, codeBytes)) bits = (bits << 8n) | BigInt(byte)
  const all = Array.from({ length: codeLetters }, (_, at) => letters[Number((bits >> BigInt(75 - 5 * at)) & 31n)])
  return [0, 4, 8, 12].map((at) => all.slice(at, at + 4).join('')).join('-')
}

/**
 * Reads a code as people type it: lower case, spaces and dashes anywhere or nowhere, O for 0, I and L for 1.
 * `SHEAF_INVITATION_WRONG` when it cannot be one; the message does not repeat it.
 */
export function parseCode(text: string): Uint8Array {
  const typed = text.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  const digits = [...typed].map((letter) => letters.indexOf(letter))
  if (digits.length !== codeLetters || digits.includes(-1)) {
    throw new SheafError({
      code: 'SHEAF_INVITATION_WRONG',
      message:
        digits.length === codeLetters
          ? 'The code has a character that no code has.'
          : `The code has ${digits.length} characters; one of Sheaf has ${codeLetters}.`,
      hint: 'Type it as sheaf invite showed it: four groups of four letters and digits.',
    })
  }
  let bits = 0n
  for (const digit of digits) bits = (bits << 5n) | BigInt(digit)
  return Uint8Array.from({ length: codeBytes }, (_, at) => Number((bits >> BigInt(72 - 8 * at)) & 255n))
}

/** Names an invitation to whoever made it: 16 bytes from which nobody finds the code. */
export function rendezvousTag(code: Uint8Array): Uint8Array {
  return derive(code, 'sheaf rendezvous', 16)
}

/** Who joins whom, and the two nonces of this conversation. Both ids are what Noise has authenticated. */
export interface JoinParties {
  readonly newcomer: PeerId
  readonly inviter: PeerId
  readonly newcomerNonce: Uint8Array
  readonly inviterNonce: Uint8Array
}

/** What the newcomer shows: that it knows the code, over this connection. */
export function newcomerProof(code: Uint8Array, parties: JoinParties, name: string): Uint8Array {
  return mac(code, 'newcomer', parties, new TextEncoder().encode(name))
}

/** What the inviter shows with the grant: that it knows the code, and that the grant is its own. */
export function inviterProof(code: Uint8Array, parties: JoinParties, grant: Uint8Array): Uint8Array {
  return mac(code, 'inviter', parties, grant)
}

/** In constant time. */
export function sameProof(given: Uint8Array | undefined, expected: Uint8Array): boolean {
  return given !== undefined && given.byteLength === expected.byteLength && timingSafeEqual(given, expected)
}

/** HMAC over direction, both peer ids, both nonces and what is said: it fits one connection and one side of it. */
function mac(code: Uint8Array, by: 'newcomer' | 'inviter', parties: JoinParties, said: Uint8Array): Uint8Array {
  return createHmac('sha256', derive(code, 'sheaf join 1', 32))
    .update([by, parties.newcomer, parties.inviter, ''].join('\n'))
    .update(parties.newcomerNonce)
    .update(parties.inviterNonce)
    .update(said)
    .digest()
}

function derive(code: Uint8Array, purpose: string, bytes: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', code, new Uint8Array(0), purpose, bytes))
}
