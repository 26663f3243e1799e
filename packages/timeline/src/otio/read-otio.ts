import { equalRational, mulRational, type Rational, rational, roundRational, SheafError, ZERO } from '@sheaf/protocol'
import type { EditTrack } from '../model/edit.js'
import { emptyEdit, finishEdit, type ReadEdit } from '../model/finish-edit.js'
import { keepMarkers } from '../model/keep-markers.js'
import { type Notes } from '../model/refusal.js'
import { TargetList } from '../model/target-list.js'
import { TimeMap } from '../model/time-map.js'
import { speedOf } from '../model/time-warp.js'
import { findRate } from '../model/timeline-rate.js'
import { trackAround } from '../model/track-around.js'
import { TrackReader } from '../model/track-reader.js'
import { secondsOf } from './durations.js'
import type { JsonDocument } from './json-reader.js'
import type { OtioClip, OtioGap, OtioNode, OtioStack, OtioTimeline, OtioTrack } from './otio-types.js'
import { parseOtioDocument } from './parse-otio.js'
import { placeMarkers } from './place-markers.js'
import { soloTracks } from './solo-tracks.js'
import { timecodeOf } from './start-timecode.js'

/** Tracks of one kind, nested ones apart. */
const MAX_TRACKS = 200
/** What is kept of a track's title. */
const TITLE_CHARACTERS = 256

/** Reads an OpenTimelineIO edit, and throws what {@link finishEdit} and {@link parseOtioDocument} throw. */
export function readOtio(document: JsonDocument, how: { readonly editPath: string; readonly notes: Notes }): ReadEdit {
  const { editPath, notes } = how
  const parsed = parseOtioDocument(document)
  const timeline = timelineOf(parsed.root, editPath)
  for (const warning of parsed.warnings) notes.warn(warning)
  const tracks = chooseTracks(timeline.tracks, notes)
  const rate = findRate(timeline, tracks.Video)
  if (!rate) throw emptyEdit(editPath)
  const targets = new TargetList()
  const map = stackMap(timeline.tracks, rate, notes)
  const timecode = timecodeOf(timeline, rate)
  const read = (kind: 'Video' | 'Audio'): EditTrack[] => {
    const reader = new TrackReader({ kind, targets, notes, start: timecode })
    return tracks[kind].map(({ name, track }) => ({
      ...reader.read(track, { name, map }),
      ...(kind === 'Audio' && track.name !== '' && { title: track.name.slice(0, TITLE_CHARACTERS) }),
    }))
  }
  const [video, audio] = [read('Video'), read('Audio')]
  const frames = lengthOf(timeline.tracks, map, [...video, ...audio])
  const markers = keepMarkers(placeMarkers(timeline.tracks, map), { frames, notes })
  const marked = { ...(timecode && { timecode }), ...(markers.length > 0 && { markers }) }
  const edit = { name: timeline.name, rate, frames, video, audio, ...marked }
  return finishEdit(edit, { editPath, notes, targets, unsupported: parsed.unknown })
}

/** Where the tracks begin: a trimmed timeline shows them from its source range's start. */
function stackMap(stack: OtioStack, rate: Rational, notes: Notes): TimeMap {
  const speed = speedOf(stack.effects, 'the stack of tracks', notes)
  if (!equalRational(speed, rational(1))) notes.refuse('a speed change of the whole timeline', 'the stack of tracks')
  const origin = stack.sourceRange ? secondsOf(stack.sourceRange.start) : ZERO
  if (!origin || (stack.sourceRange && !secondsOf(stack.sourceRange.duration))) {
    notes.refuse('a source range that is no time', 'the stack of tracks')
  }
  return new TimeMap({ rate, origin: origin ?? ZERO })
}

function lengthOf(stack: OtioStack, map: TimeMap, tracks: readonly EditTrack[]): number {
  const trimmed = stack.sourceRange && secondsOf(stack.sourceRange.duration)
  if (trimmed) return roundRational(mulRational(trimmed, map.rate))
  return Math.max(0, ...tracks.map((track) => track.items.at(-1)?.to ?? 0))
}

/** The one timeline of a file; a bare stack or track counts as one. */
function timelineOf(root: OtioNode, editPath: string): OtioTimeline {
  const base = { written: 'Timeline.1', name: root.name, place: root.place, metadata: root.metadata }
  const nothing = { sourceRange: undefined, effects: [], markers: [], enabled: true } as const
  const wrap = (tracks: OtioStack): OtioTimeline => ({
    ...base,
    schema: 'Timeline',
    globalStartTime: undefined,
    tracks,
  })
  if (root.schema === 'Timeline') return root
  if (root.schema === 'Stack') return wrap(root)
  if (root.schema === 'Track') return wrap({ ...base, ...nothing, schema: 'Stack', children: [root] })
  const timelines =
    root.schema === 'SerializableCollection' ? root.children.filter((child) => child.schema === 'Timeline') : []
  const [timeline] = timelines
  if (timeline && timelines.length === 1) return timeline
  throw new SheafError({
    code: timelines.length > 1 ? 'SHEAF_EDIT_INVALID' : 'SHEAF_EDIT_NOT_OTIO',
    message:
      timelines.length > 1
        ? `${editPath}: the file holds ${timelines.length} timelines (${timelines
            .map((t) => `"${t.name}"`)
            .slice(0, 5)
            .join(', ')})`
        : `${editPath}: the file holds ${root.written || 'an object'}, not a Timeline`,
    hint: 'Export one timeline as one .otio file.',
  })
}

interface NamedTrack {
  readonly name: string
  readonly track: OtioTrack
}

/** The tracks that are rendered, bottom first, with the names that people know them by. */
function chooseTracks(stack: OtioStack, notes: Notes): Readonly<Record<'Video' | 'Audio', readonly NamedTrack[]>> {
  const chosen: Record<'Video' | 'Audio', NamedTrack[]> = { Video: [], Audio: [] }
  const others = new Map<string, number>()
  for (const child of stack.children) {
    if (child.schema === 'unknown' || child.schema === 'Transition') {
      notes.refuse(`${child.written} "${child.name}" among the tracks`, child.place)
      continue
    }
    if (child.schema !== 'Track') {
      for (const kind of kindsIn(child)) {
        chosen[kind].push({ name: `${kind.charAt(0)}${chosen[kind].length + 1}`, track: trackAround(child, kind) })
      }
      continue
    }
    const track = child
    const { kind } = track
    const title = track.name ? ` "${track.name}"` : ''
    if (kind !== 'Video' && kind !== 'Audio') {
      const number = (others.get(kind) ?? 0) + 1
      others.set(kind, number)
      if (!isBlank(track) && track.enabled)
        notes.refuseOrDrop(`a track of kind ${kind}`, `track ${kind}${number}${title}`)
      continue
    }
    const name = `${kind.charAt(0)}${chosen[kind].length + 1}`
    if (!track.enabled && !isBlank(track)) notes.switchedOff(`track ${name}${title}`, 'track')
    chosen[kind].push({ name, track: track.enabled ? track : blank(track) })
  }
  for (const kind of ['Video', 'Audio'] as const) {
    if (chosen[kind].length > MAX_TRACKS) notes.refuse(`${chosen[kind].length} tracks of kind ${kind}`, 'the timeline')
  }
  return { ...chosen, Audio: soloTracks(chosen.Audio, notes) }
}

/** What a stack among the tracks is to be seen and heard of. */
function kindsIn(child: OtioClip | OtioGap | OtioStack): readonly ('Video' | 'Audio')[] {
  if (child.schema !== 'Stack') return ['Video']
  const heard = child.children.some((inner) => inner.schema === 'Track' && inner.kind === 'Audio')
  return heard ? ['Video', 'Audio'] : ['Video']
}

/** A track that is switched off keeps its number and shows nothing. */
const blank = (track: OtioTrack): OtioTrack => ({ ...track, children: [], effects: [], sourceRange: undefined })

/** Whether a track shows nothing: it has no items, or gaps alone. */
const isBlank = (track: OtioTrack): boolean => track.children.every((child) => child.schema === 'Gap')
