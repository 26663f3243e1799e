import { isSheafError } from '@sheaf/protocol'
import {
  borderWindows,
  checkHeaders,
  describeFault,
  expectFilm,
  type FilmFault,
  type FrameSpan,
  judgePictures,
  type PictureEvidence,
  type Signature,
  signatureGrid,
} from '@sheaf/timeline'
import type { FilmFinding, FilmWatch } from '../home/index.js'
import type { Log } from '../log/index.js'
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
  readonly #waiting: FrameSpan[]
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
    this.#waiting = borderWindows(init.job.manifest.segments)
  }

  joined(index: number, path: string): void {
    this.#paths.set(index, path)
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
    const borders = { compared: this.#compared, all: this.#compared + this.#waiting.length }
    this.#init.log.info({ ...borders, faults: found.length }, 'borders of segments were compared with the edit')
    return { faults: found.map((fault) => describeFault(fault, context)) }
  }

  stop(): void {
    this.#stop.abort(new Error('no more borders are compared'))
    this.#wake()
    this.#endRest()
  }

  /** One border after another; never rejects. What goes wrong with comparing is no fault of the film. */
  async #work(): Promise<void> {
    while (!this.#signal.aborted && this.#waiting.length > 0) {
      const woken = new Promise<void>((resolve) => (this.#wake = resolve))
      const window = this.#take()
      if (window === undefined) {
        if (this.#hurry) return
        await woken
        continue
      }
      const began = performance.now()
      await this.#compare(window).catch((error: unknown) => {
        if (this.#signal.aborted) this.#waiting.push(window)
        else this.#init.log.warn({ ...window, error }, 'a border could not be compared')
      })
      await this.#rest((performance.now() - began) * (1 / SHARE - 1))
    }
  }

  /** A window all of whose segments are there; where two machines meet first. */
  #take(): FrameSpan | undefined {
    const ready = this.#waiting.filter((window) => this.#partsOf(window).every(({ path }) => path !== undefined))
    const met = ready.find((window) => {
      const makers = this.#partsOf(window).map(({ index }) => this.#init.renderedBy(index))
      return new Set(makers).size > 1
    })
    const window = met ?? ready[0]
    if (window) this.#waiting.splice(this.#waiting.indexOf(window), 1)
    return window
  }

  #partsOf({ from, to }: FrameSpan) {
    return this.#init.job.manifest.segments.flatMap(([first, end], index) => {
      if (first >= to || end <= from) return []
      const span = { from: Math.max(from, first) - first, to: Math.min(to, end) - first }
      return [{ index, path: this.#paths.get(index), span }]
    })
  }

  async #compare(window: FrameSpan): Promise<void> {
    const job = { ...this.#init.job, signal: this.#signal }
    const { manifest } = job
    const grid = signatureGrid(manifest.picture)
    const parts = this.#partsOf(window)
    const found = async function* (): AsyncGenerator<Signature> {
      for (const { path = '', span } of parts) yield* partSignatures({ ...job, path }, span, grid)
    }
    const expectedSpan = spanAround(window, manifest.edit.frames, REACH)
    const expected = editSignatures(job, expectedSpan, grid)
    try {
      this.#evidence.push(
        ...(await comparePictures({ grid, from: window.from, found: found(), expectedSpan, expected })),
      )
    } catch (error) {
      if (this.#signal.aborted || !isSheafError(error, 'SHEAF_TOOL_FAILED')) throw error
      this.#faults.push({ kind: 'undecodable', frames: window, reason: error.message.split('\n').at(-1) ?? '' })
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
      return checkHeaders(await probeFilm({ tools, path, depth: 'headers', signal }), expectFilm(manifest))
    } catch (error) {
      signal.throwIfAborted()
      if (!isSheafError(error, 'SHEAF_TOOL_FAILED')) throw error
      return [{ kind: 'undecodable', reason: error.message }]
    }
  }
}
