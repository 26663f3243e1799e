import { EventEmitter } from 'node:events'
import type { Fact, FactIntent, LogId, PeerId } from '@sheaf/protocol'
import type { Identity } from '../identity/index.js'
import type { StoreDatabase } from './store-database.js'

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

/** Last sequence that is held of one log. */
export interface LogHead {
  readonly author: PeerId
  readonly logId: LogId
  readonly seq: number
}

export interface FactStoreEvents {
  facts: [event: FactsEvent]
  /** Logs that grew, unknown kinds included. */
  grown: [heads: readonly LogHead[]]
}

/** The farm's memory on this machine: every member's log of signed facts. */
export class FactStore extends EventEmitter<FactStoreEvents> {
  /** Reads the heads of all logs. `SHEAF_STORE_DAMAGED` when a record does not read back as it was written. */
  static open(_init: FactStoreInit): Promise<FactStore> {
    return Promise.reject(new Error('not implemented'))
  }

  /** Authors facts: stamped, signed, synced, then emitted and returned. Concurrent calls share one sync. */
  append(_intents: readonly FactIntent[]): Promise<readonly Fact[]> {
    return Promise.reject(new Error('not implemented'))
  }

  /** Every stored fact of a known kind, for the start. Order is that of the store, not of the farm. */
  replay(): AsyncIterable<Fact> {
    throw new Error('not implemented')
  }

  /** Waits for what is being written; afterwards `append` rejects. The database stays open. */
  close(): Promise<void> {
    return Promise.resolve()
  }
}
