import type { PrivateKey } from '@libp2p/interface'
import type { PeerId } from '@sheaf/protocol'

/** Who this agent is: an Ed25519 key that lives in the store folder and never leaves it. */
export class Identity {
  readonly peerId: PeerId
  /** For the Noise handshake; nobody but `network` needs it. */
  readonly privateKey: PrivateKey

  private constructor(peerId: PeerId, privateKey: PrivateKey) {
    this.peerId = peerId
    this.privateKey = privateKey
  }

  /**
   * Reads `identity.key` (mode 0600) in `dir`, or makes it on first use (temp file, fsync, rename).
   * `SHEAF_STORE_DAMAGED` when the file is not an Ed25519 key.
   */
  static open(dir: string): Promise<Identity> {
    return Promise.reject(new Error(`not implemented: ${dir}`))
  }

  /** Ed25519 signature of `bytes`, 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array {
    throw new Error(`not implemented: ${bytes.length}`)
  }
}

/** True when `signature` is that of `peerId` over `bytes`; the public key is inside the id. Never throws. */
export function verifySignature(peerId: PeerId, bytes: Uint8Array, signature: Uint8Array): boolean {
  throw new Error(`not implemented: ${peerId} ${bytes.length} ${signature.length}`)
}
