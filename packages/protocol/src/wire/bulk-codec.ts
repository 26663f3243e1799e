import { limits } from '../limits.js'
import { malformed, checkInteger, checkLength, checkText, checkWord, decodeWire } from './check.js'
import { BulkReplyWire, BulkRequestWire } from './generated/bulk.js'

/** Why an agent gives no lane: it has none to give, too many are open, or the protocol is not spoken on lanes. */
export const bulkRefusals = ['no-lanes', 'too-many', 'unknown-protocol'] as const
export type BulkRefusal = (typeof bulkRefusals)[number]

/** First frame of `/sheaf/bulk/1`: asks for a lane on which `protocol` is spoken. */
export interface BulkRequest {
  readonly protocol: string
  /** 32 random bytes, the asker's half of the key. */
  readonly nonce: Uint8Array
}

/** The answer: a TCP port where whoever names `lane` and holds the key is let in, once and soon; or why not. */
export type BulkReply =
  | { readonly kind: 'lane'; readonly port: number; readonly lane: Uint8Array; readonly nonce: Uint8Array }
  | { readonly kind: 'refused'; readonly refusal: BulkRefusal }

const nonceBytes = 32
const laneBytes = 16
const maxPort = 65_535

export function bulkRequestToWire({ protocol, nonce }: BulkRequest): Uint8Array {
  return BulkRequestWire.encode({ protocol, nonce: Uint8Array.from(nonce) })
}

/** `SHEAF_WIRE_MALFORMED`, `SHEAF_WIRE_LIMIT`. */
export function bulkRequestFromWire(bytes: Uint8Array): BulkRequest {
  const wire = decodeWire('bulk request', bytes, limits.bulkMessageBytes, BulkRequestWire.decode)
  return {
    protocol: checkText('bulk.protocol', wire.protocol, limits.nameBytes),
    nonce: checkLength('bulk.nonce', wire.nonce, nonceBytes),
  }
}

export function bulkReplyToWire(reply: BulkReply): Uint8Array {
  if (reply.kind === 'refused') return BulkReplyWire.encode({ refusal: reply.refusal })
  const { port, lane, nonce } = reply
  return BulkReplyWire.encode({ port, lane: Uint8Array.from(lane), nonce: Uint8Array.from(nonce) })
}

/** `SHEAF_WIRE_MALFORMED`, `SHEAF_WIRE_LIMIT`. */
export function bulkReplyFromWire(bytes: Uint8Array): BulkReply {
  const wire = decodeWire('bulk reply', bytes, limits.bulkMessageBytes, BulkReplyWire.decode)
  if (wire.refusal !== '') {
    if (wire.port !== 0) throw malformed('bulk.refusal', 'there is a port as well')
    return { kind: 'refused', refusal: checkWord('bulk.refusal', wire.refusal, bulkRefusals) }
  }
  return {
    kind: 'lane',
    port: checkInteger('bulk.port', wire.port, { min: 1, max: maxPort }),
    lane: checkLength('bulk.lane', wire.lane, laneBytes),
    nonce: checkLength('bulk.nonce', wire.nonce, nonceBytes),
  }
}
