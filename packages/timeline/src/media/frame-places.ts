import type { VideoIndex } from './media-index.js'
import { lastAtOrBelow, valueAt } from './pts-runs.js'

/** Entries of one medium at most: of twenty GiB each is three MiB. */
export const MOST_PLACES = 8192
const MEBIBYTE = 1 << 20
/** Below this much of a file nobody needs to know where what lies. */
const WORTH_BYTES = 8 * MEBIBYTE

/** The places of frames in order of presentation; nothing when the file is small or a position is not known. */
export function placesOf(frames: readonly { readonly pos: number | undefined }[]): Pick<VideoIndex, 'places'> {
  const every = Math.max(1, Math.ceil(frames.length / MOST_PLACES))
  const mebibytes: number[] = []
  let most = 0
  for (const [index, { pos }] of frames.entries()) {
    if (pos === undefined || pos < 0) return {}
    const entry = Math.floor(index / every)
    const place = Math.floor(pos / MEBIBYTE)
    mebibytes[entry] = Math.min(mebibytes[entry] ?? place, place)
    most = Math.max(most, pos)
  }
  return most < WORTH_BYTES ? {} : { places: { every, mebibytes } }
}

/** A stretch of a file, `toByte` exclusive; infinite when it goes on to the end. */
export interface FileSpan {
  readonly fromByte: number
  readonly toByte: number
}

/**
 * Where the pictures of a stretch of frames lie, and those that must be decoded before them; `after` frames behind it are
 * read as well. Undefined without places.
 */
export function spanOfFrames(
  video: VideoIndex,
  frames: { readonly from: number; readonly to: number; readonly after: number },
): FileSpan | undefined {
  const { places } = video
  if (places === undefined) return undefined
  const key = lastAtOrBelow(video.keyframes, Math.max(0, frames.from - video.reorder - 1))
  const first = Math.floor((valueAt(video.keyframes, Math.max(0, key)) ?? 0) / places.every)
  const last = Math.floor((frames.to + video.reorder + frames.after) / places.every)
  const used = places.mebibytes.slice(first, last + 1)
  const [low, high] = extent(used)
  const next = places.mebibytes[last + 1]
  return {
    fromByte: low * MEBIBYTE,
    // The entry behind says where the last one ends, unless the file is not in order there.
    toByte: next === undefined ? Number.POSITIVE_INFINITY : (Math.max(high, next) + 1) * MEBIBYTE,
  }
}

function extent(values: readonly number[]): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, 0]
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return low <= high ? [low, high] : [0, 0]
}
