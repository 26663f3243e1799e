import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto'
import { parseFarmKeyId, SheafError, type FarmId, type FarmKeyId } from '@sheaf/protocol'

/** DER before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const seedBytes = 32

/** Whoever can sign: a farm key, an agent's identity. */
export interface Signer {
  /** Ed25519 signature of `bytes`, 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array
}

/** The key pair at the root of a farm: it signs admins. Never shown, also not by accident. */
export class FarmKey implements Signer {
  /** Public key. */
  readonly id: FarmKeyId
  readonly #key: KeyObject

  private constructor(key: KeyObject) {
    const raw = Buffer.from(String(createPublicKey(key).export({ format: 'jwk' }).x), 'base64url')
    const id = parseFarmKeyId(raw.toString('hex'))
    if (id === undefined) throw new Error('an Ed25519 public key does not look like one')
    this.id = id
    this.#key = key
  }

  static generate(): FarmKey {
    return new FarmKey(generateKeyPairSync('ed25519').privateKey)
  }

  /** From the 32 bytes that `seed` gives. `SHEAF_STORE_DAMAGED` for another number of bytes. */
  static fromSeed(seed: Uint8Array): FarmKey {
    if (seed.byteLength !== seedBytes) {
      throw new SheafError({ code: 'SHEAF_STORE_DAMAGED', message: `A farm key has ${seedBytes} bytes.` })
    }
    const key = Buffer.concat([pkcs8Prefix, seed])
    return new FarmKey(createPrivateKey({ key, format: 'der', type: 'pkcs8' }))
  }

  sign(bytes: Uint8Array): Uint8Array {
    return sign(null, bytes, this.#key)
  }

  /** The secret itself, 32 bytes: for the file it is kept in and for nothing else. */
  seed(): Uint8Array {
    return Buffer.from(String(this.#key.export({ format: 'jwk' }).d), 'base64url')
  }

  toJSON(): string {
    return '[farm key]'
  }
}

/** True when `signature` is that of the farm key over `bytes`. Never throws. */
export function verifyFarmSignature(key: FarmKeyId, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    const x = Buffer.from(key, 'hex').toString('base64url')
    return verify(null, bytes, createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } }), signature)
  } catch {
    return false
  }
}

/** Crockford's letters in lower case, so that nobody takes a fingerprint for an invitation. */
const letters = '0123456789abcdefghjkmnpqrstvwxyz'

/** What people compare: 80 bits of a farm's or peer's id as `k3mf.92hd.tx7q.w0ab`. */
export function fingerprintOf(id: FarmId | FarmKeyId | string): string {
  const hash = createHash('sha256').update(`sheaf fingerprint 1\n${id}`).digest()
  let bits = 0n
  for (const byte of hash.subarray(0, 10)) bits = (bits << 8n) | BigInt(byte)
  const all = Array.from({ length: 16 }, (_, at) => letters[Number((bits >> BigInt(75 - 5 * at)) & 31n)]).join('')
  return [0, 4, 8, 12].map((at) => all.slice(at, at + 4)).join('.')
}
