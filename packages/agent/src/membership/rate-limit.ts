/** How often something may happen: `burst` at once, then one each `everyMs`. */
export interface Rate {
  readonly burst: number
  readonly everyMs: number
}

/** Keys that are remembered; beyond that everybody new shares one. */
const mostKeys = 4096

/** A bucket of tokens for each key (an address), and one for all together. */
export class RateLimit {
  readonly #each: Rate
  readonly #all: Rate
  /** When each key's bucket will be full again. */
  readonly #fullAtMs = new Map<string, number>()
  #allFullAtMs = 0

  constructor(rates: { readonly each: Rate; readonly all: Rate }) {
    this.#each = rates.each
    this.#all = rates.all
  }

  /** Takes a token, if both buckets have one. */
  take(key: string, nowMs: number): boolean {
    const known = this.#fullAtMs.has(key) || this.#room(nowMs) ? key : ''
    const eachAtMs = next(this.#each, this.#fullAtMs.get(known) ?? 0, nowMs)
    const allAtMs = next(this.#all, this.#allFullAtMs, nowMs)
    if (eachAtMs === undefined || allAtMs === undefined) return false
    this.#fullAtMs.set(known, eachAtMs)
    this.#allFullAtMs = allAtMs
    return true
  }

  #room(nowMs: number): boolean {
    if (this.#fullAtMs.size < mostKeys) return true
    for (const [key, atMs] of this.#fullAtMs) if (atMs <= nowMs) this.#fullAtMs.delete(key)
    return this.#fullAtMs.size < mostKeys
  }
}

function next({ burst, everyMs }: Rate, fullAtMs: number, nowMs: number): number | undefined {
  const afterMs = Math.max(fullAtMs, nowMs) + everyMs
  return afterMs - nowMs > burst * everyMs ? undefined : afterMs
}
