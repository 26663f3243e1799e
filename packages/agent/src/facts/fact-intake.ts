import {
  toSheafError,
  type FactIntent,
  type FactPayloads,
  type FarmKeyId,
  type SheafError,
  type SignedFact,
} from '@sheaf/protocol'
import { checkContent, checkPlace } from './check-fact.js'
import { newLogId, stageRecords } from './fact-batch.js'
import { readRecord, verifyRecord, type FactRecord } from './fact-record.js'
import { logKey } from './log-heads.js'
import { firstDifference, proofOf, salvage, storedRecord, takeProof, type ForkPlace } from './log-forks.js'

/** What became of facts from a peer, before they are on disk. */
export interface Intake {
  readonly accepted: readonly FactRecord[]
  /** One body of each log that was spoken of. */
  readonly spokenOf: readonly FactRecord['body'][]
  /** One per log at most: the facts behind it wait until it comes right. */
  readonly refused: readonly SheafError[]
  /** What this store has to say of it: forks that it found, and facts of own logs that are to be said again. */
  readonly intents: readonly FactIntent[]
}

/** Where facts are taken in. */
export interface IntakePlace extends ForkPlace {
  /** Farm keys under which certificates count. */
  readonly farmKeys: ReadonlySet<FarmKeyId>
}

const verifiedPerTurn = 64

/** Verifies facts from a peer, stages those that continue their logs, and notices logs with two branches. */
export async function takeIn(place: IntakePlace, facts: readonly SignedFact[]): Promise<Intake> {
  const intake = new FactIntake(place)
  for (const signed of facts) await intake.take(signed)
  await intake.lookAtRepeats()
  return intake.result()
}

class FactIntake {
  readonly #place: IntakePlace
  readonly #accepted: FactRecord[] = []
  readonly #spokenOf = new Map<string, FactRecord['body']>()
  readonly #refused = new Map<string, SheafError>()
  readonly #repeats = new Map<string, FactRecord[]>()
  readonly #proofs: FactPayloads['log-forked'][] = []
  #verified = 0

  constructor(place: IntakePlace) {
    this.#place = place
  }

  async take(signed: SignedFact): Promise<void> {
    let key = ''
    try {
      const record = readRecord(signed)
      key = logKey(record.body)
      this.#spokenOf.set(key, record.body)
      if (!this.#refused.has(key)) await this.#takeRecord(record, key)
    } catch (error) {
      this.#refused.set(key, toSheafError(error, { code: 'SHEAF_FACT_INVALID', message: 'a fact could not be read' }))
    }
  }

  /** Facts that are stored already come again at times; one that is not what is stored proves a fork. */
  async lookAtRepeats(): Promise<void> {
    for (const [key, came] of this.#repeats) {
      const found = await firstDifference(this.#place, came)
      if (found === undefined) continue
      try {
        verifyRecord(found.other)
        await this.#forked(found.stored, found.other)
      } catch (error) {
        this.#refused.set(key, toSheafError(error, { code: 'SHEAF_FACT_INVALID', message: 'a fact could not be read' }))
      }
    }
  }

  async result(): Promise<Intake> {
    const again = await salvage(this.#place, this.#place.batch.again.splice(0))
    const forks = this.#proofs.map((payload): FactIntent => ({ kind: 'log-forked', payload }))
    return {
      accepted: this.#accepted,
      spokenOf: [...this.#spokenOf.values()],
      refused: [...this.#refused.values()],
      intents: [...forks, ...again],
    }
  }

  async #takeRecord(record: FactRecord, key: string): Promise<void> {
    const { batch, farmKeys, self } = this.#place
    const { body, fact } = record
    if (body.seq > (batch.heads.frozenAt(body) ?? Infinity)) return this.#takeUnread(record)
    if (body.seq <= batch.heads.stored(body)) {
      this.#repeats.set(key, [...(this.#repeats.get(key) ?? []), record])
      return
    }
    checkPlace(batch, record)
    if (++this.#verified % verifiedPerTurn === 0) await new Promise((resolve) => setImmediate(resolve))
    checkContent(record, farmKeys)
    const before = batch.heads.last(body)
    if (body.prev !== before?.hash) return this.#doesNotFollow(record)
    // Somebody writes our log: a copy of this store, or this one before it was restored from a backup.
    if (body.author === self && body.logId === batch.logId) batch.logId = newLogId()
    stageRecords(batch, [record])
    this.#accepted.push(record)
    if (fact?.kind === 'log-forked') await takeProof(this.#place, fact.payload)
  }

  /** Of a log with two branches nothing more is stored; what we said ourselves on either is said again. */
  #takeUnread(record: FactRecord): void {
    if (record.body.author !== this.#place.self) return
    verifyRecord(record)
    this.#place.batch.again.push(record)
  }

  async #doesNotFollow(record: FactRecord): Promise<void> {
    const stored = await storedRecord(this.#place, record.body, record.body.seq - 1)
    if (stored !== undefined) await this.#forked(stored, record)
    this.#takeUnread(record)
  }

  async #forked(stored: FactRecord, other: FactRecord): Promise<void> {
    const proof = proofOf(stored, other)
    if (proof === undefined || !(await takeProof(this.#place, proof))) return
    this.#proofs.push(proof)
    if (other.body.author === this.#place.self) this.#place.batch.again.push(other)
  }
}
