import { randomBytes } from 'node:crypto'
import { parseLogId, type Fact, type LogId } from '@sheaf/protocol'
import type { FactRecord } from './fact-record.js'
import type { LogHeads } from './log-heads.js'

/** What one synced batch writes, and what to do when it is on disk, or is not. */
export interface FactBatch {
  /** Heads as they are once the batch is written. */
  readonly heads: LogHeads
  logId: LogId
  readonly records: FactRecord[]
  readonly done: (() => void)[]
  readonly failed: ((error: unknown) => void)[]
}

/** Adds records, whose places were checked. */
export function stageRecords(batch: FactBatch, records: readonly FactRecord[]): void {
  for (const record of records) {
    batch.records.push(record)
    batch.heads.advance(record.body)
  }
}

/** Those that this version can read. */
export function knownFacts(records: readonly FactRecord[]): readonly Fact[] {
  return records.flatMap(({ fact }) => (fact === undefined ? [] : [fact]))
}

/** 16 random bytes. */
export function newLogId(): LogId {
  const logId = parseLogId(randomBytes(16).toString('hex'))
  if (logId === undefined) throw new Error('32 hex digits are no log id')
  return logId
}
