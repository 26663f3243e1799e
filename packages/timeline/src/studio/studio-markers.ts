import type { EditMarker, FrameSpan } from '../model/edit.js'
import type { TimeMap } from '../model/time-map.js'
import type { JsonObject } from '../otio/json-reader.js'
import { byId, numberAt, textAt } from './project-fields.js'
import type { StudioClip, StudioMarker, StudioSequence, StudioSource } from './studio-project.js'
import { studioSeconds } from './studio-time.js'

/** The markers of a sequence (`.tlsp`) or a timeline (`.tls`), but those that are marked as not to be exported. */
export function readStudioMarkers(owner: JsonObject): readonly StudioMarker[] {
  return [...byId(owner, 'markers').values()].flatMap((marker): StudioMarker[] => {
    const seconds = studioSeconds(numberAt(marker, 'time'))
    if (!seconds || marker['includeInExport'] === false) return []
    const name = textAt(marker, 'name') ?? textAt(marker, 'comment') ?? textAt(marker, 'description') ?? ''
    return [{ seconds, name }]
  })
}

/**
 * The markers of a sequence on the frames of the edit, and those of the sequences in it wherever a clip shows them,
 * trimmed and retimed like their pictures. To be asked of what a `SequencePlacer` has placed without a refusal: that
 * bounds how deep and how many sequences there are.
 */
export function placeStudioMarkers(sequence: StudioSequence, map: TimeMap): EditMarker[] {
  const known = new Map<StudioSequence, boolean>()
  // What is used many times over and marked nowhere is looked at once.
  const isMarked = (one: StudioSequence): boolean => {
    const before = known.get(one)
    if (before !== undefined) return before
    known.set(one, false)
    const nested = one.tracks.flatMap(({ clips }) => clips.flatMap(({ source }) => sequenceIn(source)))
    const marked = (one.markers ?? []).length > 0 || nested.some(isMarked)
    known.set(one, marked)
    return marked
  }
  return isMarked(sequence) ? markersIn(sequence, { map, bounds: undefined, isMarked }) : []
}

const sequenceIn = (source: StudioSource): readonly StudioSequence[] =>
  source.kind === 'sequence' ? [source.sequence] : []

/** Where a sequence lies, and which ones hold markers. */
interface Placed {
  readonly map: TimeMap
  readonly bounds: FrameSpan | undefined
  readonly isMarked: (sequence: StudioSequence) => boolean
}

function markersIn(sequence: StudioSequence, placed: Placed): EditMarker[] {
  const { map, bounds } = placed
  const own = (sequence.markers ?? []).flatMap(({ seconds, name }): EditMarker[] => {
    const frame = map.frameAt(seconds)
    return !bounds || (frame >= bounds.from && frame < bounds.to) ? [{ frame, name }] : []
  })
  const nested = sequence.tracks.flatMap(({ clips }) => clips.flatMap((clip) => markersInClip(clip, placed)))
  return [...own, ...nested]
}

function markersInClip(clip: StudioClip, { map, bounds, isMarked }: Placed): EditMarker[] {
  const { source, start, end, sourceStart, speed } = clip
  if (source.kind !== 'sequence' || speed.num <= 0 || !isMarked(source.sequence)) return []
  const [from, to] = [map.frameAt(start), map.frameAt(end)]
  const shown = { from: Math.max(from, bounds?.from ?? from), to: Math.min(to, bounds?.to ?? to) }
  if (shown.to <= shown.from) return []
  const inner = map.nested(start, { origin: sourceStart, speed })
  return markersIn(source.sequence, { map: inner, bounds: shown, isMarked })
}
