import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { limits } from '@sheaf/protocol'

const everyMs = 20

/**
 * Counts what an agent has fetched of others' assets, in whole blocks, by the journals in its store. They go when their job
 * is completed, so they are looked at all the time, and the most that was seen counts.
 */
export class FetchCount {
  readonly #dir: string
  readonly #timer: NodeJS.Timeout
  #blocks = 0

  constructor(storePath: string) {
    this.#dir = join(storePath, 'assets')
    this.#timer = setInterval(() => this.#look(), everyMs)
  }

  /** Ends the counting. */
  stop(): number {
    clearInterval(this.#timer)
    this.#look()
    return this.#blocks * limits.assetBlockBytes
  }

  #look(): void {
    try {
      const journals = readdirSync(this.#dir, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.blocks'),
      )
      const lines = journals.map((name) => readFileSync(join(this.#dir, name), 'latin1').split('\n').length - 1)
      this.#blocks = Math.max(
        this.#blocks,
        lines.reduce((sum, count) => sum + count, 0),
      )
    } catch {
      // Not there yet, or just removed.
    }
  }
}
