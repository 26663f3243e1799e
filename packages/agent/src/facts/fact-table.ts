import { SheafError, type FactHash, type FarmId, type LogId, type SignedFact } from '@sheaf/protocol'
import { readRecord, recordToDisk, signedFromDisk, type FactRecord } from './fact-record.js'
import { logKey, type LogName } from './log-heads.js'
import { storeDamaged, type StoreDatabase } from './store-database.js'

const ownLogKey = 'own-log'
const placeKey = 'place'
const salvagedKey = (hash: FactHash): string => `salvaged/${hash}`

/** What one batch changes beside the records. */
export interface MetaChange {
  /** Id of the log that is written from now on. */
  readonly logId?: LogId | undefined
  /** Facts of a log of our own with two branches that are said again by this batch. */
  readonly salvaged?: readonly FactHash[] | undefined
}

/** One farm's facts on disk: records in order of log and sequence, and the id of the log that this store writes. */
export class FactTable {
  readonly #db: StoreDatabase
  readonly #dir: string
  readonly #records
  readonly #meta

  /** `dir` is named in errors. */
  constructor(db: StoreDatabase, farm: FarmId, dir: string) {
    this.#db = db
    this.#dir = dir
    this.#records = db.sublevel<string, Uint8Array>(['farm', farm, 'facts'], { valueEncoding: 'view' })
    this.#meta = db.sublevel(['farm', farm, 'facts-meta'], { valueEncoding: 'utf8' })
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

  /** One fact; `undefined` when it is not stored. */
  async record(log: LogName, seq: number): Promise<FactRecord | undefined> {
    const [signed] = await this.range(log, seq, { count: 1, bytes: 1 })
    if (signed === undefined) return undefined
    const record = readRecord(signed)
    return record.body.seq === seq ? record : undefined
  }

  /** Id of the log that this store writes; `undefined` in a new store. */
  ownLogId(): Promise<string | undefined> {
    return this.#meta.get(ownLogKey)
  }

  /** Where the store lay when that log was begun. */
  place(): Promise<string | undefined> {
    return this.#meta.get(placeKey)
  }

  /** On disk when it resolves. */
  async beginLog(logId: LogId, place: string): Promise<void> {
    await this.#meta.batch(
      [
        { type: 'put', key: ownLogKey, value: logId },
        { type: 'put', key: placeKey, value: place },
      ],
      { sync: true } as never,
    )
  }

  /** Whether a fact of an own log with two branches was said again. */
  async isSalvaged(hash: FactHash): Promise<boolean> {
    return (await this.#meta.get(salvagedKey(hash))) !== undefined
  }

  /** On disk, all or none, when it resolves. `SHEAF_DISK_FULL`, `SHEAF_STORE_DAMAGED`. */
  async write(records: readonly FactRecord[], { logId, salvaged = [] }: MetaChange): Promise<void> {
    const meta = [
      ...(logId === undefined ? [] : [{ key: ownLogKey, value: logId as string }]),
      ...salvaged.map((hash) => ({ key: salvagedKey(hash), value: '' })),
    ].map((entry) => ({ type: 'put' as const, sublevel: this.#meta, ...entry }))
    const puts = records.map((record) => {
      return { type: 'put' as const, sublevel: this.#records, key: recordKey(record.body), value: recordToDisk(record) }
    })
    if (meta.length + puts.length === 0) return
    try {
      await this.#db.batch([...meta, ...puts] as never, { sync: true })
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
