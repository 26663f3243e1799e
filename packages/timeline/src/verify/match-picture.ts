import { type Signature, STEPS_PER_LEVEL } from './signature.js'

/** How many frames away from its place a picture is looked for. */
export const SEARCH_REACH = 12

/** What frame `frame` of a film was found to be nearest to, in levels of 8 bits. */
export interface PictureEvidence {
  readonly frame: number
  /** Distance from the picture that belongs there: root of the mean square. */
  readonly distance: number
  /** Largest difference of any one block from the picture that belongs there. */
  readonly peak: number
  /** How much the blocks of the picture that belongs there differ among themselves. */
  readonly contrast: number
  /** How far the edit itself moves from this frame to the one before or after, whichever is less: 0 at its ends. */
  readonly moves: number
  /** Distance from the film's frame before; undefined for the first. */
  readonly still: number | undefined
  /** A picture that it is nearer to; undefined when none is. */
  readonly nearer: NearerPicture | undefined
}

/** Another picture than the one that belongs there. */
export interface NearerPicture {
  /** Frame of the edit, or black. */
  readonly shows: number | 'black'
  readonly distance: number
  /** Where on the way from the picture that belongs there (0) to this one (1) the film's picture lies. */
  readonly along: number
  /** How far apart those two are, where they differ. */
  readonly apart: number
  /** How far the film's picture is from this one, there. */
  readonly left: number
}

/** What a picture is compared with. */
export interface MatchRequest {
  readonly frame: number
  readonly found: Signature
  /** The film's picture before. */
  readonly before: Signature | undefined
  /** The edit's picture at a frame, where it is at hand. */
  readonly expected: (frame: number) => Signature | undefined
  /** A frame of the edit that the film has stopped at, perhaps, and its picture. */
  readonly held?: { readonly frame: number; readonly picture: Signature } | undefined
  /** A black picture of the same format. */
  readonly black: Signature
}

/** Compares one picture of a film with the one that belongs there and those around it; undefined without one. */
export function matchPicture(request: MatchRequest): PictureEvidence | undefined {
  const { frame, found, before, expected, held, black } = request
  const own = expected(frame)
  if (own === undefined) return undefined
  const { distance, peak } = compare(found, own)
  let nearer: NearerPicture | undefined
  const look = (shows: number | 'black', picture: Signature | undefined): void => {
    if (picture === undefined) return
    const seen = place(found, own, picture)
    if (seen.distance < (nearer?.distance ?? distance)) nearer = { shows, ...seen }
  }
  if (distance > 0) {
    // The nearest in time first: of pictures that are equally like it, it is taken for that one.
    for (let reach = 1; reach <= SEARCH_REACH; reach++) {
      look(frame - reach, expected(frame - reach))
      look(frame + reach, expected(frame + reach))
    }
    look(held?.frame ?? 0, held?.picture)
    look('black', black)
  }
  const moves = Math.min(apartness(own, expected(frame - 1)), apartness(own, expected(frame + 1)))
  const still = before && compare(found, before).distance
  return { frame, distance, peak, contrast: contrastOf(own), moves, still, nearer }
}

/** A black picture of `samples` samples: the lowest luma of limited range, no chroma. */
export function blackSignature(samples: number): Signature {
  const black = new Uint16Array(samples).fill(128 * STEPS_PER_LEVEL)
  return black.fill(16 * STEPS_PER_LEVEL, 0, (samples * 2) / 3)
}

function compare(a: Signature, b: Signature): { readonly distance: number; readonly peak: number } {
  let [sum, peak] = [0, 0]
  for (let i = 0; i < a.length; i++) {
    const off = Math.abs((a[i] ?? 0) - (b[i] ?? 0))
    sum += off * off
    if (off > peak) peak = off
  }
  return { distance: Math.sqrt(sum / a.length) / STEPS_PER_LEVEL, peak: peak / STEPS_PER_LEVEL }
}

/** Standard deviation of a picture's luma. */
function contrastOf(picture: Signature): number {
  const count = (picture.length * 2) / 3
  let [sum, squares] = [0, 0]
  for (let i = 0; i < count; i++) {
    const value = picture[i] ?? 0
    sum += value
    squares += value * value
  }
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2)) / STEPS_PER_LEVEL
}

/** How far two pictures are from each other, in levels of 8 bits: root of the mean square. */
export function distanceOf(a: Signature, b: Signature): number {
  return compare(a, b).distance
}

/** Difference of two pictures where they differ, in levels of 8 bits: each block counts by how much it does. */
export function apartness(a: Signature, b: Signature | undefined): number {
  if (b === undefined) return 0
  let [squares, fourths] = [0, 0]
  for (let i = 0; i < a.length; i++) {
    const off = (a[i] ?? 0) - (b[i] ?? 0)
    squares += off * off
    fourths += off * off * off * off
  }
  return squares === 0 ? 0 : Math.sqrt(fourths / squares) / STEPS_PER_LEVEL
}

/** Where `found` lies between `own` and `other`: noise of an encoder is at right angles to that way, mostly. */
function place(found: Signature, own: Signature, other: Signature): Omit<NearerPicture, 'shows'> {
  let [rest, along, squares, fourths, weighted] = [0, 0, 0, 0, 0]
  for (let i = 0; i < found.length; i++) {
    const way = (other[i] ?? 0) - (own[i] ?? 0)
    const gone = (found[i] ?? 0) - (own[i] ?? 0)
    const left = gone - way
    const square = way * way
    rest += left * left
    along += gone * way
    squares += square
    fourths += square * square
    weighted += square * left * left
  }
  const distance = Math.sqrt(rest / found.length) / STEPS_PER_LEVEL
  if (squares === 0) return { distance, along: 0, apart: 0, left: 0 }
  const [apart, left] = [fourths, weighted].map((sum) => Math.sqrt(sum / squares) / STEPS_PER_LEVEL)
  return { distance, along: along / squares, apart: apart ?? 0, left: left ?? 0 }
}
