import {
  checkHeaders,
  describeFault,
  expectFilm,
  type FilmFault,
  type FrameSpan,
  isEncodedOnce,
  judgePictures,
  type PictureEvidence,
  type Signature,
  signatureGrid,
} from '@sheaf/timeline'
import type { FilmFinding, FilmWatch } from '../home/index.js'
import type { Log } from '../log/index.js'
import { accusesFilm, readTwice } from './accuses-film.js'
import { BorderQueue } from './border-queue.js'
import { comparePictures, spanAround } from './compare-pictures.js'
import { editSignatures, partSignatures } from './film-signatures.js'
import type { ReferenceJob } from './reference-job.js'
import { probeFilm } from './probe-film.js'

/** What a watch is made of. */
export interface FilmWatchInit {
  /** Its signal ends the watch. */
  readonly job: ReferenceJob & { readonly signal: AbortSignal }
  readonly renderedBy: (segment: number) => string | undefined
  readonly log: Log
  /** How long the finished film waits for pictures that are still compared. */
  readonly graceMs?: number | undefined
}

/** Comparing takes at most this part of the time while others render: after each border it rests. */
const SHARE = 0.03
/** Runs beside the hashing of the film; the film is to be in place two seconds after that at most. */
const GRACE_MS = 1000
/** Frames of the edit beyond a border's own in which its pictures are looked for. */
const REACH = 6

/**
 * Compares the pictures around borders of segments with the edit, rendered again, while the film is joined. Of a long
 * film it gets to all borders, of one that is rendered quickly to some: those between machines first.
 */
export class BorderWatch implements FilmWatch {
  readonly #init: FilmWatchInit
  readonly #stop = new AbortController()
  readonly #signal: AbortSignal
  readonly #paths = new Map<number, string>()
  readonly #borders: BorderQueue
  readonly #evidence: PictureEvidence[] = []
  readonly #faults: FilmFault[] = []
  #compared = 0
  #hurry = false
  #wake: () => void = () => undefined
  #endRest: () => void = () => undefined
  #working: Promise<void> | undefined

  constructor(init: FilmWatchInit) {
    this.#init = init
    this.#signal = AbortSignal.any([init.job.signal, this.#stop.signal])
    this.#borders = new BorderQueue(init.job.manifest.segments, init.renderedBy)
  }

  joined(index: number, path: string): void {
    this.#paths.set(index, path)
    this.#borders.joined(index)
    this.#wake()
    this.#working ??= this.#work()
  }

  async settle(filmPath: string): Promise<FilmFinding> {
    this.#hurry = true
    this.#wake()
    this.#endRest()
    const timer = setTimeout(() => this.stop(), this.#init.graceMs ?? GRACE_MS)
    const headers = await this.#headers(filmPath)
    await this.#working
    clearTimeout(timer)
    const { manifest } = this.#init.job
    const sorted = [...this.#evidence].sort((a, b) => a.frame - b.frame)
    const found = [...headers, ...this.#faults, ...judgePictures(sorted, expectFilm(manifest))]
    const context = { rate: manifest.edit.rate, segments: manifest.segments, renderedBy: this.#init.renderedBy }
    const borders = { compared: this.#compared, all: this.#compared + this.#borders.size }
    const of = isEncodedOnce(manifest) ? { of: 'the lossless segments; of the encoded film only the headers' } : {}
    this.#init.log.info({ ...borders, ...of, faults: found.length }, 'borders of segments were compared with the edit')
    return { faults: found.map((fault) => describeFault(fault, context)) }
  }

  stop(): void {
    this.#stop.abort(new Error('no more borders are compared'))
    this.#wake()
    this.#endRest()
  }

  /** One border after another; never rejects. What goes wrong with comparing is no fault of the film. */
  async #work(): Promise<void> {
    while (!this.#signal.aborted && this.#borders.size > 0) {
      const woken = new Promise<void>((resolve) => (this.#wake = resolve))
      const window = this.#borders.take()
      if (window === undefined) {
        if (this.#hurry) return
        await woken
        continue
      }
      const began = performance.now()
      await this.#compare(window).catch((error: unknown) => {
        if (this.#signal.aborted) this.#borders.giveBack(window)
        else this.#init.log.warn({ ...window, error }, 'a border could not be compared')
      })
      await this.#rest((performance.now() - began) * (1 / SHARE - 1))
    }
  }

  async #compare(window: FrameSpan): Promise<void> {
    const job = { ...this.#init.job, signal: this.#signal }
    const { manifest } = job
    const grid = signatureGrid(manifest.picture)
    const [parts, paths] = [this.#borders.partsOf(window), this.#paths]
    const found = async function* (): AsyncGenerator<Signature> {
      for (const { index, span } of parts) yield* partSignatures({ ...job, path: paths.get(index) ?? '' }, span, grid)
    }
    const expectedSpan = spanAround(window, manifest.edit.frames, REACH)
    const compare = () => {
      const expected = editSignatures(job, expectedSpan, grid)
      return comparePictures({ grid, from: window.from, found: found(), expectedSpan, expected })
    }
    try {
      this.#evidence.push(...(await readTwice(compare)))
    } catch (error) {
      if (this.#signal.aborted || !accusesFilm(error)) throw error
      this.#faults.push({ kind: 'undecodable', frames: window, reason: lastLineOf(error) })
    }
    this.#compared += 1
    this.#init.log.debug({ ...window }, 'a border was compared')
  }

  #rest(ms: number): Promise<void> {
    if (this.#hurry || this.#signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms).unref()
      this.#endRest = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Tags and lengths; frames and grid were read from the film's own index when it was joined. */
  async #headers(path: string): Promise<readonly FilmFault[]> {
    const { tools, manifest, signal } = this.#init.job
    try {
      const facts = await readTwice(() => probeFilm({ tools, path, depth: 'headers', signal }))
      return checkHeaders(facts, expectFilm(manifest))
    } catch (error) {
      signal.throwIfAborted()
      if (accusesFilm(error)) return [{ kind: 'undecodable', reason: lastLineOf(error) }]
      this.#init.log.warn({ error }, 'the headers of the film could not be read')
      return []
    }
  }
}

const lastLineOf = (error: unknown): string =>
  String(error instanceof Error ? error.message : error)
    .split('\n')
    .at(-1) ?? ''
