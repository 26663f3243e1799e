import type { FilmFault, FrameSpan, PictureEvidence, Signature } from '@sheaf/timeline'
import { signatureGrid } from '@sheaf/timeline'
import type { Log } from '../log/index.js'
import { accusesFilm, readTwice } from './accuses-film.js'
import { BorderQueue } from './border-queue.js'
import { BORDER_SEARCH, compareWithEdit } from './compare-with-edit.js'
import { partSignatures } from './film-signatures.js'
import type { ReferenceJob } from './reference-job.js'
import { undecodable } from './undecodable.js'

/** What a segment watch is made of. */
export interface SegmentWatchInit {
  readonly job: ReferenceJob
  readonly renderedBy: (segment: number) => string | undefined
  readonly log: Log
  /** The part of the time that comparing takes; a small one when absent. */
  readonly share?: number | undefined
}

/** Comparing takes at most this part of the time while others render: after each border it rests. */
const SHARE = 0.03

/**
 * Compares pictures at borders with the edit while segments come, in the segments' own files: at as many borders as it
 * gets to in its small part of the time, those in which two machines meet first.
 */
export class SegmentWatch {
  readonly #init: SegmentWatchInit
  readonly #abort = new AbortController()
  readonly #paths = new Map<number, string>()
  readonly borders: BorderQueue
  readonly evidence: PictureEvidence[] = []
  readonly faults: FilmFault[] = []
  /** Machines of which pictures were held against the edit. */
  readonly held = new Set<string>()
  #compared = 0
  #ending = false
  #wake: () => void = () => undefined
  #endRest: () => void = () => undefined
  #working: Promise<void> | undefined

  constructor(init: SegmentWatchInit) {
    this.#init = init
    this.borders = new BorderQueue(init.job.manifest.segments, init.renderedBy)
  }

  /** Borders that were compared. */
  get compared(): number {
    return this.#compared
  }

  /** A segment is in the film; its file stays until `end` has resolved or `stop` was called. */
  joined(index: number, path: string): void {
    this.#paths.set(index, path)
    this.borders.joined(index)
    this.#wake()
    this.#working ??= this.#work()
  }

  /** Begins no further border; the one that is under way is done with, or given up at the signal. Never rejects. */
  async end(signal: AbortSignal): Promise<void> {
    this.#ending = true
    this.#wake()
    this.#endRest()
    const stop = (): void => this.stop()
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    await this.#working
    signal.removeEventListener('abort', stop)
  }

  /** Idempotent. */
  stop(): void {
    this.#abort.abort(new Error('no more borders are compared'))
    this.#wake()
    this.#endRest()
  }

  /** Who rendered what a window shows. */
  makersOf(window: FrameSpan): string[] {
    return this.borders.partsOf(window).map(({ index }) => this.#init.renderedBy(index) ?? '')
  }

  /** One border after another; never rejects. What goes wrong with comparing is no fault of the film. */
  async #work(): Promise<void> {
    while (!this.#ending && this.borders.size > 0) {
      const woken = new Promise<void>((resolve) => (this.#wake = resolve))
      const window = this.borders.take()
      if (window === undefined) {
        await woken
        continue
      }
      const began = performance.now()
      await this.#compare(window).catch((error: unknown) => {
        this.borders.giveBack(window)
        if (!this.#abort.signal.aborted) this.#init.log.warn({ ...window, error }, 'a border could not be compared')
      })
      await this.#rest((performance.now() - began) * (1 / (this.#init.share ?? SHARE) - 1))
    }
  }

  async #compare(window: FrameSpan): Promise<void> {
    const signal = AbortSignal.any([this.#abort.signal, ...(this.#init.job.signal ? [this.#init.job.signal] : [])])
    const job = { ...this.#init.job, signal }
    const grid = signatureGrid(job.manifest.picture)
    const [parts, paths] = [this.borders.partsOf(window), this.#paths]
    const found = async function* (): AsyncGenerator<Signature> {
      for (const { index, span } of parts) yield* partSignatures({ ...job, path: paths.get(index) ?? '' }, span, grid)
    }
    try {
      const compare = () => compareWithEdit(job, { window, found: found(), reach: BORDER_SEARCH })
      this.evidence.push(...(await readTwice(compare)))
      for (const maker of this.makersOf(window)) this.held.add(maker)
    } catch (error) {
      if (signal.aborted || !accusesFilm(error)) throw error
      this.faults.push(undecodable(error, window))
    }
    this.#compared += 1
    this.#init.log.debug({ ...window }, 'a border was compared')
  }

  #rest(ms: number): Promise<void> {
    if (this.#ending || this.#abort.signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms).unref()
      this.#endRest = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
