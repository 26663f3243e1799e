import { randomBytes } from 'node:crypto'
import { parseLogId, type Fact, type FactHash, type LogId } from '@sheaf/protocol'
import type { FactRecord } from './fact-record.js'
import { LogHeads, type LogName } from './log-heads.js'

/** What one synced batch writes, and what to do when it is on disk, or is not. */
export interface FactBatch {
  /** Heads as they are once the batch is written. */
  readonly heads: LogHeads
  logId: LogId
  /** Log and certificates with which this store has certified itself last. */
  certified: string | undefined
  readonly records: FactRecord[]
  /** Facts of an own log with two branches that are said again here. */
  readonly salvaged: FactHash[]
  /** Own facts that no longer count, to be said again before the batch is done. */
  readonly again: FactRecord[]
  /** Logs that were found to have two branches, or to fork earlier than was known. */
  readonly forked: LogName[]
  readonly done: (() => void)[]
  readonly failed: ((error: unknown) => void)[]
}

/** One that has nothing in it yet. */
export function newBatch(heads: LogHeads, logId: LogId, certified: string | undefined): FactBatch {
  return {
    heads: new LogHeads(heads),
    logId,
    certified,
    records: [],
    salvaged: [],
    again: [],
    forked: [],
    done: [],
    failed: [],
  }
}

/** Adds records, whose places were checked. */
export function stageRecords(batch: FactBatch, records: readonly FactRecord[]): void {
  for (const record of records) {
    batch.records.push(record)
    batch.heads.advance(record)
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
