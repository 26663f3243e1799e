import { forkOf } from '@sheaf/coordinator'
import { parseLogId, type FactPayloads, type LogId, type PeerId } from '@sheaf/protocol'
import { newLogId } from './fact-batch.js'
import type { FactTable } from './fact-table.js'
import { LogHeads } from './log-heads.js'
import { certifiedKey, chainKey } from './own-papers.js'
import { storeDamaged } from './store-database.js'

/** What a store knows of its logs when it has been read. */
export interface OpenedLogs {
  readonly heads: LogHeads
  readonly logId: LogId
  readonly certified: string | undefined
}

/** Reads all records once. In a place where the store was not before (a copy, a backup) another log is begun. */
export async function openLogs(
  table: FactTable,
  { dir, self, place = '' }: { readonly dir: string; readonly self: PeerId; readonly place?: string | undefined },
): Promise<OpenedLogs> {
  const logId = await ownLogId(table, { dir, place })
  const heads = new LogHeads()
  const proofs: FactPayloads['log-forked'][] = []
  let certified: string | undefined
  for await (const record of table.readAll()) {
    heads.advance(record)
    const { fact, body } = record
    if (fact?.kind === 'log-forked') proofs.push(fact.payload)
    if (fact?.kind !== 'member-certified' || body.author !== self || body.logId !== logId) continue
    certified = certifiedKey(logId, chainKey(fact.payload.chain))
  }
  for (const proof of proofs) {
    const seq = (forkOf(proof) ?? Infinity) - 1
    if (seq >= (heads.frozenAt(proof) ?? Infinity)) continue
    const before = seq < 1 || seq > heads.stored(proof) ? undefined : await table.record(proof, seq)
    heads.freeze(proof, seq, before?.hash)
  }
  return { heads, logId, certified }
}

async function ownLogId(table: FactTable, { dir, place }: { dir: string; place: string }): Promise<LogId> {
  const kept = await table.ownLogId()
  const logId = kept === undefined ? undefined : parseLogId(kept)
  if (kept !== undefined && logId === undefined) throw storeDamaged(dir, 'the id of its own log is not one')
  if (logId !== undefined && (await table.place()) === place) return logId
  const begun = newLogId()
  await table.beginLog(begun, place)
  return begun
}
