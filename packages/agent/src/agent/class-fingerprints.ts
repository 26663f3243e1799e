import { isSheafError } from '@sheaf/protocol'
import type { EngineClass } from '../engine/index.js'

/** A class that is measured by itself, besides the base. */
export type OtherClass = Exclude<EngineClass, 'base'>

export interface ClassFingerprintsInit {
  readonly measure: (engineClass: OtherClass) => Promise<string>
  readonly nowMs: () => number
}

/** Pauses before what failed in the background is tried again there: doubled each time, an hour at most. */
const FIRST_PAUSE_MS = 30_000
const LONGEST_PAUSE_MS = 3_600_000

/**
 * The fingerprints of classes of jobs, each measured when it is asked for first. A failure may have been a matter of
 * the moment (memory, a full disk) and is not kept; only a build without the encoder stays one until a restart.
 */
export class ClassFingerprints {
  readonly #init: ClassFingerprintsInit
  readonly #found = new Map<OtherClass, Promise<string>>()
  readonly #failures = new Map<OtherClass, { readonly times: number; readonly nextMs: number }>()

  constructor(init: ClassFingerprintsInit) {
    this.#init = init
  }

  /** For somebody who waits: measured unless it is known, or being measured. Rejects with what went wrong. */
  of(engineClass: OtherClass): Promise<string> {
    const known = this.#found.get(engineClass)
    if (known) return known
    const finding = this.#init.measure(engineClass).catch((error: unknown) => {
      if (!isSheafError(error, 'SHEAF_TOOL_MISSING')) this.#forget(engineClass)
      throw error
    })
    this.#found.set(engineClass, finding)
    return finding
  }

  /** Whether it is worth a try in the background now: nobody has tried, or it failed long enough ago. */
  isDue(engineClass: OtherClass): boolean {
    const nextMs = this.#failures.get(engineClass)?.nextMs ?? 0
    return !this.#found.has(engineClass) && this.#init.nowMs() >= nextMs
  }

  /** Resolves when nothing is being measured any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#found.values())
  }

  #forget(engineClass: OtherClass): void {
    this.#found.delete(engineClass)
    const times = (this.#failures.get(engineClass)?.times ?? 0) + 1
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (times - 1))
    this.#failures.set(engineClass, { times, nextMs: this.#init.nowMs() + pauseMs })
  }
}
