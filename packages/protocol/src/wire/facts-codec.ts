import { parseFactHash, parseLogId, parsePeerId, type FactHash, type LogId, type PeerId } from '../ids.js'
import { limits } from '../limits.js'
import { checkCount, checkId, checkInteger, checkLength, checkWord, decodeWire, malformed, overLimit } from './check.js'
import { FactBodyWire, FactsMessageWire, SignedFactWire } from './generated/facts.js'
import { bytesToHex, hexToBytes } from './packed.js'

/** A fact as it is kept and forwarded: the signed bytes themselves, and the author's Ed25519 signature over them. */
export interface SignedFact {
  readonly body: Uint8Array
  readonly signature: Uint8Array
}

/** What a body says, its payload not yet read. */
export interface FactBody {
  readonly author: PeerId
  readonly logId: LogId
  readonly seq: number
  readonly lamport: number
  readonly kind: string
  readonly payload: Uint8Array
  /** Hash of the fact before it in its log; absent for the first. */
  readonly prev: FactHash | undefined
}

/** Last sequence held of one log. */
export interface LogHead {
  readonly author: PeerId
  readonly logId: LogId
  readonly seq: number
  /** Hash of the fact at `seq`; absent for 0. Two stores of which it differs hold two branches. */
  readonly hash?: FactHash | undefined
}

/** One frame of `/sheaf/facts/1`. `ack` says: durable here up to these. */
export type FactsMessage =
  | { readonly kind: 'heads'; readonly heads: readonly LogHead[] }
  | { readonly kind: 'facts'; readonly facts: readonly SignedFact[] }
  | { readonly kind: 'ack'; readonly heads: readonly LogHead[] }

/** Above any honest counter, and far enough below 2⁵³ that nobody can be pushed over the edge. */
const maxLamport = 2 ** 48
const kindBytes = 64
const signatureBytes = 64
const hashBytes = 32
const kindPattern = /^[a-z][a-z0-9-]*$/

export function factBodyToWire(body: FactBody): Uint8Array {
  return FactBodyWire.encode({
    ...body,
    payload: Uint8Array.from(body.payload),
    prev: hashToWire(body.prev),
  })
}

/** `SHEAF_WIRE_MALFORMED`, `SHEAF_WIRE_LIMIT`. */
export function factBodyFromWire(bytes: Uint8Array): FactBody {
  const wire = decodeWire('fact', bytes, limits.factBytes, FactBodyWire.decode)
  if (wire.kind.length > kindBytes) throw overLimit('fact.kind', `more than ${kindBytes} characters`)
  const seq = checkInteger('fact.seq', wire.seq, { min: 1 })
  const prev = hashFromWire('fact.prev', wire.prev)
  if ((seq === 1) !== (prev === undefined))
    throw malformed('fact.prev', 'every fact but the first names the one before')
  return {
    author: checkId('fact.author', wire.author, parsePeerId),
    logId: checkId('fact.logId', wire.logId, parseLogId),
    seq,
    lamport: checkInteger('fact.lamport', wire.lamport, { min: 1, max: maxLamport }),
    kind: checkId('fact.kind', wire.kind, (text) => (kindPattern.test(text) ? text : undefined)),
    payload: wire.payload,
    prev,
  }
}

export function signedFactToWire(fact: SignedFact): Uint8Array {
  return SignedFactWire.encode({ body: Uint8Array.from(fact.body), signature: Uint8Array.from(fact.signature) })
}

/** `SHEAF_WIRE_MALFORMED`, `SHEAF_WIRE_LIMIT`. Neither body nor signature is judged here. */
export function signedFactFromWire(bytes: Uint8Array): SignedFact {
  return checkSigned(decodeWire('signed fact', bytes, limits.factBytes + 256, SignedFactWire.decode))
}

export function factsMessageToWire(message: FactsMessage): Uint8Array {
  if (message.kind === 'facts') {
    const facts = message.facts.map((fact) => ({
      body: Uint8Array.from(fact.body),
      signature: Uint8Array.from(fact.signature),
    }))
    return FactsMessageWire.encode({ kind: 'facts', facts })
  }
  return FactsMessageWire.encode({
    kind: message.kind,
    heads: message.heads.map((head) => ({ ...head, hash: hashToWire(head.hash) })),
  })
}

/** `SHEAF_WIRE_MALFORMED`, `SHEAF_WIRE_LIMIT`. */
export function factsMessageFromWire(bytes: Uint8Array): FactsMessage {
  const wire = decodeWire('facts message', bytes, limits.factsMessageBytes, FactsMessageWire.decode)
  const kind = checkWord('facts message.kind', wire.kind, ['heads', 'facts', 'ack'])
  if (kind === 'facts') {
    const facts = checkCount('facts message.facts', wire.facts, limits.factsPerMessage)
    return { kind, facts: facts.map(checkSigned) }
  }
  return { kind, heads: checkCount('facts message.heads', wire.heads, limits.logsPerFarm).map(checkHead) }
}

function checkSigned(wire: { readonly body: Uint8Array; readonly signature: Uint8Array }): SignedFact {
  if (wire.body.byteLength > limits.factBytes) throw overLimit('signed fact.body', 'too many bytes')
  return { body: wire.body, signature: checkLength('signed fact.signature', wire.signature, signatureBytes) }
}

function checkHead(wire: {
  readonly author: string
  readonly logId: string
  readonly seq: number
  readonly hash: Uint8Array
}): LogHead {
  const hash = hashFromWire('head.hash', wire.hash)
  return {
    author: checkId('head.author', wire.author, parsePeerId),
    logId: checkId('head.logId', wire.logId, parseLogId),
    seq: checkInteger('head.seq', wire.seq),
    ...(hash === undefined ? {} : { hash }),
  }
}

/** 32 bytes; none for no hash. */
export function hashToWire(hash: FactHash | undefined): Uint8Array<ArrayBuffer> {
  return hash === undefined ? new Uint8Array() : Uint8Array.from(hexToBytes(hash))
}

/** Reads `hashToWire`. `SHEAF_WIRE_MALFORMED`. */
export function hashFromWire(field: string, bytes: Uint8Array): FactHash | undefined {
  if (bytes.byteLength === 0) return undefined
  return checkId(field, bytesToHex(checkLength(field, bytes, hashBytes)), parseFactHash)
}
