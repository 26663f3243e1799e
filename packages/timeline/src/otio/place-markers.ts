import {
  absRational,
  addRational,
  compareRational,
  divRational,
  type Rational,
  rational,
  roundRational,
  subRational,
  ZERO,
} from '@sheaf/protocol'
import type { EditMarker, FrameSpan } from '../model/edit.js'
import { Notes } from '../model/refusal.js'
import type { TimeMap } from '../model/time-map.js'
import { speedOf } from '../model/time-warp.js'
import { trackAround } from '../model/track-around.js'
import { activeReference, durationOf, onFlicks, secondsOf } from './durations.js'
import type { OtioChild, OtioClip, OtioEffect, OtioGap, OtioMarker, OtioStack, OtioTrack } from './otio-types.js'

/** A stretch of the edit, and how the seconds of what lies there are told. */
interface Place {
  readonly map: TimeMap
  /** Frames of the edit that are shown of it. */
  readonly bounds: FrameSpan
}

/** An item of a track. */
interface ItemPlace extends Place {
  /** Frames that it holds. */
  readonly span: FrameSpan
  /** Second of the map at which it begins. */
  readonly localStart: Rational
}

const EVERYWHERE: FrameSpan = { from: -Number.MAX_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER }
const ONE = rational(1)

/**
 * All markers of a timeline on the frames of the edit, in no order: those of the timeline, its tracks, clips, gaps
 * and nested stacks, each told in the time of what it stands on (`marked_range` counts like `source_range`). Where
 * that is trimmed away, retimed or nested the marker goes along; what is not shown, or is switched off, has none.
 */
export function placeMarkers(stack: OtioStack, map: TimeMap): EditMarker[] {
  const place = { map, bounds: EVERYWHERE }
  return [...ownMarkers(stack.markers, place), ...stack.children.flatMap((child) => stackedMarkers(child, place))]
}

/** Those of what lies in a stack. */
function stackedMarkers(child: OtioChild, place: Place): EditMarker[] {
  if (child.schema === 'unknown' || child.schema === 'Transition') return []
  return trackMarkers(child.schema === 'Track' ? child : trackAround(child, 'Video'), place)
}

function trackMarkers(track: OtioTrack, { map, bounds }: Place): EditMarker[] {
  if (!track.enabled) return []
  const speed = paceOf(track.effects)
  const start = track.sourceRange && secondsOf(track.sourceRange.start)
  const duration = track.sourceRange && secondsOf(track.sourceRange.duration)
  const inner = map.nested(ZERO, { origin: start ?? ZERO, speed: speed.num > 0 ? speed : ONE })
  const shown = duration ? common(bounds, { from: map.frameAt(ZERO), to: map.frameAt(duration) }) : bounds
  return insideOf(track, { map: inner, bounds: shown })
}

/** Those of a track, told in its own time, and of its items. */
function insideOf(track: OtioTrack, place: Place): EditMarker[] {
  const { map, bounds } = place
  const found = ownMarkers(track.markers, place)
  let now: Rational = ZERO
  for (const child of track.children) {
    if (child.schema === 'unknown' || child.schema === 'Transition') continue
    const end = addRational(now, durationOf(child) ?? ZERO)
    const span = { from: map.frameAt(now), to: map.frameAt(end) }
    found.push(...itemMarkers(child, { map, bounds: common(bounds, span), span, localStart: now }))
    now = end
  }
  return found
}

function itemMarkers(child: OtioClip | OtioGap | OtioStack | OtioTrack, place: ItemPlace): EditMarker[] {
  const { bounds, map, span, localStart } = place
  if (!child.enabled || bounds.to <= bounds.from) return []
  if (child.schema === 'Clip' || child.schema === 'Gap') return markersOnMedium(child, place)
  const speed = paceOf(child.effects)
  const origin = (child.sourceRange && secondsOf(child.sourceRange.start)) ?? ZERO
  const still = speed.num === 0
  const inner = {
    map: map.nested(localStart, { origin, speed: speed.num > 0 ? speed : ONE }),
    // Of what stands still the first frame is all that is shown.
    bounds: still ? common(bounds, { from: span.from, to: span.from + 1 }) : bounds,
  }
  if (child.schema === 'Track') return insideOf(child, inner)
  return [...ownMarkers(child.markers, inner), ...child.children.flatMap((one) => stackedMarkers(one, inner))]
}

/** Markers that are told in the time of the map. */
function ownMarkers(markers: readonly OtioMarker[], { map, bounds }: Place): EditMarker[] {
  return markers.flatMap((marker) => {
    const seconds = startOf(marker)
    return seconds ? put(marker, map.framesAt(seconds), bounds) : []
  })
}

/** Markers on the pictures of a medium: on the frame that shows theirs. Without pictures that move, on its place. */
function markersOnMedium(item: OtioClip | OtioGap, place: ItemPlace): EditMarker[] {
  const { map, span, bounds, localStart } = place
  const duration = durationOf(item)
  if (!duration) return []
  const available = item.schema === 'Clip' ? activeReference(item)?.availableRange : undefined
  const range = item.sourceRange ?? available
  const first = (range && secondsOf(range.start)) ?? ZERO
  const pace = item.schema === 'Clip' ? paceOf(item.effects) : ONE
  const size = pace.num === 0 ? ONE : absRational(pace)
  return item.markers.flatMap((marker) => {
    const seconds = startOf(marker)
    if (!seconds) return []
    const into = onFlicks(divRational(subRational(seconds, first), size))
    if (into.num < 0 || compareRational(into, duration) >= 0) return []
    const exact = map.framesAt(addRational(localStart, into))
    if (pace.num >= 0) return put(marker, exact, bounds)
    // Backwards the last picture is on the first frame.
    const back = subRational(rational(span.to - 1), subRational(exact, map.framesAt(localStart)))
    return put(marker, compareRational(back, rational(span.from)) < 0 ? rational(span.from) : back, bounds)
  })
}

/** The marker at the frame nearest to `exact` that is shown; none when it lies outside. */
function put({ name, comment }: OtioMarker, exact: Rational, bounds: FrameSpan): EditMarker[] {
  const nearest = roundRational(exact)
  const atEnd = nearest === bounds.to && compareRational(exact, rational(bounds.to)) < 0
  const frame = atEnd ? nearest - 1 : nearest
  return frame >= bounds.from && frame < bounds.to ? [{ frame, name: name || comment }] : []
}

/** Where a marker stands, in seconds of what it stands on; undefined when it says no time. */
const startOf = ({ range }: OtioMarker): Rational | undefined => range && secondsOf(range.start)

/** The speed that the time effects among these give; what is wrong with them is said where they are read. */
function paceOf(effects: readonly OtioEffect[]): Rational {
  const timed = effects.filter(({ timeScalar }) => timeScalar !== undefined)
  return speedOf(timed, '', new Notes({ dropUnknown: true }))
}

const common = (a: FrameSpan, b: FrameSpan): FrameSpan => ({
  from: Math.max(a.from, b.from),
  to: Math.min(a.to, b.to),
})
