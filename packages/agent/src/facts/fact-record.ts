import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import {
  factBodyFromWire,
  factBodyToWire,
  factPayloadFromWire,
  factPayloadToWire,
  isKnownFactKind,
  parseFactHash,
  SheafError,
  signedFactFromWire,
  signedFactToWire,
  type Fact,
  type FactBody,
  type FactHash,
  type FactIntent,
  type LogId,
  type SignedFact,
  type SignedPlace,
} from '@sheaf/protocol'
import type { Identity } from '../identity/index.js'
import { placeBytes, verifyPlace } from './signed-place.js'

const checksumBytes = 4
/** A fact on its way into the store or out of it. */
export interface FactRecord {
  readonly body: FactBody
  readonly hash: FactHash
  readonly signed: SignedFact
  /** Absent for a kind, or a payload, that this version cannot read: kept and forwarded all the same. */
  readonly fact: Fact | undefined
}

/** Stamps and signs. `SHEAF_WIRE_LIMIT` and `SHEAF_WIRE_MALFORMED` when peers would not accept it. */
export function authorFact(
  identity: Identity,
  intent: FactIntent,
  place: { readonly logId: LogId; readonly seq: number; readonly lamport: number; readonly prev: FactHash | undefined },
): FactRecord {
  const payload = factPayloadToWire(intent)
  factPayloadFromWire(intent.kind, payload)
  const bytes = factBodyToWire({ author: identity.peerId, ...place, kind: intent.kind, payload })
  const hash = hashOf(bytes)
  return readRecord({ body: bytes, signature: identity.sign(placeBytes({ ...place, hash })) })
}

/** Reads a fact's body and, where it can, its payload. `SHEAF_WIRE_*`. The signature is not judged here. */
export function readRecord(signed: SignedFact): FactRecord {
  const body = factBodyFromWire(signed.body)
  const hash = hashOf(signed.body)
  return { body, hash, signed, fact: readFact(body, hash) }
}

/** What its author signed: enough to prove a fork, without the fact itself. */
export function placeOfRecord({ body, hash, signed }: FactRecord): SignedPlace {
  return { seq: body.seq, prev: body.prev, hash, signature: signed.signature }
}

/** `SHEAF_FACT_INVALID` when the author did not sign this. */
export function verifyRecord(record: FactRecord): void {
  if (verifyPlace(record.body, placeOfRecord(record))) return
  throw factInvalid(record.body, "its signature is not its author's")
}

export function factInvalid(body: FactBody, why: string): SheafError {
  const { author, logId, seq } = body
  return new SheafError({
    code: 'SHEAF_FACT_INVALID',
    message: `Fact ${seq} of log ${logId} by ${author} is refused: ${why}.`,
    details: { author, logId, seq },
  })
}

/** The form on disk: CRC-32, then the signed fact as on the wire. */
export function recordToDisk(record: FactRecord): Uint8Array {
  const bytes = signedFactToWire(record.signed)
  const value = Buffer.alloc(checksumBytes + bytes.byteLength)
  value.writeUInt32BE(crc32(bytes))
  value.set(bytes, checksumBytes)
  return value
}

/** `undefined` when the bytes are not what was written. */
export function signedFromDisk(value: Uint8Array): SignedFact | undefined {
  const bytes = value.subarray(checksumBytes)
  if (value.byteLength <= checksumBytes) return undefined
  if (new DataView(value.buffer, value.byteOffset).getUint32(0) !== crc32(bytes)) return undefined
  return signedFactFromWire(bytes)
}

function hashOf(body: Uint8Array): FactHash {
  const hash = parseFactHash(createHash('sha256').update(body).digest('hex'))
  if (hash === undefined) throw new Error('a SHA-256 does not look like one')
  return hash
}

function readFact(body: FactBody, hash: FactHash): Fact | undefined {
  const { kind, author, lamport, logId, seq } = body
  if (!isKnownFactKind(kind)) return undefined
  try {
    const payload = factPayloadFromWire(kind, body.payload)
    return { kind, payload, stamp: { lamport, author, hash }, logId, seq } as Fact
  } catch {
    // A newer version may say more in a kind that we know; that is its business, not a reason to lose the log.
    return undefined
  }
}
