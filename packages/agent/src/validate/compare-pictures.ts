import {
  blackSignature,
  type FrameSpan,
  matchPicture,
  type PictureEvidence,
  SEARCH_REACH,
  type Signature,
  type SignatureGrid,
  signatureSamples,
} from '@sheaf/timeline'

/** A stretch of a film and of the edit that it should show. */
export interface PictureComparison {
  readonly grid: SignatureGrid
  /** First frame that `found` yields. */
  readonly from: number
  readonly found: AsyncIterable<Signature>
  /** The edit's frames; they should begin before `found` and end after it, by {@link SEARCH_REACH} at best. */
  readonly expectedSpan: FrameSpan
  readonly expected: AsyncIterable<Signature>
  readonly onFrame?: (() => void) | undefined
}

/** The frames of the edit around a stretch, within which its pictures are looked for. */
export function spanAround({ from, to }: FrameSpan, frames: number, reach = SEARCH_REACH): FrameSpan {
  return { from: Math.max(0, from - reach), to: Math.min(frames, to + reach) }
}

/** Compares picture by picture; holds a few dozen of them at a time. Throws what reading them throws. */
export async function comparePictures(comparison: PictureComparison): Promise<PictureEvidence[]> {
  const { grid, found, onFrame } = comparison
  const window = new ExpectedWindow(comparison.expected, comparison.expectedSpan)
  const black = blackSignature(signatureSamples(grid))
  const evidence: PictureEvidence[] = []
  let before: Signature | undefined
  let held: { readonly frame: number; readonly picture: Signature } | undefined
  let frame = comparison.from
  try {
    for await (const picture of found) {
      await window.reach(frame)
      const expected = (at: number): Signature | undefined => window.at(at)
      const one = matchPicture({ frame, found: picture, before, expected, held, black })
      if (one) evidence.push(one)
      const shows = one?.nearer?.shows
      const shown = typeof shows === 'number' ? (window.at(shows) ?? held?.picture) : undefined
      held = typeof shows === 'number' && shown !== undefined ? { frame: shows, picture: shown } : undefined
      before = picture
      frame += 1
      onFrame?.()
    }
  } finally {
    await window.close()
  }
  return evidence
}

/** The edit's pictures around the one that is looked at. */
class ExpectedWindow {
  readonly #source: AsyncIterator<Signature>
  readonly #span: FrameSpan
  readonly #held = new Map<number, Signature>()
  #next: number

  constructor(source: AsyncIterable<Signature>, span: FrameSpan) {
    this.#source = source[Symbol.asyncIterator]()
    this.#span = span
    this.#next = span.from
  }

  at(frame: number): Signature | undefined {
    return this.#held.get(frame)
  }

  /** Reads so far ahead of a frame as pictures are looked for, and forgets those too far behind. */
  async reach(frame: number): Promise<void> {
    const last = Math.min(this.#span.to - 1, frame + SEARCH_REACH)
    while (this.#next <= last) {
      const next = await this.#source.next()
      if (next.done === true) throw new Error(`frame ${this.#next} of the edit could not be rendered again`)
      this.#held.set(this.#next, next.value)
      this.#next += 1
    }
    this.#held.delete(frame - SEARCH_REACH - 1)
  }

  async close(): Promise<void> {
    await this.#source.return?.()
  }
}
