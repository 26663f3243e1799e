import { forkOf } from '@sheaf/coordinator'
import { limits, type FarmKeyId } from '@sheaf/protocol'
import { verifyChain } from '../membership/index.js'
import type { FactBatch } from './fact-batch.js'
import { factInvalid, verifyRecord, type FactRecord } from './fact-record.js'
import { verifyPlace } from './signed-place.js'

/** A fact continues its log without a gap. Whether it follows the fact that is held is not judged here. `SHEAF_FACT_INVALID`. */
export function checkPlace({ heads }: FactBatch, { body }: FactRecord): void {
  const held = heads.stored(body)
  if (body.seq !== held + 1) throw factInvalid(body, `it does not follow ${held}, the last one held`)
  if (body.lamport <= (heads.last(body)?.lamport ?? 0)) throw factInvalid(body, 'its Lamport counter does not grow')
  if (held === 0 && heads.size >= limits.logsPerFarm) throw factInvalid(body, `there are ${heads.size} logs already`)
}

/**
 * A fact is its author's, its log begins with its author's certificates, and what proves something by signatures of
 * its own does. The fact itself and the farm's keys decide, so every member stores the same. `SHEAF_FACT_INVALID`.
 */
export function checkContent(record: FactRecord, farmKeys: ReadonlySet<FarmKeyId>): void {
  const { body, fact } = record
  if (body.seq === 1 && body.kind !== 'member-certified') {
    throw factInvalid(body, 'its log does not begin with the certificate of its author')
  }
  verifyRecord(record)
  if (body.kind === 'member-certified') {
    if (fact?.kind !== 'member-certified') throw factInvalid(body, 'its certificate cannot be read')
    const verdict = verifyChain(fact.payload.chain, { farmKeys, peer: body.author })
    if (verdict.kind === 'invalid') throw factInvalid(body, `its certificate does not hold (${verdict.fault})`)
    if (verdict.verified.certificate.role === 'guest') throw factInvalid(body, 'a guest writes no facts')
  }
  if (fact?.kind === 'log-forked') {
    const { payload } = fact
    const signed = payload.places.every((place) => verifyPlace(payload, place))
    if (!signed || forkOf(payload) === undefined) throw factInvalid(body, 'it proves no fork')
  }
}
