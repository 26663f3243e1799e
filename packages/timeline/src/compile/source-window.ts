import {
  addRational,
  ceilRational,
  divRational,
  floorRational,
  mulRational,
  type Rational,
  rational,
  roundRational,
} from '@sheaf/protocol'
import type { VideoIndex } from '../media/media-index.js'
import { lastAtOrBelow, valueAt } from '../media/pts-runs.js'
import type { EditClip } from '../model/edit.js'
import { FLICKS } from '../otio/durations.js'

/** The ticks in which frames of a source are mapped to frames of the edit. */
export interface Ticks {
  readonly perSecond: number
  readonly perFrame: number
}

/** Which part of a source shows frames [from, to) of an edit, and how its times are mapped. */
export interface SourceWindow {
  /** Seconds for `-ss`; undefined: read from the beginning. */
  readonly seekSeconds: string | undefined
  /** First and last-but-one time stamp that is needed, in the stream's time base. */
  readonly startPts: number
  readonly endPts: number | undefined
  /** Time of the picture at the clip's first frame, in ticks. */
  readonly originTicks: number
}

/** Ticks in which a frame at this rate is a whole number: flicks where they do. */
export function ticksFor(rate: Rational): Ticks {
  const perFrame = divRational(rational(FLICKS), rate)
  if (perFrame.den === 1) return { perSecond: FLICKS, perFrame: perFrame.num }
  const scale = Math.max(1, Math.floor(FLICKS / rate.num))
  return { perSecond: rate.num * scale, perFrame: rate.den * scale }
}

/** Frames beyond the last one needed: ffmpeg's `fps` drops the last frame that it is given. */
const FRAMES_AFTER = 3
/** Frames before the first one needed, so that `fps` sees which one holds at the border. */
const FRAMES_BEFORE = 2

/**
 * The window of `clip`'s source for frames [from, to) of the edit (inside the clip). The mapping of
 * times depends on the clip alone, never on the window: so each frame is the same in every window.
 */
export function sourceWindow(
  clip: EditClip,
  span: {
    readonly from: number
    readonly to: number
    readonly rate: Rational
    readonly container: string
    readonly video: VideoIndex
  },
): SourceWindow {
  const { rate, video } = span
  const first = mulRational(rational(valueAt(video.frames, 0) ?? 0), video.timeBase)
  const origin = addRational(first, clip.sourceStart)
  const ptsAt = (halfFrames: number): number =>
    floorRational(divRational(addRational(origin, divRational(rational(halfFrames, 2), rate)), video.timeBase))
  // Frame n shows the last picture whose time is before n + ½ frames.
  const low = lastAtOrBelow(video.frames, ptsAt(2 * (span.from - clip.from) - 1)) - FRAMES_BEFORE
  const high = lastAtOrBelow(video.frames, ptsAt(2 * (span.to - 1 - clip.from) + 1)) + FRAMES_AFTER
  const start = Math.max(0, Math.min(low, video.frameCount - 1))
  const ticks = ticksFor(rate)
  return {
    seekSeconds: seekFor(span.container, video, start),
    startPts: valueAt(video.frames, start) ?? 0,
    endPts: high < video.frameCount ? valueAt(video.frames, high) : undefined,
    originTicks: roundRational(mulRational(origin, rational(ticks.perSecond))),
  }
}

/** Containers with an index of their own, in which a seek lands where it is asked to. */
const SEEKABLE: ReadonlySet<string> = new Set(['mov', 'matroska'])
/** In the others a seek may land late; measured in MPEG-TS: right once it aims ten seconds early. */
const BLIND_SEEK_SECONDS = 10

/** Where to seek so that frame number `index` decodes whole; undefined at the beginning. */
function seekFor(container: string, video: VideoIndex, index: number): string | undefined {
  const indexed = SEEKABLE.has(container)
  const early = ceilRational(divRational(rational(BLIND_SEEK_SECONDS), video.timeBase))
  const target = indexed
    ? // A keyframe is stored up to `reorder` frames before the time it is shown at.
      index - video.reorder - 1
    : lastAtOrBelow(video.frames, (valueAt(video.frames, index) ?? 0) - early)
  const keyNumber = target < 0 ? -1 : lastAtOrBelow(video.keyframes, target) - (indexed ? 0 : 1)
  const key = valueAt(video.keyframes, keyNumber)
  const pts = key === undefined || key === 0 ? undefined : valueAt(video.frames, key)
  if (pts === undefined) return undefined
  const seconds = mulRational(rational(pts), video.timeBase)
  return formatMicros(ceilRational(mulRational(seconds, rational(1_000_000))))
}

/** Micros as seconds with six decimals. */
function formatMicros(micros: number): string {
  const sign = micros < 0 ? '-' : ''
  const digits = String(Math.abs(micros)).padStart(7, '0')
  return `${sign}${digits.slice(0, -6)}.${digits.slice(-6)}`
}
