/** Progress of a transfer that several callers may watch. */
export type ProgressListener = (doneBytes: number) => void

interface Entry<T> {
  readonly result: Promise<T>
  readonly abort: AbortController
  readonly listeners: Set<ProgressListener>
  waiting: number
}

/**
 * Callers that want the same thing at the same time share one transfer. It goes on while anybody waits for it.
 * Transfers above `parallel` wait for their turn, in order.
 */
export class SharedTransfers<T> {
  readonly #entries = new Map<string, Entry<T>>()
  readonly #ending = new Map<string, Promise<void>>()
  readonly #parallel: number
  readonly #queue: (() => void)[] = []
  #running = 0

  constructor(parallel: number) {
    this.#parallel = parallel
  }

  /** Rejects with the signal's reason when it aborts; the last to leave waits until the transfer has stopped. */
  async join(
    key: string,
    transfer: (signal: AbortSignal, tell: ProgressListener) => Promise<T>,
    options: { readonly signal?: AbortSignal | undefined; readonly onProgress?: ProgressListener | undefined },
  ): Promise<T> {
    options.signal?.throwIfAborted()
    const entry = this.#entries.get(key) ?? this.#begin(key, transfer)
    if (options.onProgress !== undefined) entry.listeners.add(options.onProgress)
    entry.waiting += 1
    try {
      return await raceAbort(entry.result, options.signal)
    } finally {
      if (options.onProgress !== undefined) entry.listeners.delete(options.onProgress)
      entry.waiting -= 1
      if (entry.waiting === 0 && this.#entries.get(key) === entry) await this.#abandon(key, entry)
    }
  }

  async #abandon(key: string, entry: Entry<T>): Promise<void> {
    this.#entries.delete(key)
    entry.abort.abort(new Error('nobody waits for the transfer'))
    const ended = entry.result.then(
      () => undefined,
      () => undefined,
    )
    this.#ending.set(key, ended)
    await ended
    if (this.#ending.get(key) === ended) this.#ending.delete(key)
  }

  #begin(key: string, transfer: (signal: AbortSignal, tell: ProgressListener) => Promise<T>): Entry<T> {
    const abort = new AbortController()
    const listeners = new Set<ProgressListener>()
    const tell: ProgressListener = (doneBytes) => {
      for (const listener of listeners) listener(doneBytes)
    }
    // Two transfers of one thing must not write to one place: the abandoned one stops first.
    const before = this.#ending.get(key) ?? Promise.resolve()
    const result = before.then(() => this.#inTurn(abort.signal, () => transfer(abort.signal, tell)))
    const entry: Entry<T> = { result, abort, listeners, waiting: 0 }
    this.#entries.set(key, entry)
    const forget = (): void => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
    }
    result.then(forget, forget)
    return entry
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#queue.splice(this.#queue.indexOf(turn), 1)
        reject(signal.reason as Error)
      }
      const turn = (): void => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      }
      this.#queue.push(turn)
      if (signal.aborted) onAbort()
      else signal.addEventListener('abort', onAbort, { once: true })
    })
  }

  async #inTurn(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#parallel) await this.#turn(signal)
    else this.#running += 1
    try {
      signal.throwIfAborted()
      return await act()
    } finally {
      // The turn is handed on, so `running` stays, or given back.
      const next = this.#queue.shift()
      if (next === undefined) this.#running -= 1
      else next()
    }
  }
}

function raceAbort<T>(result: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return result
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', onAbort, { once: true })
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
