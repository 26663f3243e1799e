import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey, peerIdFromString } from '@libp2p/peer-id'
import { parsePeerId, SheafError, type PeerId } from '@sheaf/protocol'
import { createPrivateFile } from './write-private-file.js'

const fileName = 'identity.key'

/** Who this agent is: an Ed25519 key that lives in the store folder and never leaves it. */
export class Identity {
  readonly peerId: PeerId
  /** For the Noise handshake; nobody but `network` needs it. */
  readonly privateKey: Ed25519PrivateKey
  readonly #signingKey: KeyObject

  private constructor(privateKey: Ed25519PrivateKey) {
    const peerId = parsePeerId(peerIdFromPrivateKey(privateKey).toString())
    if (peerId === undefined) throw new Error('an Ed25519 peer id does not look like one')
    this.peerId = peerId
    this.privateKey = privateKey
    this.#signingKey = createPrivateKey({
      format: 'jwk',
      key: {
        kty: 'OKP',
        crv: 'Ed25519',
        d: Buffer.from(privateKey.raw.subarray(0, 32)).toString('base64url'),
        x: Buffer.from(privateKey.publicKey.raw).toString('base64url'),
      },
    })
  }

  /**
   * Reads `identity.key` (mode 0600) in `dir`, or makes it on first use (temp file, fsync, exclusive link).
   * `SHEAF_STORE_DAMAGED` when the file is not an Ed25519 key.
   */
  static async open(dir: string): Promise<Identity> {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    const path = join(dir, fileName)
    const kept = await readIfThere(path)
    if (kept !== undefined) return new Identity(parseKey(kept, path))
    const key = await generateKeyPair('Ed25519')
    const outcome = await createPrivateFile(path, privateKeyToProtobuf(key))
    return outcome === 'created' ? new Identity(key) : Identity.open(dir)
  }

  /** One that is kept nowhere, for tests and benchmarks. */
  static async generate(): Promise<Identity> {
    return new Identity(await generateKeyPair('Ed25519'))
  }

  /** Ed25519 signature of `bytes`, 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array {
    return sign(null, bytes, this.#signingKey)
  }
}

/** The author's key of the last few ids: parsing an id costs more than a signature. */
const knownKeys = new Map<PeerId, KeyObject>()
const knownKeysLimit = 1024

/** True when `signature` is that of `peerId` over `bytes`; the public key is inside the id. Never throws. */
export function verifySignature(peerId: PeerId, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    let key = knownKeys.get(peerId)
    if (key === undefined) {
      key = publicKeyOf(peerId)
      if (key === undefined) return false
      if (knownKeys.size >= knownKeysLimit) knownKeys.clear()
      knownKeys.set(peerId, key)
    }
    return verify(null, bytes, key, signature)
  } catch {
    return false
  }
}

function publicKeyOf(peerId: PeerId): KeyObject | undefined {
  const id = peerIdFromString(peerId)
  // The same id can be written in more than one way; only the canonical one names an author.
  if (id.type !== 'Ed25519' || id.toString() !== peerId) return undefined
  const x = Buffer.from(id.publicKey.raw).toString('base64url')
  return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } })
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw damaged(path, error)
  }
}

function parseKey(bytes: Uint8Array, path: string): Ed25519PrivateKey {
  let key: ReturnType<typeof privateKeyFromProtobuf>
  try {
    key = privateKeyFromProtobuf(bytes)
  } catch (cause) {
    throw damaged(path, cause)
  }
  if (key.type !== 'Ed25519') throw damaged(path, undefined)
  return key
}

function damaged(path: string, cause: unknown): SheafError {
  return new SheafError({
    code: 'SHEAF_STORE_DAMAGED',
    message: `The identity file ${path} cannot be read as an Ed25519 key.`,
    hint: 'Restore it from a backup, or remove it: the agent then gets a new identity.',
    cause,
  })
}
