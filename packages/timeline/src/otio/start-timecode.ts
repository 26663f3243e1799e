import { mulRational, type Rational, roundRational } from '@sheaf/protocol'
import type { EditTimecode } from '../model/edit.js'
import { secondsOf } from './durations.js'
import type { JsonObject } from './json-reader.js'
import type { OtioTimeline } from './otio-types.js'

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

function saysDropFrame(value: JsonObject, depth: number): boolean {
  return Object.entries(value).some(([key, inner]) => {
    if (/drop_?frame/i.test(key)) return inner === true || inner === 1 || inner === '1' || inner === 'true'
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner) || depth === 0) return false
    return saysDropFrame(inner as JsonObject, depth - 1)
  })
}
