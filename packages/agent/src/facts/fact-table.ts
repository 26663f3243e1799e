import { SheafError, type LogId, type PeerId, type SignedFact } from '@sheaf/protocol'
import { readRecord, recordToDisk, signedFromDisk, type FactRecord } from './fact-record.js'
import { logKey } from './log-heads.js'
import { storeDamaged, type StoreDatabase } from './store-database.js'

/** Names one log. */
export interface LogName {
  readonly author: PeerId
  readonly logId: LogId
}

const ownLogKey = 'own-log'

/** Facts on disk: records in order of log and sequence, and the id of the log that this store writes. */
export class FactTable {
  readonly #dir: string
  readonly #records
  readonly #meta

  /** `dir` is named in errors. */
  constructor(db: StoreDatabase, dir: string) {
    this.#dir = dir
    this.#records = db.sublevel<string, Uint8Array>('facts', { valueEncoding: 'view' })
    this.#meta = db.sublevel('facts-meta', { valueEncoding: 'utf8' })
  }

  /** Every record by log, then sequence. `SHEAF_STORE_DAMAGED` when one does not read back as it was written, or is missing. */
  async *readAll(): AsyncIterable<FactRecord> {
    let previous: FactRecord['body'] | undefined
    try {
      for await (const [key, value] of this.#records.iterator()) {
        const signed = signedFromDisk(value)
        if (signed === undefined) throw this.#damaged(`the fact ${key} does not read back as it was written`)
        const record = readRecord(signed)
        const { body } = record
        const follows = previous !== undefined && logKey(previous) === logKey(body) ? previous.seq + 1 : 1
        if (recordKey(body) !== key || body.seq !== follows) throw this.#damaged(`a fact before ${key} is missing`)
        previous = body
        yield record
      }
    } catch (error) {
      throw error instanceof SheafError && error.code === 'SHEAF_STORE_DAMAGED'
        ? error
        : this.#damaged('its facts cannot be read', error)
    }
  }

  /** Facts of one log from `fromSeq` on: at most `max.count`, and stops after `max.bytes`. */
  async range(
    log: LogName,
    fromSeq: number,
    max: { readonly count: number; readonly bytes: number },
  ): Promise<readonly SignedFact[]> {
    const facts: SignedFact[] = []
    let bytes = 0
    const bounds = { gte: recordKey({ ...log, seq: fromSeq }), lt: `${logKey(log)}/~`, limit: max.count }
    for await (const value of this.#records.values(bounds)) {
      const signed = signedFromDisk(value)
      if (signed === undefined) throw this.#damaged(`a fact of log ${log.logId} does not read back`)
      facts.push(signed)
      bytes += value.byteLength
      if (bytes >= max.bytes) break
    }
    return facts
  }

  /** Id of the log that this store writes; `undefined` in a new store. */
  ownLogId(): Promise<string | undefined> {
    return this.#meta.get(ownLogKey)
  }

  /** On disk when it resolves. */
  async setOwnLogId(logId: LogId): Promise<void> {
    await this.#meta.put(ownLogKey, logId, { sync: true } as never)
  }

  /** On disk, all or none, when it resolves. `SHEAF_DISK_FULL`, `SHEAF_STORE_DAMAGED`. */
  async write(records: readonly FactRecord[], newLogId: LogId | undefined): Promise<void> {
    try {
      // First the new log's id: facts of a log that is forgotten would be continued by nobody, which harms nothing.
      if (newLogId !== undefined) await this.setOwnLogId(newLogId)
      if (records.length === 0) return
      const puts = records.map((record) => {
        return { type: 'put' as const, key: recordKey(record.body), value: recordToDisk(record) }
      })
      // `sync` is an option of the database below the sublevel, which passes it on.
      await this.#records.batch(puts, { sync: true } as never)
    } catch (cause) {
      throw this.#writeError(cause)
    }
  }

  #writeError(cause: unknown): SheafError {
    const text = cause instanceof Error ? cause.message : ''
    // LevelDB reports the system's words and no code.
    if (/no space left|disk quota/i.test(text)) {
      return new SheafError({
        code: 'SHEAF_DISK_FULL',
        message: `There is no space left for the facts in ${this.#dir}.`,
        hint: 'Free some space on that disk; nothing that was acknowledged is lost.',
        cause,
      })
    }
    return this.#damaged('its database cannot be written', cause)
  }

  #damaged(what: string, cause?: unknown): SheafError {
    return storeDamaged(this.#dir, what, cause)
  }
}

/** Sorts by log, then by sequence. */
function recordKey(place: LogName & { readonly seq: number }): string {
  return `${logKey(place)}/${place.seq.toString(16).padStart(14, '0')}`
}
