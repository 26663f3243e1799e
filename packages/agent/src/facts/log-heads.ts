import type { FactBody, LogHead, LogId, PeerId } from '@sheaf/protocol'

interface LogState {
  readonly head: LogHead
  readonly lamport: number
}

/** Names a log in a map. */
export function logKey(log: { readonly author: PeerId; readonly logId: LogId }): string {
  return `${log.author}/${log.logId}`
}

/** Where every log stands, and the highest Lamport counter seen. */
export class LogHeads {
  readonly #logs: Map<string, LogState>
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

  /** 0 for a log that is not held. */
  seq(log: { readonly author: PeerId; readonly logId: LogId }): number {
    return this.#logs.get(logKey(log))?.head.seq ?? 0
  }

  /** Lamport counter of the log's last fact; 0 for a log that is not held. */
  lamportOf(log: { readonly author: PeerId; readonly logId: LogId }): number {
    return this.#logs.get(logKey(log))?.lamport ?? 0
  }

  list(): readonly LogHead[] {
    return [...this.#logs.values()].map((log) => log.head)
  }

  advance({ author, logId, seq, lamport }: FactBody): void {
    this.#logs.set(logKey({ author, logId }), { head: { author, logId, seq }, lamport })
    this.#lamport = Math.max(this.#lamport, lamport)
  }
}
