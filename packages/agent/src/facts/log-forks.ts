import { forkOf } from '@sheaf/coordinator'
import type { FactHash, FactIntent, FactKind, FactPayloads, PeerId } from '@sheaf/protocol'
import { newLogId, type FactBatch } from './fact-batch.js'
import { placeOfRecord, readRecord, type FactRecord } from './fact-record.js'
import type { FactTable } from './fact-table.js'
import { logKey, type LogName } from './log-heads.js'

type ForkProof = FactPayloads['log-forked']

/** Where forks are looked for and noted. */
export interface ForkPlace {
  readonly batch: FactBatch
  readonly table: FactTable
  readonly self: PeerId
}

/** Two facts of one log that cannot both be; `undefined` when they can. */
export function proofOf(stored: FactRecord, other: FactRecord): ForkProof | undefined {
  const { author, logId } = stored.body
  const proof: ForkProof = { author, logId, places: [placeOfRecord(stored), placeOfRecord(other)] }
  return forkOf(proof) === undefined ? undefined : proof
}

/**
 * Freezes a log as a proof says. Of an own log, what no longer counts is put on to be said again, in a new log.
 * `false` when that much was known before.
 */
export async function takeProof({ batch, table, self }: ForkPlace, proof: ForkProof): Promise<boolean> {
  const { author, logId } = proof
  const log = { author, logId }
  const seq = (forkOf(proof) ?? Infinity) - 1
  const known = batch.heads.frozenAt(log)
  if (seq >= (known ?? Infinity)) return false
  const before = await storedRecord({ batch, table }, log, seq)
  batch.heads.freeze(log, seq, before?.hash)
  batch.forked.push(log)
  if (author !== self) return true
  if (logId === batch.logId) batch.logId = newLogId()
  for await (const record of recordsFrom({ batch, table }, log, seq + 1)) batch.again.push(record)
  return true
}

/** The fact at that place, also when this batch brings it. */
export async function storedRecord(
  { batch, table }: Pick<ForkPlace, 'batch' | 'table'>,
  log: LogName,
  seq: number,
): Promise<FactRecord | undefined> {
  if (seq < 1 || seq > batch.heads.stored(log)) return undefined
  return stagedOf(batch, log).find(({ body }) => body.seq === seq) ?? (await table.record(log, seq))
}

/** What is to be said again of an own log's facts that no longer count; each once, whatever branch it was on. */
export async function salvage(
  { batch, table }: Pick<ForkPlace, 'batch' | 'table'>,
  records: readonly FactRecord[],
): Promise<readonly FactIntent[]> {
  const intents: FactIntent[] = []
  for (const { fact, hash } of records) {
    if (fact === undefined || !saidAgain.has(fact.kind)) continue
    if (batch.salvaged.includes(hash) || (await table.isSalvaged(hash))) continue
    batch.salvaged.push(hash)
    intents.push({ kind: fact.kind, payload: fact.payload } as FactIntent)
  }
  return intents
}

/** Not settings: an old one would undo what was set since. Not certificates and proofs: they are there. */
const saidAgain: ReadonlySet<FactKind> = new Set<FactKind>([
  'job-submitted',
  'job-requeued',
  'job-canceled',
  'job-failed',
  'job-completed',
  'home-assigned',
  'segments-landed',
  'segments-retracted',
  'segment-failed',
  'member-revoked',
])

const recordsAtOnce = { count: 256, bytes: 4 << 20 }

async function* recordsFrom(
  { batch, table }: Pick<ForkPlace, 'batch' | 'table'>,
  log: LogName,
  fromSeq: number,
): AsyncIterable<FactRecord> {
  for (let seq = fromSeq; ;) {
    const records = (await table.range(log, seq, recordsAtOnce)).map(readRecord)
    yield* records
    const last = records.at(-1)
    if (last === undefined) break
    seq = last.body.seq + 1
  }
  yield* stagedOf(batch, log).filter(({ body }) => body.seq >= fromSeq)
}

function stagedOf(batch: FactBatch, log: LogName): readonly FactRecord[] {
  return batch.records.filter(({ body }) => logKey(body) === logKey(log))
}

/** The first place at which facts that came again differ from what is stored; they are of one log, in order. */
export async function firstDifference(
  { batch, table }: Pick<ForkPlace, 'batch' | 'table'>,
  came: readonly FactRecord[],
): Promise<{ readonly stored: FactRecord; readonly other: FactRecord } | undefined> {
  const last = came.at(-1)
  if (last === undefined) return undefined
  const held = batch.heads.last(last.body)
  const same = async (record: FactRecord, hash?: FactHash): Promise<FactRecord | undefined> => {
    if (hash === record.hash) return undefined
    const stored = await storedRecord({ batch, table }, record.body, record.body.seq)
    return stored === undefined || stored.hash === record.hash ? undefined : stored
  }
  // Each names the one before it: where the last is the same, all are.
  if ((await same(last, held?.seq === last.body.seq ? held.hash : undefined)) === undefined) return undefined
  for (const other of came) {
    const stored = await same(other)
    if (stored !== undefined) return { stored, other }
  }
  return undefined
}
