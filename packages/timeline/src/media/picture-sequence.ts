/** What is shown where a numbered picture has no file; `error`: the job is refused when a clip shows it. */
export const MISSING_PICTURE_POLICIES = ['error', 'hold', 'black'] as const
export type MissingPicturePolicy = (typeof MISSING_PICTURE_POLICIES)[number]

/** Most pictures that one sequence may count: eleven hours at 25 a second. */
export const MAX_SEQUENCE_PICTURES = 1_000_000

/** Numbers [from, to), counted from a sequence's first picture. */
export type PictureSpan = readonly [from: number, to: number]

/**
 * The files of a medium whose pictures are files of their own. Its asset is these files one after another, so that it
 * is kept, served and fetched like any other; a picture is a stretch of bytes of it.
 */
export interface SequenceIndex {
  /** Size of each file, in the order of their numbers. */
  readonly fileBytes: readonly number[]
  /** Pictures that have no file, rising, none touching the next. They show the picture before, or the first there is. */
  readonly missing: readonly PictureSpan[]
  /** `black`: those pictures are black instead. */
  readonly policy: MissingPicturePolicy
}

/** Bytes [start, end) of an asset. */
export interface ByteSpan {
  readonly start: number
  readonly end: number
}

/** Where the pictures [from, to) lie in the sequence's asset, one entry each. */
export function pictureBytes(sequence: SequenceIndex, [from, to]: PictureSpan): readonly ByteSpan[] {
  const starts = [0]
  for (const size of sequence.fileBytes) starts.push((starts.at(-1) ?? 0) + size)
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => {
    const file = fileOf(sequence, from + i)
    return { start: starts[file] ?? 0, end: starts[file + 1] ?? 0 }
  })
}

/** Which of the pictures [from, to) are to be black, counted from `from`. */
export function blackPictures({ missing, policy }: SequenceIndex, [from, to]: PictureSpan): readonly PictureSpan[] {
  if (policy !== 'black') return []
  return overlaps(missing, [from, to]).map(([start, end]) => [start - from, end - from])
}

/** The parts of rising spans that lie in [from, to). */
export function overlaps(spans: readonly PictureSpan[], [from, to]: PictureSpan): readonly PictureSpan[] {
  return spans.flatMap(([start, end]): PictureSpan[] => {
    const [low, high] = [Math.max(start, from), Math.min(end, to)]
    return low < high ? [[low, high]] : []
  })
}

/** Spans in any order as rising ones, none touching the next. */
export function joinSpans(spans: readonly PictureSpan[]): readonly PictureSpan[] {
  const joined: [number, number][] = []
  for (const [from, to] of [...spans].sort(([a], [b]) => a - b)) {
    const last = joined.at(-1)
    if (last && last[1] >= from) last[1] = Math.max(last[1], to)
    else joined.push([from, to])
  }
  return joined
}

/** Rising numbers as spans. */
export function spansOf(numbers: readonly number[]): PictureSpan[] {
  const spans: [number, number][] = []
  for (const number of numbers) {
    const last = spans.at(-1)
    if (last?.[1] === number) last[1] = number + 1
    else spans.push([number, number + 1])
  }
  return spans
}

/** Number of the file that a picture shows: its own, else the one before, else the first. */
function fileOf({ missing }: SequenceIndex, picture: number): number {
  let before = 0
  for (const [from, to] of missing) {
    if (from > picture) break
    before += Math.min(to, picture + 1) - from
  }
  return Math.max(0, picture - before)
}
