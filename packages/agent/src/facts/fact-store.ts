import { EventEmitter } from 'node:events'
import {
  assertNever,
  parseLogId,
  SheafError,
  type Fact,
  type FactIntent,
  type LogHead,
  type LogId,
  type PeerId,
  type SignedFact,
} from '@sheaf/protocol'
import type { Identity } from '../identity/index.js'
import { knownFacts, newLogId, stageRecords, type FactBatch } from './fact-batch.js'
import { takeIn } from './fact-intake.js'
import { authorFact, type FactRecord } from './fact-record.js'
import { FactTable, type LogName } from './fact-table.js'
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

const recordsPerBatch = 4096

/** The farm's memory on this machine: every member's log of signed facts. */
export class FactStore extends EventEmitter<FactStoreEvents> {
  readonly #init: FactStoreInit
  readonly #table: FactTable
  readonly #tasks: Task[] = []
  #heads: LogHeads
  #logId: LogId
  #writing: Promise<void> = Promise.resolve()
  #isWriting = false
  #closed = false

  private constructor(init: FactStoreInit, table: FactTable, { heads, logId }: { heads: LogHeads; logId: LogId }) {
    super()
    this.setMaxListeners(0)
    this.#init = init
    this.#table = table
    this.#heads = heads
    this.#logId = logId
  }

  /** Reads all records once. `SHEAF_STORE_DAMAGED` when one does not read back as it was written. */
  static async open(init: FactStoreInit): Promise<FactStore> {
    const table = new FactTable(init.db, init.dir)
    const heads = new LogHeads()
    for await (const { body } of table.readAll()) heads.advance(body)
    const kept = await table.ownLogId()
    const logId = kept === undefined ? newLogId() : parseLogId(kept)
    if (logId === undefined) throw storeDamaged(init.dir, 'the id of its own log is not one')
    if (kept === undefined) await table.setOwnLogId(logId)
    return new FactStore(init, table, { heads, logId })
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
  headOf(log: LogName): number {
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
  range(
    log: LogName,
    fromSeq: number,
    max: { readonly count: number; readonly bytes: number },
  ): Promise<readonly SignedFact[]> {
    return this.#table.range(log, fromSeq, max)
  }

  /** Every stored fact of a known kind, for the start. Order is that of the store, not of the farm. */
  async *replay(): AsyncIterable<Fact> {
    for await (const { fact } of this.#table.readAll()) if (fact !== undefined) yield fact
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
    const batch: FactBatch = { heads: new LogHeads(this.#heads), logId: this.#logId, records: [], done: [], failed: [] }
    for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) {
      await this.#stage(batch, task)
      if (batch.records.length >= recordsPerBatch) break
    }
    await this.#write(batch)
  }

  async #stage(batch: FactBatch, task: Task): Promise<void> {
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

  async #stageNote(batch: FactBatch, { heads, settle }: Extract<Task, { kind: 'note' }>): Promise<void> {
    batch.done.push(() => settle.resolve())
    batch.failed.push(settle.reject)
    if (this.#isBehind(heads, batch.heads, batch.logId)) batch.logId = newLogId()
  }

  #isBehind(heads: readonly LogHead[], held: LogHeads, logId: LogId): boolean {
    const own = heads.find((head) => head.author === this.#init.identity.peerId && head.logId === logId)
    return own !== undefined && own.seq > held.seq(own)
  }

  #stageAppend(batch: FactBatch, { intents, settle }: Extract<Task, { kind: 'append' }>): void {
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
    stageRecords(batch, records)
    batch.failed.push(settle.reject)
    batch.done.push(() => {
      settle.resolve(facts)
      if (facts.length > 0) this.#tell('facts', { facts, origin: 'self' })
    })
  }

  async #stageIngest(batch: FactBatch, { facts, from, settle }: Extract<Task, { kind: 'ingest' }>): Promise<void> {
    const { accepted, spokenOf, refused } = await takeIn(batch, facts, this.#init.identity.peerId)
    const known = knownFacts(accepted)
    batch.failed.push(settle.reject)
    batch.done.push(() => {
      const heads = spokenOf.map(({ author, logId }) => ({ author, logId, seq: this.#heads.seq({ author, logId }) }))
      settle.resolve({ accepted: accepted.length, heads, refused })
      if (known.length > 0) this.#tell('facts', { facts: known, origin: from })
    })
  }

  async #write(batch: FactBatch): Promise<void> {
    try {
      await this.#table.write(batch.records, batch.logId === this.#logId ? undefined : batch.logId)
    } catch (error) {
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
}
