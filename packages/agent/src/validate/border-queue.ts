import { borderWindows, type FrameSpan } from '@sheaf/timeline'
import type { ReferenceJob } from './reference-job.js'

/** A part of a window that lies in one segment; `span` counts from the segment's first frame. */
export interface WindowPart {
  readonly index: number
  readonly span: FrameSpan
}

type Segments = ReferenceJob['manifest']['segments']

/**
 * Windows around borders that wait for their segments, and for somebody to compare them. A window is ready when all of
 * its segments are there; those in which two machines meet are taken first. Joining a segment and taking a window cost
 * the same however long the film is.
 */
export class BorderQueue {
  readonly #renderedBy: (segment: number) => string | undefined
  readonly #parts: ReadonlyMap<FrameSpan, readonly WindowPart[]>
  readonly #waiting: Set<FrameSpan>
  /** How many segments of a window are not there yet. */
  readonly #missing = new Map<FrameSpan, number>()
  readonly #windowsOf = new Map<number, FrameSpan[]>()
  readonly #joined = new Set<number>()
  readonly #met = new Set<FrameSpan>()
  readonly #others = new Set<FrameSpan>()

  constructor(segments: Segments, renderedBy: (segment: number) => string | undefined) {
    this.#renderedBy = renderedBy
    this.#parts = partsOfWindows(borderWindows(segments), segments)
    this.#waiting = new Set(this.#parts.keys())
    for (const [window, parts] of this.#parts) {
      this.#missing.set(window, parts.length)
      for (const { index } of parts) {
        const windows = this.#windowsOf.get(index) ?? []
        this.#windowsOf.set(index, windows)
        windows.push(window)
      }
    }
  }

  /** Windows that nobody has taken. */
  get size(): number {
    return this.#waiting.size
  }

  /** The segment is there; a second time changes nothing. */
  joined(index: number): void {
    if (this.#joined.has(index)) return
    this.#joined.add(index)
    for (const window of this.#windowsOf.get(index) ?? []) {
      const missing = (this.#missing.get(window) ?? 0) - 1
      this.#missing.set(window, missing)
      if (missing > 0) continue
      const makers = new Set(this.partsOf(window).map((part) => this.#renderedBy(part.index)))
      const ready = makers.size > 1 ? this.#met : this.#others
      ready.add(window)
    }
  }

  /** The next window all of whose segments are there. */
  take(): FrameSpan | undefined {
    const ready = this.#met.size > 0 ? this.#met : this.#others
    const [window] = ready
    if (window === undefined) return undefined
    ready.delete(window)
    this.#waiting.delete(window)
    return window
  }

  /** Counts a taken window among those that were not compared. */
  giveBack(window: FrameSpan): void {
    this.#waiting.add(window)
  }

  /** Windows that nobody has compared, in the order of the film. */
  waiting(): readonly FrameSpan[] {
    return [...this.#waiting].sort((a, b) => a.from - b.from)
  }

  /** All windows, in the order of the film. */
  all(): readonly FrameSpan[] {
    return [...this.#parts.keys()]
  }

  /** What of each segment a window shows, in the order of the film. */
  partsOf(window: FrameSpan): readonly WindowPart[] {
    return this.#parts.get(window) ?? []
  }
}

/** Both rise, so one walk along the segments finds the parts of all windows. */
function partsOfWindows(windows: readonly FrameSpan[], segments: Segments): Map<FrameSpan, readonly WindowPart[]> {
  let first = 0
  return new Map(
    windows.map((window) => {
      const { from, to } = window
      while ((segments[first]?.[1] ?? Infinity) <= from) first += 1
      const parts: WindowPart[] = []
      for (let index = first; (segments[index]?.[0] ?? Infinity) < to; index++) {
        const [begin, end] = segments[index] ?? [0, 0]
        parts.push({ index, span: { from: Math.max(from, begin) - begin, to: Math.min(to, end) - begin } })
      }
      return [window, parts]
    }),
  )
}
