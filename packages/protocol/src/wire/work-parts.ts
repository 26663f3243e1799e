import { parseBlobId, parseJobId, parsePeerId, type BlobId, type LeaseId, type PeerId } from '../ids.js'
import { limits } from '../limits.js'
import type { SegmentKey } from '../work/work-message.js'
import type { Term } from '../work/term.js'
import { checkId, checkInteger, checkLength, checkPresent } from './check.js'
import type { TermWire } from './generated/work.js'
import { bytesToHex, packNumbers, unpackNumbers } from './packed.js'

const uint32 = { max: 2 ** 32 - 1 }
const leaseIdPattern = /^[\x21-\x7e]{1,128}$/
const peer = (field: string, text: string): PeerId => checkId(field, text, parsePeerId)

/** A term; the counter is a uint64 on the wire. */
export function termToWire(term: Term): TermWire {
  return { counter: term.counter, peer: term.peer }
}

export function termFromWire(wire: TermWire | undefined): Term {
  const term = checkPresent('term', wire)
  return { counter: checkInteger('term.counter', term.counter), peer: peer('term.peer', term.peer) }
}

export function jobPartFromWire(wire: {
  readonly jobId: string
  readonly generation: number
}): Omit<SegmentKey, 'index'> {
  return {
    jobId: checkId('jobId', wire.jobId, parseJobId),
    generation: checkInteger('generation', wire.generation, uint32),
  }
}

export function segmentFromWire(wire: {
  readonly jobId: string
  readonly generation: number
  readonly index: number
}): SegmentKey {
  return { ...jobPartFromWire(wire), index: checkInteger('index', wire.index, { max: limits.segmentsPerJob - 1 }) }
}

/** Lease ids are printable ASCII of at most 128 characters. */
export function leaseIdFromWire(text: string): LeaseId {
  return checkId('leaseId', text, (id) => (leaseIdPattern.test(id) ? (id as LeaseId) : undefined))
}

export function blobFromWire(bytes: Uint8Array): BlobId {
  return checkId('blob', bytesToHex(checkLength('blob', bytes, 32)), parseBlobId)
}

export function indexesFromWire(bytes: Uint8Array, maxCount: number): number[] {
  return unpackNumbers('indexes', bytes, { min: 0, max: limits.segmentsPerJob - 1, maxCount })
}

export { packNumbers as indexesToWire }
