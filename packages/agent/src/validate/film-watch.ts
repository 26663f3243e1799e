import {
  checkHeaders,
  describeFault,
  expectFilm,
  type FilmFault,
  isEncodedOnce,
  judgePictures,
  type PictureEvidence,
} from '@sheaf/timeline'
import type { CheckedBorders, FilmFinding, FilmWatch } from '../home/index.js'
import { accusesFilm, readTwice } from './accuses-film.js'
import { FilmLook } from './film-look.js'
import { probeFilm } from './probe-film.js'
import type { ReferenceJob } from './reference-job.js'
import { SegmentWatch, type SegmentWatchInit } from './segment-watch.js'
import { undecodable } from './undecodable.js'

/** What a watch is made of. */
export interface FilmWatchInit extends SegmentWatchInit {
  /** Its signal ends the watch. */
  readonly job: ReferenceJob & { readonly signal: AbortSignal }
  /** How long the whole film waits for its name while it is looked at. */
  readonly graceMs?: number | undefined
}

/** Runs beside the hashing of the film; the film is to be in place two seconds after that at most. */
const GRACE_MS = 1000

/**
 * Looks at all borders of a film: at as many as it gets to while segments come, for a moment when the film is whole, and
 * at the others when it is in its place, where nobody waits for them. Of a film that is encoded once the segments tell
 * nothing of what the encode makes of them: all of its borders are looked at when it is whole.
 */
export class BorderWatch implements FilmWatch {
  readonly #init: FilmWatchInit
  readonly #stop = new AbortController()
  readonly #signal: AbortSignal
  readonly #segments: SegmentWatch
  readonly #once: boolean
  #headers: readonly FilmFault[] | undefined
  #look: FilmLook | undefined

  constructor(init: FilmWatchInit) {
    this.#init = init
    this.#signal = AbortSignal.any([init.job.signal, this.#stop.signal])
    this.#segments = new SegmentWatch(init)
    this.#once = isEncodedOnce(init.job.manifest)
  }

  joined(index: number, path: string): void {
    this.#segments.joined(index, path)
  }

  async settle(filmPath: string): Promise<FilmFinding> {
    const grace = new AbortController()
    const timer = setTimeout(() => grace.abort(new Error('the film gets its name')), this.#init.graceMs ?? GRACE_MS)
    const signal = AbortSignal.any([this.#signal, grace.signal])
    try {
      // Both at once, and neither left alone: a rejection that nobody waits for ends the agent.
      const [headers] = await Promise.all([this.#readHeaders(filmPath), this.#lookAt(filmPath, signal)])
      this.#headers = headers
    } finally {
      clearTimeout(timer)
    }
    return this.#finding('the film was looked at before it got its name')
  }

  async finish(
    filmPath: string,
    onProgress: (borders: CheckedBorders) => void = () => undefined,
  ): Promise<FilmFinding> {
    this.#headers ??= await this.#readHeaders(filmPath)
    onProgress(this.#borders())
    await this.#lookAt(filmPath, this.#signal, () => onProgress(this.#borders()))
    return this.#finding('the film was looked at in its place')
  }

  stop(): void {
    this.#stop.abort(new Error('no more borders are looked at'))
    this.#segments.stop()
  }

  async #lookAt(filmPath: string, signal: AbortSignal, onBorder?: () => void): Promise<void> {
    const segments = this.#segments
    await segments.end(signal)
    const { job, log } = this.#init
    this.#look ??= new FilmLook({
      ...{ job, log, makersOf: (window) => segments.makersOf(window) },
      windows: this.#once ? segments.borders.all() : segments.borders.waiting(),
      held: this.#once ? new Set() : segments.held,
    })
    await this.#look.go(filmPath, signal, onBorder)
  }

  #borders(): CheckedBorders {
    const inSegments = this.#once ? 0 : this.#segments.compared
    return { checked: inSegments + (this.#look?.checked ?? 0), all: this.#segments.borders.all().length }
  }

  #finding(message: string): FilmFinding {
    const { manifest } = this.#init.job
    const borders = this.#borders()
    const found = this.#faults()
    const compared = this.#segments.compared + (this.#look?.compared ?? 0)
    this.#init.log.info({ ...borders, compared, faults: found.length }, message)
    const { edit, segments } = manifest
    const context = { rate: edit.rate, timecode: edit.timecode, segments, renderedBy: this.#init.renderedBy }
    return { faults: found.map((fault) => describeFault(fault, context)), borders }
  }

  /** Each once: headers are read twice, and a segment's fault is in the film that is encoded from it too. */
  #faults(): FilmFault[] {
    const expect = expectFilm(this.#init.job.manifest)
    const judge = (evidence: readonly PictureEvidence[]): FilmFault[] =>
      judgePictures(
        [...evidence].sort((a, b) => a.frame - b.frame),
        expect,
      )
    const [segments, look] = [this.#segments, this.#look]
    const [early, late] = [segments.evidence, look?.evidence ?? []]
    const all = [
      ...(this.#headers ?? []),
      ...segments.faults,
      ...(look?.faults ?? []),
      // An encoder's noise is read from the pictures around: lossless ones would tell nothing of it.
      ...(this.#once ? [...judge(early), ...judge(late)] : judge([...early, ...late])),
    ]
    return [...new Map(all.map((fault) => [keyOf(fault), fault])).values()]
  }

  /** Tags and lengths; frames and grid were read from the film's own index when it was joined. */
  async #readHeaders(path: string): Promise<readonly FilmFault[]> {
    const { tools, manifest, signal } = this.#init.job
    try {
      const facts = await readTwice(() => probeFilm({ tools, path, depth: 'headers', signal }))
      return checkHeaders(facts, expectFilm(manifest))
    } catch (error) {
      signal.throwIfAborted()
      if (accusesFilm(error)) return [undecodable(error)]
      this.#init.log.warn({ error }, 'the headers of the film could not be read')
      return []
    }
  }
}

/** What a fault is about: its measures differ a little from one look to the next. */
function keyOf(fault: FilmFault): string {
  const frames = 'frames' in fault && fault.frames !== undefined ? `${fault.frames.from}-${fault.frames.to}` : ''
  return `${fault.kind} ${frames} ${fault.kind === 'tag' ? fault.name : ''} ${fault.kind === 'undecodable' ? fault.reason : ''}`
}
