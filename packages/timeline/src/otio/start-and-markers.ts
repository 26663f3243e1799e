import { mulRational, type Rational, roundRational } from '@sheaf/protocol'
import type { EditMarker, EditTimecode } from '../model/edit.js'
import type { TimeMap } from '../model/time-map.js'
import { secondsOf } from './durations.js'
import type { JsonObject } from './json-reader.js'
import type { OtioTimeline } from './otio-types.js'

/** Markers that are kept. */
const MOST_MARKERS = 10_000
const NAME_CHARACTERS = 200

/**
 * The time code of the edit's first frame: its global start time in frames. Frames are dropped at 29.97 and
 * 59.94 when the file says so anywhere in the timeline's metadata; OpenTimelineIO has no field for it.
 */
export function timecodeOf(timeline: OtioTimeline, rate: Rational): EditTimecode | undefined {
  const seconds = timeline.globalStartTime && secondsOf(timeline.globalStartTime)
  if (!seconds) return undefined
  const frame = roundRational(mulRational(seconds, rate))
  if (!Number.isSafeInteger(frame) || frame < 0) return undefined
  const droppable = rate.den === 1001 && (rate.num === 30_000 || rate.num === 60_000)
  return { frame, drop: droppable && saysDropFrame(timeline.metadata, 8) }
}

/** Markers of the whole timeline and of its tracks, in the frames of the edit, the earlier first. */
export function markersOf({ tracks }: OtioTimeline, map: TimeMap): EditMarker[] {
  const found = [tracks, ...tracks.children.filter((child) => child.schema === 'Track')].flatMap(({ markers }) =>
    markers.flatMap(({ name, comment, range }): EditMarker[] => {
      const seconds = range && secondsOf(range.start)
      if (!seconds) return []
      return [{ frame: map.frameAt(seconds), name: (name || comment).slice(0, NAME_CHARACTERS) }]
    }),
  )
  return found.sort((a, b) => a.frame - b.frame).slice(0, MOST_MARKERS)
}

function saysDropFrame(value: JsonObject, depth: number): boolean {
  return Object.entries(value).some(([key, inner]) => {
    if (/drop_?frame/i.test(key)) return inner === true || inner === 1 || inner === '1' || inner === 'true'
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner) || depth === 0) return false
    return saysDropFrame(inner as JsonObject, depth - 1)
  })
}
