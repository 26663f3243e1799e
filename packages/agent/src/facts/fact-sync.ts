import type { Fact } from '@sheaf/protocol'
import type { Log } from '../log/index.js'
import type { FarmNetwork } from '../network/index.js'
import type { FactStore } from './fact-store.js'

export interface FactSyncComponents {
  readonly network: FarmNetwork
  readonly store: FactStore
  readonly log?: Log | undefined
}

export interface FactSyncInit {
  /** Every so often all heads are exchanged again, in ms. Default 10 s. */
  readonly headsIntervalMs?: number | undefined
}

/** Makes this agent's fact set and those of all its peers one set. Construct before `network.start()`. */
export class FactSync {
  constructor(
    readonly components: FactSyncComponents,
    readonly init: FactSyncInit = {},
  ) {}

  /** Idempotent. */
  start(): Promise<void> {
    return Promise.reject(new Error('not implemented'))
  }

  /** Idempotent. */
  stop(): Promise<void> {
    return Promise.resolve()
  }

  /** Resolves when `peers` peers have said that the fact (and all before it in its log) is on their disks. */
  whenReplicated(_fact: Fact, _peers: number, _options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    return Promise.reject(new Error('not implemented'))
  }
}
