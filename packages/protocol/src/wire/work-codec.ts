import { assertNever } from '../assert-never.js'
import { parsePeerId } from '../ids.js'
import { limits } from '../limits.js'
import type {
  LeaseMessage,
  OfferMessage,
  OfferReply,
  RevokeMessage,
  SegmentReport,
  WorkMessage,
} from '../work/work-message.js'
import {
  checkFinite,
  checkId,
  checkInteger,
  checkText,
  checkWord,
  clipText,
  decodeWire,
  malformed,
  overLimit,
} from './check.js'
import {
  WorkMessageWire,
  type LeaseWire,
  type OfferReplyWire,
  type OfferWire,
  type RevokeWire,
  type SegmentReportWire,
} from './generated/work.js'
import { heartbeatFromWire, heartbeatToWire } from './heartbeat-codec.js'
import { introductionFromWire, introductionToWire } from './introduction-codec.js'
import { signedCapabilityFromWire, signedCapabilityToWire } from './membership-codec.js'
import { hexToBytes } from './packed.js'
import {
  blobFromWire,
  indexesFromWire,
  indexesToWire,
  jobPartFromWire,
  leaseIdFromWire,
  segmentFromWire,
  termFromWire,
  termToWire,
} from './work-parts.js'

const codeBytes = 64

/** One frame of `/sheaf/work/1`. Free text is cut to its limit; `SHEAF_WIRE_LIMIT` when the message is too long as a whole. */
export function workMessageToWire(message: WorkMessage): Uint8Array {
  const bytes = WorkMessageWire.encode(branchToWire(message))
  if (bytes.byteLength > limits.workMessageBytes) {
    throw overLimit(message.kind, `${bytes.byteLength} bytes, at most ${limits.workMessageBytes} allowed`)
  }
  return bytes
}

/** `SHEAF_WIRE_MALFORMED`, `SHEAF_WIRE_LIMIT`. */
export function workMessageFromWire(bytes: Uint8Array): WorkMessage {
  const wire = decodeWire('work message', bytes, limits.workMessageBytes, WorkMessageWire.decode)
  const branches = [
    wire.heartbeat && heartbeatFromWire(wire.heartbeat),
    wire.lease && leaseFromWire(wire.lease),
    wire.revoke && revokeFromWire(wire.revoke),
    wire.segmentReport && reportFromWire(wire.segmentReport),
    wire.offer && offerFromWire(wire.offer),
    wire.offerReply && offerReplyFromWire(wire.offerReply),
    wire.goodbye && { kind: 'goodbye' as const, reason: checkText('reason', wire.goodbye.reason) },
    wire.introduction && introductionFromWire(wire.introduction),
  ].filter((branch) => branch !== undefined)
  const [message] = branches
  if (message === undefined || branches.length > 1) throw malformed('work message', 'not exactly one kind')
  return message
}

function branchToWire(message: WorkMessage): Partial<WorkMessageWire> {
  switch (message.kind) {
    case 'heartbeat':
      return { heartbeat: heartbeatToWire(message) }
    case 'lease':
      return { lease: leaseToWire(message) }
    case 'revoke': {
      const { term, indexes, reason } = message
      return {
        revoke: { ...message, term: termToWire(term), indexes: indexesToWire(indexes), reason: clipText(reason) },
      }
    }
    case 'segment-report':
      return { segmentReport: reportToWire(message) }
    case 'offer':
      return { offer: { ...message, blob: hexToBytes(message.blob) } }
    case 'offer-reply':
      return { offerReply: offerReplyToWire(message) }
    case 'goodbye':
      return { goodbye: { reason: clipText(message.reason) } }
    case 'introduction':
      return { introduction: introductionToWire(message) }
    default:
      return assertNever(message)
  }
}

function leaseToWire(lease: LeaseMessage): LeaseWire {
  const capability = lease.capability === undefined ? new Uint8Array() : signedCapabilityToWire(lease.capability)
  return {
    ...lease,
    term: termToWire(lease.term),
    indexes: indexesToWire(lease.indexes),
    capability: Uint8Array.from(capability),
  }
}

function leaseFromWire(wire: LeaseWire): LeaseMessage {
  return {
    kind: 'lease',
    term: termFromWire(wire.term),
    leaseId: leaseIdFromWire(wire.leaseId),
    ...jobPartFromWire(wire),
    indexes: indexesFromWire(wire.indexes, limits.segmentsPerLease),
    home: checkId('home', wire.home, parsePeerId),
    epoch: checkInteger('epoch', wire.epoch),
    durationMs: checkFinite('durationMs', wire.durationMs),
    order: checkFinite('order', wire.order, { min: -Number.MAX_SAFE_INTEGER }),
    ...(wire.capability.byteLength === 0 ? {} : { capability: signedCapabilityFromWire(wire.capability) }),
  }
}

function revokeFromWire(wire: RevokeWire): RevokeMessage {
  return {
    kind: 'revoke',
    term: termFromWire(wire.term),
    ...jobPartFromWire(wire),
    indexes: indexesFromWire(wire.indexes, limits.segmentsPerJob),
    stopRunning: wire.stopRunning,
    reason: checkText('reason', wire.reason),
  }
}

function reportToWire({ outcome, ...report }: SegmentReport): SegmentReportWire {
  const base = { ...report, outcome: outcome.kind, renderMs: 0, code: '', message: '', strike: false }
  if (outcome.kind === 'rendered') return { ...base, renderMs: outcome.renderMs }
  const failure = { ...base, code: outcome.code, message: clipText(outcome.message) }
  return outcome.kind === 'failed' ? { ...failure, strike: outcome.strike } : failure
}

function reportFromWire(wire: SegmentReportWire): SegmentReport {
  const kind = checkWord('outcome', wire.outcome, ['rendered', 'failed', 'refused'])
  const base = { kind: 'segment-report' as const, ...segmentFromWire(wire), leaseId: leaseIdFromWire(wire.leaseId) }
  if (kind === 'rendered') return { ...base, outcome: { kind, renderMs: checkFinite('renderMs', wire.renderMs) } }
  const failure = { code: checkText('code', wire.code, codeBytes), message: checkText('message', wire.message) }
  if (kind === 'refused') return { ...base, outcome: { kind, ...failure } }
  return { ...base, outcome: { kind, ...failure, strike: wire.strike } }
}

function offerFromWire(wire: OfferWire): OfferMessage {
  return {
    kind: 'offer',
    ...segmentFromWire(wire),
    blob: blobFromWire(wire.blob),
    sizeBytes: checkInteger('sizeBytes', wire.sizeBytes, { max: limits.blobBytes }),
    renderMs: checkFinite('renderMs', wire.renderMs),
  }
}

function offerReplyToWire({ outcome, ...reply }: OfferReply): OfferReplyWire {
  return {
    ...reply,
    blob: hexToBytes(reply.blob),
    outcome: outcome.kind,
    code: outcome.kind === 'invalid' ? outcome.code : '',
    message: outcome.kind === 'invalid' || outcome.kind === 'retry' ? clipText(outcome.message) : '',
  }
}

function offerReplyFromWire(wire: OfferReplyWire): OfferReply {
  const kind = checkWord('outcome', wire.outcome, ['landed', 'not-home', 'invalid', 'retry'])
  const base = { kind: 'offer-reply' as const, ...segmentFromWire(wire), blob: blobFromWire(wire.blob) }
  if (kind === 'landed' || kind === 'not-home') return { ...base, outcome: { kind } }
  const message = checkText('message', wire.message)
  if (kind === 'retry') return { ...base, outcome: { kind, message } }
  return { ...base, outcome: { kind, code: checkText('code', wire.code, codeBytes), message } }
}
