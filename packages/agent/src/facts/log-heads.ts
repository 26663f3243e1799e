import type { FactHash, LogHead, LogId, PeerId } from '@sheaf/protocol'
import type { FactRecord } from './fact-record.js'

/** Names one log. */
export interface LogName {
  readonly author: PeerId
  readonly logId: LogId
}

interface LogState {
  /** The last fact that is stored, also one that does not count. */
  readonly last: { readonly seq: number; readonly hash: FactHash; readonly lamport: number } | undefined
  /** The log has two branches: what is stored counts, and is told of, up to here. */
  readonly frozen: { readonly seq: number; readonly hash: FactHash | undefined } | undefined
}

/** Names a log in a map. */
export function logKey(log: LogName): string {
  return `${log.author}/${log.logId}`
}

/** Where every log stands, and the highest Lamport counter seen. */
export class LogHeads {
  readonly #logs: Map<string, LogState & { readonly log: LogName }>
  #lamport: number

  constructor(from?: LogHeads) {
    this.#logs = new Map(from === undefined ? [] : from.#logs)
    this.#lamport = from === undefined ? 0 : from.#lamport
  }

  get lamport(): number {
    return this.#lamport
  }

  get size(): number {
    return this.#logs.size
  }

  /** Last sequence that is stored, also of a frozen log; 0 for a log that is not held. */
  stored(log: LogName): number {
    return this.#logs.get(logKey(log))?.last?.seq ?? 0
  }

  /** Hash and Lamport counter of the last fact that is stored. */
  last(log: LogName): LogState['last'] {
    return this.#logs.get(logKey(log))?.last
  }

  /** Last sequence of a log with two branches that counts; `undefined` for other logs. */
  frozenAt(log: LogName): number | undefined {
    return this.#logs.get(logKey(log))?.frozen?.seq
  }

  /** Where the log stands for everybody: what is stored, and before its fork. */
  head(log: LogName): LogHead {
    const { author, logId } = log
    const { last, frozen } = this.#logs.get(logKey(log)) ?? {}
    const at = last !== undefined && frozen !== undefined && frozen.seq < last.seq ? frozen : last
    const hash = at === undefined || at.seq === 0 ? undefined : at.hash
    return { author, logId, seq: at?.seq ?? 0, ...(hash === undefined ? {} : { hash }) }
  }

  list(): readonly LogHead[] {
    return [...this.#logs.values()].map(({ log }) => this.head(log)).filter(({ seq }) => seq > 0)
  }

  /** Logs with two branches, and the last sequence of each that counts. */
  frozen(): readonly LogHead[] {
    return [...this.#logs.values()].flatMap(({ log, frozen }) =>
      frozen === undefined ? [] : [{ ...log, seq: frozen.seq }],
    )
  }

  advance({ body: { author, logId, seq, lamport }, hash }: FactRecord): void {
    const key = logKey({ author, logId })
    const frozen = this.#logs.get(key)?.frozen
    this.#logs.set(key, { log: { author, logId }, last: { seq, hash, lamport }, frozen })
    this.#lamport = Math.max(this.#lamport, lamport)
  }

  /** Nothing above `seq` counts any more; `hash` is that of the fact there, where it is stored. */
  freeze(log: LogName, seq: number, hash: FactHash | undefined): void {
    const { author, logId } = log
    const known = this.#logs.get(logKey(log))
    this.#logs.set(logKey(log), { log: { author, logId }, last: known?.last, frozen: { seq, hash } })
  }
}
