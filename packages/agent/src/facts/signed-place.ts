import type { FactHash, LogId, PeerId, SignedPlace } from '@sheaf/protocol'
import { verifySignature } from '../identity/index.js'

/** Signatures are over this and what follows, so that one of ours never means anything elsewhere. */
const signingContext = Buffer.from('sheaf fact 2\n')
const logIdBytes = 16
const hashBytes = 32

/** What an author signs of a fact: log, place, the fact before it, and the hash of its body. */
export function placeBytes(place: {
  readonly logId: LogId
  readonly seq: number
  readonly prev: FactHash | undefined
  readonly hash: FactHash
}): Uint8Array {
  const bytes = Buffer.alloc(signingContext.byteLength + logIdBytes + 8 + 2 * hashBytes)
  let at = signingContext.copy(bytes)
  at += bytes.write(place.logId, at, 'hex')
  at = bytes.writeBigUInt64BE(BigInt(place.seq), at)
  if (place.prev !== undefined) bytes.write(place.prev, at, 'hex')
  bytes.write(place.hash, at + hashBytes, 'hex')
  return bytes
}

/** Whether the author of the log signed this place. Never throws. */
export function verifyPlace(log: { readonly author: PeerId; readonly logId: LogId }, place: SignedPlace): boolean {
  return verifySignature(log.author, placeBytes({ ...place, logId: log.logId }), place.signature)
}
