import { setTimeout as delay } from 'node:timers/promises'
import { isSheafError, type JobId } from '@sheaf/protocol'
import type { Log } from '../log/index.js'

/** Tries of one fetch: pauses that grow from `firstPauseMs`, none begun after `patienceMs`. */
export interface RetryTimes {
  readonly firstPauseMs: number
  readonly patienceMs: number
}

/** Errors after which asking again can help: the peer may come back. */
const passing = new Set(['SHEAF_PEER_UNREACHABLE', 'SHEAF_TIMEOUT', 'SHEAF_BLOB_CORRUPT', 'SHEAF_BLOB_NOT_FOUND'])

/**
 * Long enough for the submitter's agent to be started again. After it the slot is for other work; the
 * coordinator leases the segment again later.
 */
const patient: RetryTimes = { firstPauseMs: 200, patienceMs: 30_000 }
const longestPauseMs = 3000

export interface PatienceInit {
  readonly isOpen: (jobId: JobId) => boolean
  readonly log: Log
  readonly retry?: RetryTimes | undefined
  /** Ends all waiting. */
  readonly signal: AbortSignal
}

/** Tries again with growing pauses while a job lives: the machine that has its things may be restarting. */
export class Patience {
  readonly #init: PatienceInit

  constructor(init: PatienceInit) {
    this.#init = init
  }

  /** Rejects with the last error of `fetch` when that does not pass, or with the signal's reason. */
  async untilThere<T>(jobId: JobId, what: string, fetch: () => Promise<T>): Promise<T> {
    const { isOpen, log, signal } = this.#init
    const { firstPauseMs, patienceMs } = this.#init.retry ?? patient
    const sinceMs = performance.now()
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        signal.throwIfAborted()
        return await fetch()
      } catch (error) {
        const given = performance.now() - sinceMs + pauseMs
        if (
          !isOpen(jobId) ||
          signal.aborted ||
          given > patienceMs ||
          !isSheafError(error) ||
          !passing.has(error.code)
        ) {
          throw error
        }
        log.info({ jobId, what, error }, 'waiting for the submitter to serve it')
        await delay(pauseMs, undefined, { ref: false, signal })
      }
    }
  }
}
