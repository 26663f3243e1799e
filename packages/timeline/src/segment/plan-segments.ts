/** Frames [from, to) of one segment. */
export type SegmentSpan = readonly [from: number, to: number]

/** What {@link planSegments} cuts. */
export interface SegmentRequest {
  readonly frames: number
  /** Frames at which the edit cuts, inside (0, frames), rising. */
  readonly cuts: readonly number[]
  /** Length that the job asks for; without it the grid chooses. */
  readonly segmentFrames?: number | undefined
}

/** Bounds of a segment's length that the grid keeps to; the GOP of an encoder is as long as the longest. */
export const SEGMENT_LENGTH = { least: 24, chosenLeast: 48, most: 250 } as const

/**
 * Cuts [0, frames) into segments, from the job alone, so that every agent gets the same grid. The
 * length is clamp(frames ÷ 64, 48, 250) unless asked for; a boundary moves to a cut of the edit when
 * one lies within a quarter of the length. No segment is empty or longer than 250 frames; all but
 * the last hold at least 24 unless shorter ones were asked for.
 */
export function planSegments({ frames, cuts, segmentFrames }: SegmentRequest): SegmentSpan[] {
  if (!Number.isSafeInteger(frames) || frames < 1) throw new RangeError(`frames must be 1 or more, not ${frames}`)
  const length = segmentFrames === undefined ? chosenLength(frames) : askedLength(segmentFrames)
  const reach = Math.floor(length / 4)
  const least = Math.min(SEGMENT_LENGTH.least, length)
  const spans: SegmentSpan[] = []
  let cut = 0
  for (let from = 0; from < frames;) {
    const ideal = from + length
    while (cut < cuts.length && (cuts[cut] ?? 0) < Math.max(from + least, ideal - reach)) cut++
    const most = Math.min(ideal + reach, from + SEGMENT_LENGTH.most, frames)
    const to = nearestCut(cuts, cut, ideal, most) ?? Math.min(ideal, frames)
    spans.push([from, to])
    from = to
  }
  return mergeTail(spans, least)
}

function chosenLength(frames: number): number {
  return Math.min(SEGMENT_LENGTH.most, Math.max(SEGMENT_LENGTH.chosenLeast, Math.round(frames / 64)))
}

function askedLength(segmentFrames: number): number {
  if (!Number.isSafeInteger(segmentFrames) || segmentFrames < 1) {
    throw new RangeError(`a segment holds 1 to ${SEGMENT_LENGTH.most} frames, not ${segmentFrames}`)
  }
  return Math.min(segmentFrames, SEGMENT_LENGTH.most)
}

/** The cut nearest to `ideal` among those up to `most`; the earlier one of two that are as near. */
function nearestCut(cuts: readonly number[], start: number, ideal: number, most: number): number | undefined {
  let best: number | undefined
  for (let i = start; i < cuts.length; i++) {
    const frame = cuts[i] ?? Number.POSITIVE_INFINITY
    if (frame > most) break
    if (best === undefined || Math.abs(frame - ideal) < Math.abs(best - ideal)) best = frame
  }
  return best
}

/** A stub at the end joins its neighbour where the two fit into one segment. */
function mergeTail(spans: SegmentSpan[], least: number): SegmentSpan[] {
  const last = spans.at(-1)
  const before = spans.at(-2)
  if (!last || !before || last[1] - last[0] >= least || last[1] - before[0] > SEGMENT_LENGTH.most) return spans
  return [...spans.slice(0, -2), [before[0], last[1]]]
}
