import type { Rational } from '@sheaf/protocol'
import type { EditMarker, FrameSpan } from '../model/edit.js'
import type { TimeMap } from '../model/time-map.js'
import type { JsonObject } from '../otio/json-reader.js'
import { byId, numberAt, textAt } from './project-fields.js'
import type { StudioClip, StudioSequence } from './studio-project.js'
import { studioSeconds } from './studio-time.js'

/** A marker of a sequence, in seconds from its beginning. */
export interface StudioMarker {
  readonly seconds: Rational
  readonly name: string
}

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
export function placeStudioMarkers(sequence: StudioSequence, map: TimeMap, bounds?: FrameSpan): EditMarker[] {
  const own = (sequence.markers ?? []).flatMap(({ seconds, name }): EditMarker[] => {
    const frame = map.frameAt(seconds)
    return !bounds || (frame >= bounds.from && frame < bounds.to) ? [{ frame, name }] : []
  })
  const nested = sequence.tracks.flatMap(({ clips }) => clips.flatMap((clip) => markersInClip(clip, map, bounds)))
  return [...own, ...nested]
}

function markersInClip(clip: StudioClip, map: TimeMap, bounds: FrameSpan | undefined): EditMarker[] {
  const { source, start, end, sourceStart, speed } = clip
  if (source.kind !== 'sequence' || speed.num <= 0) return []
  const [from, to] = [map.frameAt(start), map.frameAt(end)]
  const shown = { from: Math.max(from, bounds?.from ?? from), to: Math.min(to, bounds?.to ?? to) }
  if (shown.to <= shown.from) return []
  return placeStudioMarkers(source.sequence, map.nested(start, { origin: sourceStart, speed }), shown)
}
