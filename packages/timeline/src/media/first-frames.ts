import type { VideoIndex } from './media-index.js'
import { FRAMES_TRIED, type ProbeFrame, type ProbePacket, type ProbeStream } from './probe-report.js'

/**
 * Whether the first pictures that come out of the decoder are those that the packets promise: else the index would name
 * other pictures than are shown. Returns what is wrong. `values` are the index' time stamps.
 */
export function checkFrames(
  frames: readonly ProbeFrame[],
  { packets, values }: { readonly packets: readonly ProbePacket[]; readonly values: readonly number[] },
): string | undefined {
  if (frames.length === 0) return undefined
  const decoded = new Set(frames.flatMap(({ best_effort_timestamp: time }) => (time === undefined ? [] : [time])))
  const known = new Set(values)
  const tried = packets.slice(0, FRAMES_TRIED).flatMap(({ pts }) => (pts !== undefined && known.has(pts) ? [pts] : []))
  const absent = tried.filter((pts) => !decoded.has(pts)).length
  if (absent > 0) {
    return `${absent} of its first ${tried.length} packets give no picture of their own (fields in packets of their own, or hidden pictures)`
  }
  const begin = values[0] ?? 0
  const strange = [...decoded].filter((time) => time >= begin && !known.has(time)).length
  return strange > 0 ? `${strange} of its first pictures come at times that no packet has (remux it to MP4)` : undefined
}

/** Which field of interlaced pictures comes first: as the stream says it, or its first pictures. */
export function fieldsOf(stream: ProbeStream, frames: readonly ProbeFrame[]): VideoIndex['fields'] {
  switch (stream.field_order) {
    // The second letter says which one is shown first.
    case 'tt':
    case 'bt':
      return 'top-first'
    case 'bb':
    case 'tb':
      return 'bottom-first'
    default: {
      const interlaced = frames.filter((frame) => frame.interlaced_frame === 1)
      if (interlaced.length === 0) return undefined
      return interlaced.filter((frame) => frame.top_field_first === 1).length * 2 >= interlaced.length
        ? 'top-first'
        : 'bottom-first'
    }
  }
}
