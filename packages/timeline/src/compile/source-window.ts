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
import { FLICKS } from '../otio/durations.js'
import { DEINTERLACE_REACH } from './deinterlace.js'

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

/** A stretch of a medium that runs forward: frame n shows the second `start + (n − from) × speed ÷ rate`. */
export interface Stretch {
  readonly from: number
  readonly start: Rational
  /** Above 0. */
  readonly speed: Rational
}

/** What of a medium is wanted. */
export interface WindowRequest {
  readonly from: number
  readonly to: number
  readonly rate: Rational
  readonly container: string
  readonly video: VideoIndex
}

/**
 * The window of a stretch's source for frames [from, to). The mapping of times depends on the stretch alone, never on
 * the window: so each frame is the same in every window.
 */
export function sourceWindow(stretch: Stretch, request: WindowRequest): SourceWindow {
  const { from, to, rate, container, video } = request
  const origin = addRational(firstSecond(video), stretch.start)
  // Frame n shows the last picture that comes before n + ½ frames.
  const shownAt = (frame: number): number => {
    const halves = rational((2 * (frame - stretch.from) + 1) * rate.den, 2 * rate.num)
    return pictureAt(video, addRational(origin, mulRational(halves, stretch.speed)))
  }
  const low = shownAt(from - 1) - FRAMES_BEFORE
  const high = shownAt(to - 1) + FRAMES_AFTER
  const start = Math.max(0, Math.min(low, video.frameCount - 1))
  return {
    seekSeconds: seekFor(container, video, start),
    startPts: valueAt(video.frames, start) ?? 0,
    endPts: high < video.frameCount ? valueAt(video.frames, high) : undefined,
    originTicks: roundRational(mulRational(origin, rational(ticksFor(rate).perSecond))),
  }
}

/** A window in which only one picture is wanted, and how many come before it. */
export interface StillWindow extends Omit<SourceWindow, 'originTicks'> {
  readonly before: number
}

/** The window of the one picture that is shown at second `start` of a medium. */
export function stillWindow(
  start: Rational,
  request: Pick<WindowRequest, 'rate' | 'container' | 'video'>,
): StillWindow {
  const { rate, container, video } = request
  const half = divRational(rational(1, 2), rate)
  const shown = pictureAt(video, addRational(addRational(firstSecond(video), start), half))
  const index = Math.max(0, Math.min(shown, video.frameCount - 1))
  const reach = video.fields === undefined ? 0 : DEINTERLACE_REACH
  const [first, end] = [Math.max(0, index - reach), index + 1 + reach]
  return {
    seekSeconds: seekFor(container, video, first),
    startPts: valueAt(video.frames, first) ?? 0,
    endPts: end < video.frameCount ? valueAt(video.frames, end) : undefined,
    before: index - first,
  }
}

function firstSecond(video: VideoIndex): Rational {
  return mulRational(rational(valueAt(video.frames, 0) ?? 0), video.timeBase)
}

/** Number of the picture that is on at a second of the medium's own time; -1 before the first. */
function pictureAt(video: VideoIndex, second: Rational): number {
  return lastAtOrBelow(video.frames, floorRational(divRational(second, video.timeBase)))
}

/** Containers with an index of their own, in which a seek lands where it is asked to. */
const SEEKABLE: ReadonlySet<string> = new Set(['mov', 'matroska'])
/** In the others a seek may land late; measured in MPEG-TS: right once it aims ten seconds early. */
const BLIND_SEEK_SECONDS = 10

/** How much earlier than wanted reading begins in this kind of file, in seconds. */
export function blindSeekSeconds(container: string): number {
  return SEEKABLE.has(container) ? 0 : BLIND_SEEK_SECONDS
}

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
