import {
  checkFilm,
  expectFilm,
  type FilmFault,
  type FrameSpan,
  type PictureEvidence,
  type Signature,
  signatureGrid,
} from '@sheaf/timeline'
import type { Log } from '../log/index.js'
import { accusesFilm, readTwice } from './accuses-film.js'
import { lookAtWindow, type WindowLook } from './border-look.js'
import { BORDER_SEARCH, compareWithEdit } from './compare-with-edit.js'
import { filmSignatures, type ProbedFilm, spansOfFilm } from './film-signatures.js'
import { probeFilm } from './probe-film.js'
import type { ReferenceJob } from './reference-job.js'
import { undecodable } from './undecodable.js'

/** What a look at a film is made of. */
export interface FilmLookInit {
  readonly job: ReferenceJob
  /** Windows around borders, rising, that nobody has compared yet. */
  readonly windows: readonly FrameSpan[]
  /** Who rendered what a window shows. */
  readonly makersOf: (window: FrameSpan) => readonly string[]
  /** Machines of which pictures were held against the edit. */
  readonly held: ReadonlySet<string>
  readonly log: Log
}

/** Windows that one process looks at: it decodes all that lies between them. */
const WINDOWS_AT_ONCE = 16

/**
 * Looks at the borders of a whole film, in rising order, as long as it may, and goes on where it was stopped. Borders
 * at which a picture may be black, stand still or be a repeat are compared with the edit, rendered again, and so is one
 * border of each machine; of the others the film itself tells that they are none of this.
 */
export class FilmLook {
  readonly #init: FilmLookInit
  readonly #left: FrameSpan[]
  readonly #held: Set<string>
  readonly evidence: PictureEvidence[] = []
  readonly faults: FilmFault[] = []
  #film: ProbedFilm | undefined
  #checked = 0
  #compared = 0

  constructor(init: FilmLookInit) {
    this.#init = init
    this.#left = [...init.windows]
    this.#held = new Set(init.held)
  }

  /** Borders of which it is known whether they are right. */
  get checked(): number {
    return this.#checked
  }

  /** Of these, those that were held against the edit. */
  get compared(): number {
    return this.#compared
  }

  /** Goes on until all borders were looked at, or the signal. Never rejects: trouble with looking is no fault of a film. */
  async go(path: string, signal: AbortSignal, onBorder: () => void = () => undefined): Promise<void> {
    try {
      while (this.#left.length > 0 && !signal.aborted) {
        const film = (this.#film ??= await this.#probe(path, signal))
        if (this.#left.length > 0) await this.#stretch({ path, film, signal, onBorder })
      }
    } catch (error) {
      if (signal.aborted) return
      this.#left.length = 0
      if (accusesFilm(error)) this.faults.push(undecodable(error))
      else this.#init.log.warn({ error }, 'the film could not be looked at')
    }
  }

  async #probe(path: string, signal: AbortSignal): Promise<ProbedFilm> {
    const { tools, manifest } = this.#init.job
    const facts = await readTwice(() => probeFilm({ tools, path, depth: 'frames', signal }))
    this.faults.push(...checkFilm(facts, expectFilm(manifest)))
    const { container, video } = facts
    if (video === undefined) throw new Error('the film has no pictures')
    // Of a film of another length nothing more need be told, nor could it be: no picture is where it belongs.
    if (video.times.length !== manifest.edit.frames) this.#left.length = 0
    return { container, video }
  }

  async #stretch(look: Look): Promise<void> {
    const windows = this.#left.slice(0, WINDOWS_AT_ONCE)
    const faults = this.faults.length
    const looks = await this.#lookAt(windows, look)
    for (const window of windows) {
      const seen = looks.get(window) ?? { suspect: true, pictures: undefined }
      const makers = this.#init.makersOf(window)
      const known = makers.every((maker) => this.#held.has(maker))
      if (seen.suspect || !known) await this.#compare(window, { ...look, pictures: seen.pictures })
      else this.#checked += 1
      this.#left.shift()
      look.onBorder()
    }
    // What cannot be decoded may lie between two borders: no one of them is to blame.
    const [first, last] = [windows[0], windows.at(-1)]
    if (looks.failure === undefined || this.faults.length > faults || !first || !last) return
    this.faults.push(undecodable(looks.failure, { from: first.from, to: last.to }))
  }

  /** What the windows look like; none of them, and why, when the film cannot be decoded there. */
  async #lookAt(windows: readonly FrameSpan[], { path, film, signal }: Look): Promise<Looks> {
    const { job } = this.#init
    const grid = signatureGrid(job.manifest.picture)
    const read = async (): Promise<Map<FrameSpan, WindowLook>> => {
      const pictures = spansOfFilm({ tools: job.tools, path, signal }, film, windows, grid)
      const looks = new Map<FrameSpan, WindowLook>()
      try {
        for (const window of windows) looks.set(window, await lookAtWindow(pictures, window, grid))
        // To its end: only then the decoder has said all that it has to say.
        while ((await pictures.next()).done !== true);
      } finally {
        await pictures.return(undefined)
      }
      return looks
    }
    try {
      return await readTwice(read)
    } catch (error) {
      if (signal.aborted || !accusesFilm(error)) throw error
      return Object.assign(new Map<FrameSpan, WindowLook>(), { failure: error })
    }
  }

  async #compare(
    window: FrameSpan,
    look: Look & { readonly pictures: readonly Signature[] | undefined },
  ): Promise<void> {
    const { job, log } = this.#init
    const { path, film, signal } = look
    const grid = signatureGrid(job.manifest.picture)
    const found = (): AsyncIterable<Signature> =>
      look.pictures === undefined
        ? filmSignatures({ tools: job.tools, path, signal }, film, window, grid)
        : inTurn(look.pictures)
    try {
      const compare = () => compareWithEdit({ ...job, signal }, { window, found: found(), reach: BORDER_SEARCH })
      this.evidence.push(...(await readTwice(compare)))
      for (const maker of this.#init.makersOf(window)) this.#held.add(maker)
      this.#compared += 1
    } catch (error) {
      if (signal.aborted) throw error
      if (!accusesFilm(error)) return log.warn({ ...window, error }, 'a border could not be compared')
      this.faults.push(undecodable(error, window))
    }
    this.#checked += 1
    log.debug({ ...window }, 'a border was compared')
  }
}

interface Look {
  readonly path: string
  readonly film: ProbedFilm
  readonly signal: AbortSignal
  readonly onBorder: () => void
}

type Looks = ReadonlyMap<FrameSpan, WindowLook> & { readonly failure?: unknown }

async function* inTurn(pictures: readonly Signature[]): AsyncGenerator<Signature, void> {
  for (const picture of pictures) yield await Promise.resolve(picture)
}
