import { formatRational, type Rational, rateFromDouble } from '@sheaf/protocol'
import type { OtioChild, OtioStack, OtioTimeline, OtioTrack } from '../otio/otio-types.js'
import { activeReference } from '../otio/durations.js'

/** Rates between one frame in ten seconds and 1000 fps are taken for frame rates. */
const isRate = (rate: number | undefined): rate is number =>
  rate !== undefined && Number.isFinite(rate) && rate >= 0.1 && rate <= 1000

/**
 * The rate of a timeline: that of its global start time, else the one that most items of the video
 * track are measured in (the first of equals), with NTSC rates snapped to n/1001.
 */
export function findRate(
  timeline: OtioTimeline,
  video: readonly { readonly track: OtioTrack }[],
): Rational | undefined {
  const global = timeline.globalStartTime?.rate
  if (isRate(global)) return rateFromDouble(global)
  const counts = new Map<string, { rate: Rational; count: number }>()
  const shown = video.filter(({ track }) => track.children.length > 0).map(({ track }) => track)
  const tracks = shown.length > 0 ? shown : timeline.tracks.children.filter((child) => child.schema === 'Track')
  for (const child of tracks.flatMap((track) => itemsIn(track))) {
    const range =
      child.schema === 'Transition' || child.schema === 'unknown'
        ? undefined
        : (child.sourceRange ?? (child.schema === 'Clip' ? activeReference(child)?.availableRange : undefined))
    if (!range || !isRate(range.duration.rate)) continue
    const rate = rateFromDouble(range.duration.rate)
    const key = formatRational(rate)
    const entry = counts.get(key) ?? { rate, count: 0 }
    entry.count++
    counts.set(key, entry)
  }
  let best: { rate: Rational; count: number } | undefined
  for (const entry of counts.values()) if (!best || entry.count > best.count) best = entry
  return best?.rate
}

/** All items of a track, those of nested stacks and tracks too. */
function itemsIn(parent: OtioTrack | OtioStack): readonly OtioChild[] {
  return parent.children.flatMap((child) =>
    child.schema === 'Track' || child.schema === 'Stack' ? [child, ...itemsIn(child)] : [child],
  )
}
