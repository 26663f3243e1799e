import { EventEmitter } from 'node:events'
import {
  assertNever,
  SheafError,
  type Credentials,
  type Fact,
  type FactIntent,
  type LogHead,
  type LogId,
  type PeerId,
  type SignedFact,
} from '@sheaf/protocol'
import type { Identity } from '../identity/index.js'
import { knownFacts, newBatch, newLogId, stageRecords, type FactBatch } from './fact-batch.js'
import { takeIn } from './fact-intake.js'
import { authorFact, type FactRecord } from './fact-record.js'
import { FactTable } from './fact-table.js'
import { logKey, type LogHeads, type LogName } from './log-heads.js'
import { openLogs, type OpenedLogs } from './open-logs.js'
import { certifiedKey, checkAllowed, ownPapers } from './own-papers.js'
import type { StoreDatabase } from './store-database.js'

export interface FactStoreInit {
  /** Named in errors. */
  readonly dir: string
  readonly db: StoreDatabase
  readonly identity: Identity
  /** This agent's place in its farm; renewed certificates are said with the next fact. */
  readonly membership: { readonly credentials: Credentials }
  /** Text that differs where a copy of this store lies: there another log is begun. Default: never. */
  readonly place?: string | undefined
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
  /** Logs that were found to have two branches. */
  forked: [logs: readonly LogName[]]
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
  #certified: string | undefined
  #writing: Promise<void> = Promise.resolve()
  #isWriting = false
  #closed = false

  private constructor(init: FactStoreInit, table: FactTable, opened: OpenedLogs) {
    super()
    this.setMaxListeners(0)
    this.#init = init
    this.#table = table
    this.#heads = opened.heads
    this.#logId = opened.logId
    this.#certified = opened.certified
  }

  /** Reads all records once. `SHEAF_STORE_DAMAGED` when one does not read back as it was written. */
  static async open(init: FactStoreInit): Promise<FactStore> {
    const table = new FactTable(init.db, init.membership.credentials.farmId, init.dir)
    return new FactStore(init, table, await openLogs(table, { ...init, self: init.identity.peerId }))
  }

  /** Id of the log that `append` writes. */
  get ownLogId(): LogId {
    return this.#logId
  }

  /** Where every log stands, all synced; of one with two branches what lies before them. */
  heads(): readonly LogHead[] {
    return this.#heads.list()
  }

  /** Last sequence of one log that counts; 0 when nothing of it is here. */
  headOf(log: LogName): number {
    return this.#heads.head(log).seq
  }

  /** Where one log stands; 0 when nothing of it is here. */
  head(log: LogName): LogHead {
    return this.#heads.head(log)
  }

  /** Logs with two branches, and the last sequence of each that counts. */
  frozen(): readonly LogHead[] {
    return this.#heads.frozen()
  }

  /** Last sequence of one log that is stored, also of a branch that does not count. */
  storedOf(log: LogName): number {
    return this.#heads.stored(log)
  }

  /** Authors facts: stamped, signed, synced, then emitted and returned. Concurrent calls share one sync. `SHEAF_NOT_ALLOWED` for what this agent's role may not say, `SHEAF_WIRE_*`, `SHEAF_DISK_FULL`. */
  append(intents: readonly FactIntent[]): Promise<readonly Fact[]> {
    return new Promise((resolve, reject) => this.#submit({ kind: 'append', intents, settle: { resolve, reject } }))
  }

  /** Says this agent's certificates if its log does not say them yet: so it is known also while it is away. */
  async certify(): Promise<void> {
    await this.append([])
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
    const batch = newBatch(this.#heads, this.#logId, this.#certified)
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
    return own !== undefined && own.seq > held.stored(own)
  }

  #stageAppend(batch: FactBatch, { intents, settle }: Extract<Task, { kind: 'append' }>): void {
    let records: readonly FactRecord[]
    try {
      records = this.#author(batch, intents, 'certify')
    } catch (error) {
      settle.reject(error)
      return
    }
    const facts = knownFacts(records)
    batch.failed.push(settle.reject)
    batch.done.push(() => {
      settle.resolve(intents.length === 0 ? [] : facts.slice(-intents.length))
      if (facts.length > 0) this.#tell('facts', { facts, origin: 'self' })
    })
  }

  /** Stages own facts; before the first of a log, and when they were renewed, this agent's certificates. */
  #author(batch: FactBatch, intents: readonly FactIntent[], alone?: 'certify'): readonly FactRecord[] {
    const { identity, membership } = this.#init
    const papers = ownPapers(membership.credentials.chain)
    for (const intent of intents) checkAllowed(intent, papers.payload.certificate)
    const log = { author: identity.peerId, logId: batch.logId }
    const isCertified = batch.certified === certifiedKey(log.logId, papers.key)
    const said = isCertified || (intents.length === 0 && alone === undefined) ? intents : [papers, ...intents]
    const records: FactRecord[] = []
    let last = batch.heads.last(log)
    for (const intent of said) {
      const lamport = Math.max(batch.heads.lamport, last?.lamport ?? 0) + 1
      const record = authorFact(identity, intent, {
        logId: log.logId,
        seq: (last?.seq ?? 0) + 1,
        lamport,
        prev: last?.hash,
      })
      records.push(record)
      last = { seq: record.body.seq, hash: record.hash, lamport }
    }
    // Nothing is staged before all could be written.
    stageRecords(batch, records)
    if (records.length > 0) batch.certified = certifiedKey(log.logId, papers.key)
    return records
  }

  async #stageIngest(batch: FactBatch, { facts, from, settle }: Extract<Task, { kind: 'ingest' }>): Promise<void> {
    const { identity, membership } = this.#init
    const farmKeys = new Set([membership.credentials.farmKey])
    const place = { batch, table: this.#table, self: identity.peerId, farmKeys }
    const { accepted, spokenOf, refused, intents } = await takeIn(place, facts)
    const known = knownFacts(accepted)
    const own = knownFacts(this.#author(batch, intents))
    batch.failed.push(settle.reject)
    batch.done.push(() => {
      settle.resolve({ accepted: accepted.length, heads: spokenOf.map((log) => this.#heads.head(log)), refused })
      if (known.length > 0) this.#tell('facts', { facts: known, origin: from })
      if (own.length > 0) this.#tell('facts', { facts: own, origin: 'self' })
    })
  }

  async #write(batch: FactBatch): Promise<void> {
    try {
      const logId = batch.logId === this.#logId ? undefined : batch.logId
      await this.#table.write(batch.records, { logId, salvaged: batch.salvaged })
    } catch (error) {
      for (const fail of batch.failed) fail(error)
      return
    }
    this.#heads = batch.heads
    this.#logId = batch.logId
    this.#certified = batch.certified
    const grown = new Map(batch.records.map(({ body }) => [logKey(body), body]))
    for (const done of batch.done) done()
    if (grown.size > 0) {
      this.#tell(
        'grown',
        [...grown.values()].map((log) => this.#heads.head(log)),
      )
    }
    if (batch.forked.length > 0) this.#tell('forked', batch.forked)
  }

  /** A listener that throws must not undo what is on disk; its error still surfaces. */
  #tell(event: 'facts', value: FactsEvent): void
  #tell(event: 'grown', value: readonly LogHead[]): void
  #tell(event: 'forked', value: readonly LogName[]): void
  #tell(event: keyof FactStoreEvents, value: never): void {
    try {
      this.emit(event, value)
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }
}
