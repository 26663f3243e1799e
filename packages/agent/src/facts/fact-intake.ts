import { limits, type SheafError, toSheafError, type PeerId, type SignedFact } from '@sheaf/protocol'
import { newLogId, stageRecords, type FactBatch } from './fact-batch.js'
import { factInvalid, readRecord, verifyRecord, type FactRecord } from './fact-record.js'
import { logKey } from './log-heads.js'

/** What became of facts from a peer, before they are on disk. */
export interface Intake {
  readonly accepted: readonly FactRecord[]
  /** One body of each log that was spoken of. */
  readonly spokenOf: readonly FactRecord['body'][]
  /** One per log at most: the facts behind it wait until it comes right. */
  readonly refused: readonly SheafError[]
}

const verifiedPerTurn = 64

/** Verifies facts from a peer and stages those that continue their logs. A fact of `self`'s log begins a new one. */
export async function takeIn(batch: FactBatch, facts: readonly SignedFact[], self: PeerId): Promise<Intake> {
  const accepted: FactRecord[] = []
  const spokenOf = new Map<string, FactRecord['body']>()
  const refused = new Map<string, SheafError>()
  let verified = 0
  for (const signed of facts) {
    let key = ''
    try {
      const record = readRecord(signed)
      key = logKey(record.body)
      spokenOf.set(key, record.body)
      if (refused.has(key) || record.body.seq <= batch.heads.seq(record.body)) continue
      checkPlace(batch, record)
      if (++verified % verifiedPerTurn === 0) await new Promise((resolve) => setImmediate(resolve))
      verifyRecord(record)
      if (record.body.author === self && record.body.logId === batch.logId) batch.logId = newLogId()
      stageRecords(batch, [record])
      accepted.push(record)
    } catch (error) {
      refused.set(key, toSheafError(error, { code: 'SHEAF_FACT_INVALID', message: 'a fact could not be read' }))
    }
  }
  return { accepted, spokenOf: [...spokenOf.values()], refused: [...refused.values()] }
}

function checkPlace({ heads }: FactBatch, { body }: FactRecord): void {
  const held = heads.seq(body)
  if (body.seq !== held + 1) throw factInvalid(body, `it does not follow ${held}, the last one held`)
  if (body.lamport <= heads.lamportOf(body)) throw factInvalid(body, 'its Lamport counter does not grow')
  if (held === 0 && heads.size >= limits.logsPerFarm) throw factInvalid(body, `there are ${heads.size} logs already`)
}
