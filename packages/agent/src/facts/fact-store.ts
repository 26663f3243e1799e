import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import {
  assertNever,
  limits,
  parseLogId,
  SheafError,
  toSheafError,
  type Fact,
  type FactIntent,
  type LogHead,
  type LogId,
  type PeerId,
  type SignedFact,
} from '@sheaf/protocol'
import type { Identity } from '../identity/index.js'
import {
  authorFact,
  factInvalid,
  readRecord,
  recordToDisk,
  signedFromDisk,
  verifyRecord,
  type FactRecord,
} from './fact-record.js'
import { LogHeads, logKey } from './log-heads.js'
import { storeDamaged, type StoreDatabase } from './store-database.js'

export interface FactStoreInit {
  /** Named in errors. */
  readonly dir: string
  readonly db: StoreDatabase
  readonly identity: Identity
}

/** Facts that have just reached this disk (synced), of known kinds, in the order in which they were stored. */
export interface FactsEvent {
  readonly facts: readonly Fact[]
  readonly origin: PeerId | 'self'
}

/** What became of facts from a peer. */
export interface IngestOutcome {
  /** Stored now; the others were here already, or refused. */
  readonly accepted: number
  /** Where the logs that were spoken of stand now, synced. */
  readonly heads: readonly LogHead[]
  /** One per log at most: the facts behind it wait until it comes right. */
  readonly refused: readonly SheafError[]
}

export interface FactStoreEvents {
  facts: [event: FactsEvent]
  /** Logs that grew, unknown kinds included. */
  grown: [heads: readonly LogHead[]]
}

type Task =
  | { readonly kind: 'append'; readonly intents: readonly FactIntent[]; readonly settle: Settle<readonly Fact[]> }
  | {
      readonly kind: 'ingest'
      readonly facts: readonly SignedFact[]
      readonly from: PeerId
      readonly settle: Settle<IngestOutcome>
    }
  | { readonly kind: 'note'; readonly heads: readonly LogHead[]; readonly settle: Settle<void> }

interface Settle<T> {
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}

/** What one synced batch writes, and what to do when it is on disk. */
interface Batch {
  readonly heads: LogHeads
  logId: LogId
  readonly records: FactRecord[]
  readonly done: (() => void)[]
  readonly failed: ((error: unknown) => void)[]
}

const recordsPerBatch = 4096
const verifiedPerTurn = 64
const ownLogKey = 'own-log'

/** The farm's memory on this machine: every member's log of signed facts. */
export class FactStore extends EventEmitter<FactStoreEvents> {
  readonly #init: FactStoreInit
  readonly #records
  readonly #meta
  readonly #tasks: Task[] = []
  #heads: LogHeads
  #logId: LogId
  #writing: Promise<void> = Promise.resolve()
  #isWriting = false
  #closed = false

  private constructor(init: FactStoreInit, heads: LogHeads, logId: LogId) {
    super()
    this.setMaxListeners(0)
    this.#init = init
    this.#records = recordsOf(init.db)
    this.#meta = metaOf(init.db)
    this.#heads = heads
    this.#logId = logId
  }

  /** Reads all records once. `SHEAF_STORE_DAMAGED` when one does not read back as it was written. */
  static async open(init: FactStoreInit): Promise<FactStore> {
    const heads = new LogHeads()
    for await (const { body } of readAll(init)) heads.advance(body)
    const kept = await metaOf(init.db).get(ownLogKey)
    const logId = kept === undefined ? newLogId() : parseLogId(kept)
    if (logId === undefined) throw storeDamaged(init.dir, 'the id of its own log is not one')
    if (kept === undefined) await metaOf(init.db).put(ownLogKey, logId, { sync: true } as never)
    return new FactStore(init, heads, logId)
  }

  /** Id of the log that `append` writes. */
  get ownLogId(): LogId {
    return this.#logId
  }

  /** Last sequence of every log, all synced. */
  heads(): readonly LogHead[] {
    return this.#heads.list()
  }

  /** Last sequence of one log; 0 when nothing of it is here. */
  headOf(log: { readonly author: PeerId; readonly logId: LogId }): number {
    return this.#heads.seq(log)
  }

  /** Authors facts: stamped, signed, synced, then emitted and returned. Concurrent calls share one sync. `SHEAF_WIRE_*`, `SHEAF_DISK_FULL`. */
  append(intents: readonly FactIntent[]): Promise<readonly Fact[]> {
    return new Promise((resolve, reject) => this.#submit({ kind: 'append', intents, settle: { resolve, reject } }))
  }

  /** Takes in what a peer sent: verified, without gaps, synced, then emitted. Rejects only when the disk does. */
  ingest(facts: readonly SignedFact[], from: PeerId): Promise<IngestOutcome> {
    return new Promise((resolve, reject) => this.#submit({ kind: 'ingest', facts, from, settle: { resolve, reject } }))
  }

  /** When a peer knows more of our own log than we do (a restored backup), we write another one from now on. */
  noteHeads(heads: readonly LogHead[]): Promise<void> {
    // The usual answer needs no turn of the writer, which has to decide: the peer may have heard of what is being written.
    if (!this.#isBehind(heads, this.#heads, this.#logId)) return Promise.resolve()
    return new Promise((resolve, reject) => this.#submit({ kind: 'note', heads, settle: { resolve, reject } }))
  }

  /** Facts of one log from `fromSeq` on, as signed: at most `max.count`, and stops after `max.bytes`. */
  async range(
    log: { readonly author: PeerId; readonly logId: LogId },
    fromSeq: number,
    max: { readonly count: number; readonly bytes: number },
  ): Promise<readonly SignedFact[]> {
    const facts: SignedFact[] = []
    let bytes = 0
    const bounds = { gte: recordKey({ ...log, seq: fromSeq }), lt: `${logKey(log)}/~`, limit: max.count }
    for await (const value of this.#records.values(bounds)) {
      const signed = signedFromDisk(value)
      if (signed === undefined) throw storeDamaged(this.#init.dir, `a fact of log ${log.logId} does not read back`)
      facts.push(signed)
      bytes += value.byteLength
      if (bytes >= max.bytes) break
    }
    return facts
  }

  /** Every stored fact of a known kind, for the start. Order is that of the store, not of the farm. */
  async *replay(): AsyncIterable<Fact> {
    for await (const { fact } of readAll(this.#init)) if (fact !== undefined) yield fact
  }

  /** Waits for what is being written; afterwards `append` rejects. The database stays open. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#writing
  }

  #submit(task: Task): void {
    if (this.#closed) {
      task.settle.reject(new SheafError({ code: 'SHEAF_AGENT_NOT_RUNNING', message: 'The fact store is closed.' }))
      return
    }
    this.#tasks.push(task)
    if (!this.#isWriting) this.#writing = this.#drain()
  }

  /** Its end is marked in the same turn in which it finds nothing more: a task that comes a microtask later starts anew. */
  async #drain(): Promise<void> {
    this.#isWriting = true
    while (this.#tasks.length > 0) await this.#writeBatch()
    this.#isWriting = false
  }

  async #writeBatch(): Promise<void> {
    const batch: Batch = { heads: new LogHeads(this.#heads), logId: this.#logId, records: [], done: [], failed: [] }
    for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) {
      await this.#stage(batch, task)
      if (batch.records.length >= recordsPerBatch) break
    }
    await this.#write(batch)
  }

  async #stage(batch: Batch, task: Task): Promise<void> {
    switch (task.kind) {
      case 'append':
        return this.#stageAppend(batch, task)
      case 'ingest':
        return this.#stageIngest(batch, task)
      case 'note':
        return this.#stageNote(batch, task)
      default:
        return assertNever(task)
    }
  }

  async #stageNote(batch: Batch, { heads, settle }: Extract<Task, { kind: 'note' }>): Promise<void> {
    batch.done.push(() => settle.resolve())
    batch.failed.push(settle.reject)
    if (this.#isBehind(heads, batch.heads, batch.logId)) batch.logId = newLogId()
  }

  #isBehind(heads: readonly LogHead[], held: LogHeads, logId: LogId): boolean {
    const own = heads.find((head) => head.author === this.#init.identity.peerId && head.logId === logId)
    return own !== undefined && own.seq > held.seq(own)
  }

  #stageAppend(batch: Batch, { intents, settle }: Extract<Task, { kind: 'append' }>): void {
    const log = { author: this.#init.identity.peerId, logId: batch.logId }
    const first = { seq: batch.heads.seq(log) + 1, lamport: batch.heads.lamport + 1 }
    let records: readonly FactRecord[]
    try {
      records = intents.map((intent, n) =>
        authorFact(this.#init.identity, intent, { logId: log.logId, seq: first.seq + n, lamport: first.lamport + n }),
      )
    } catch (error) {
      settle.reject(error)
      return
    }
    const facts = knownFacts(records)
    stage(batch, records)
    batch.failed.push(settle.reject)
    batch.done.push(() => {
      settle.resolve(facts)
      if (facts.length > 0) this.#tell('facts', { facts, origin: 'self' })
    })
  }

  async #stageIngest(batch: Batch, { facts, from, settle }: Extract<Task, { kind: 'ingest' }>): Promise<void> {
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
        this.#checkPlace(batch, record)
        if (++verified % verifiedPerTurn === 0) await new Promise((resolve) => setImmediate(resolve))
        verifyRecord(record)
        if (record.body.author === this.#init.identity.peerId && record.body.logId === batch.logId) {
          batch.logId = newLogId()
        }
        stage(batch, [record])
        accepted.push(record)
      } catch (error) {
        refused.set(key, toSheafError(error, { code: 'SHEAF_FACT_INVALID', message: 'a fact could not be read' }))
      }
    }
    const known = knownFacts(accepted)
    batch.failed.push(settle.reject)
    batch.done.push(() => {
      const heads = [...spokenOf.values()].map(({ author, logId }) => {
        return { author, logId, seq: this.#heads.seq({ author, logId }) }
      })
      settle.resolve({ accepted: accepted.length, heads, refused: [...refused.values()] })
      if (known.length > 0) this.#tell('facts', { facts: known, origin: from })
    })
  }

  #checkPlace({ heads }: Batch, { body }: FactRecord): void {
    const held = heads.seq(body)
    if (body.seq !== held + 1) throw factInvalid(body, `it does not follow ${held}, the last one held`)
    if (body.lamport <= heads.lamportOf(body)) throw factInvalid(body, 'its Lamport counter does not grow')
    if (held === 0 && heads.size >= limits.logsPerFarm) throw factInvalid(body, `there are ${heads.size} logs already`)
  }

  async #write(batch: Batch): Promise<void> {
    try {
      // First the new log's id: facts of a log that is forgotten would be continued by nobody, which harms nothing.
      if (batch.logId !== this.#logId) await this.#meta.put(ownLogKey, batch.logId, { sync: true } as never)
      if (batch.records.length > 0) {
        const puts = batch.records.map((record) => {
          return { type: 'put' as const, key: recordKey(record.body), value: recordToDisk(record) }
        })
        // `sync` is an option of the database below the sublevel, which passes it on.
        await this.#records.batch(puts, { sync: true } as never)
      }
    } catch (cause) {
      const error = this.#writeError(cause)
      for (const fail of batch.failed) fail(error)
      return
    }
    this.#heads = batch.heads
    this.#logId = batch.logId
    const grown = new Map(batch.records.map(({ body }) => [logKey(body), body]))
    for (const done of batch.done) done()
    if (grown.size > 0) {
      this.#tell(
        'grown',
        [...grown.values()].map(({ author, logId, seq }) => ({ author, logId, seq })),
      )
    }
  }

  /** A listener that throws must not undo what is on disk; its error still surfaces. */
  #tell(event: 'facts', value: FactsEvent): void
  #tell(event: 'grown', value: readonly LogHead[]): void
  #tell(event: 'facts' | 'grown', value: never): void {
    try {
      this.emit(event, value)
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }

  #writeError(cause: unknown): SheafError {
    const text = cause instanceof Error ? cause.message : ''
    // LevelDB reports the system's words and no code.
    if (/no space left|disk quota/i.test(text)) {
      return new SheafError({
        code: 'SHEAF_DISK_FULL',
        message: `There is no space left for the facts in ${this.#init.dir}.`,
        hint: 'Free some space on that disk; nothing that was acknowledged is lost.',
        cause,
      })
    }
    return storeDamaged(this.#init.dir, 'its database cannot be written', cause)
  }
}

function stage(batch: Batch, records: readonly FactRecord[]): void {
  for (const record of records) {
    batch.records.push(record)
    batch.heads.advance(record.body)
  }
}

function knownFacts(records: readonly FactRecord[]): readonly Fact[] {
  return records.flatMap(({ fact }) => (fact === undefined ? [] : [fact]))
}

function newLogId(): LogId {
  const logId = parseLogId(randomBytes(16).toString('hex'))
  if (logId === undefined) throw new Error('32 hex digits are no log id')
  return logId
}

/** Sorts by log, then by sequence. */
function recordKey({
  author,
  logId,
  seq,
}: {
  readonly author: PeerId
  readonly logId: LogId
  readonly seq: number
}): string {
  return `${logKey({ author, logId })}/${seq.toString(16).padStart(14, '0')}`
}

function recordsOf(db: StoreDatabase) {
  return db.sublevel<string, Uint8Array>('facts', { valueEncoding: 'view' })
}

function metaOf(db: StoreDatabase) {
  return db.sublevel('facts-meta', { valueEncoding: 'utf8' })
}

async function* readAll({ db, dir }: FactStoreInit): AsyncIterable<FactRecord> {
  let previous: FactRecord['body'] | undefined
  try {
    for await (const [key, value] of recordsOf(db).iterator()) {
      const signed = signedFromDisk(value)
      if (signed === undefined) throw storeDamaged(dir, `the fact ${key} does not read back as it was written`)
      const record = readRecord(signed)
      const { body } = record
      const follows = previous !== undefined && logKey(previous) === logKey(body) ? previous.seq + 1 : 1
      if (recordKey(body) !== key || body.seq !== follows) throw storeDamaged(dir, `a fact before ${key} is missing`)
      previous = body
      yield record
    }
  } catch (error) {
    throw error instanceof SheafError && error.code === 'SHEAF_STORE_DAMAGED'
      ? error
      : storeDamaged(dir, 'its facts cannot be read', error)
  }
}
