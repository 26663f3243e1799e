import {
  equalRational,
  formatRational,
  mulRational,
  type Rational,
  rational,
  roundRational,
  SheafError,
  ZERO,
} from '@sheaf/protocol'
import { secondsOf } from '../otio/durations.js'
import type { OtioClip, OtioGap, OtioNode, OtioStack, OtioTimeline, OtioTrack } from '../otio/otio-types.js'
import { parseOtio } from '../otio/parse-otio.js'
import type { Edit, EditTrack, MediaTarget } from './edit.js'
import { Notes, type Refusal } from './refusal.js'
import { TargetList } from './target-list.js'
import type { TextTarget } from './text.js'
import { TimeMap } from './time-map.js'
import { speedOf } from './time-warp.js'
import { findRate } from './timeline-rate.js'
import { trackAround } from './track-around.js'
import { TrackReader } from './track-reader.js'
import { cutTrack, fillSpan } from './walk-edit.js'

/** What was noticed while an edit was read: nothing in it stops the render. */
export interface EditReport {
  readonly warnings: readonly string[]
  /** Schemas that are not known and have no bearing on the picture as far as that can be told. */
  readonly unsupported: readonly string[]
}

/** An edit, the media that it names, and what was noticed. */
export interface ReadEdit {
  readonly edit: Edit
  readonly targets: readonly MediaTarget[]
  readonly texts: readonly TextTarget[]
  readonly report: EditReport
}

/** How to read an edit. */
export interface ReadEditOptions {
  /** Only named in messages. */
  readonly editPath: string
  /** Leave out effects, transitions and generators that are not known, with a warning each. Default false. */
  readonly dropUnknown?: boolean | undefined
}

/** Longest edit that is accepted: 46 hours at 60 fps. */
export const MAX_EDIT_FRAMES = 10_000_000
/** Tracks of one kind, nested ones apart. */
const MAX_TRACKS = 200

/**
 * Reads an OpenTimelineIO edit. What this version does not render is refused by name, all of it in
 * one SHEAF_EDIT_UNSUPPORTED whose `details.refusals` lists `{ what, where, droppable }`. Malformed files throw
 * SHEAF_EDIT_NOT_JSON, _TOO_DEEP, _NOT_OTIO, _VERSION, _EMPTY or _INVALID.
 */
export function readEdit(text: string, { editPath, dropUnknown = false }: ReadEditOptions): ReadEdit {
  const parsed = parseWithPath(text, editPath)
  const timeline = timelineOf(parsed.root, editPath)
  const notes = new Notes({ dropUnknown })
  for (const warning of parsed.warnings) notes.warn(warning)
  const tracks = chooseTracks(timeline.tracks, notes)
  const rate = findRate(timeline, tracks.Video)
  if (!rate) throw emptyEdit(editPath)
  const targets = new TargetList()
  const map = stackMap(timeline.tracks, rate, notes)
  const read = (kind: 'Video' | 'Audio'): EditTrack[] => {
    const reader = new TrackReader({ kind, targets, notes })
    return tracks[kind].map(({ name, track }) => reader.read(track, { name, map }))
  }
  const [video, audio] = [read('Video'), read('Audio')]
  if (notes.refusals.length > 0) throw unsupported(editPath, notes.refusals)
  const frames = lengthOf(timeline.tracks, map, [...video, ...audio])
  if (frames <= 0) throw emptyEdit(editPath)
  if (frames > MAX_EDIT_FRAMES) throw tooLong(editPath, frames, rate)
  const fit = (track: EditTrack): EditTrack => fitTrack(track, frames, rate)
  const edit: Edit = {
    name: timeline.name,
    rate,
    frames,
    video: video.filter(showsSomething).map(fit),
    audio: audio.filter(showsSomething).map(fit),
  }
  return { edit, targets: targets.list(), texts: targets.listTexts(), report: { warnings: notes.warnings, unsupported: parsed.unknown } }
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

/** The track on exactly [0, frames). */
function fitTrack(track: EditTrack, frames: number, rate: Rational): EditTrack {
  const span = { from: 0, to: frames }
  return { ...track, items: fillSpan(cutTrack(track, span, rate).items, span) }
}

const showsSomething = ({ items }: EditTrack): boolean => items.some((item) => item.kind !== 'gap')

function tooLong(editPath: string, frames: number, rate: Rational): SheafError {
  return new SheafError({
    code: 'SHEAF_EDIT_INVALID',
    message: `${editPath}: the edit is ${frames} frames long at ${formatRational(rate)} fps; the limit is ${MAX_EDIT_FRAMES}`,
    hint: 'Look for an item with a wrong duration, or render parts of it.',
  })
}

function parseWithPath(text: string, editPath: string): ReturnType<typeof parseOtio> {
  try {
    return parseOtio(text)
  } catch (error) {
    if (!(error instanceof SheafError)) throw error
    const { code, hint } = error
    throw new SheafError({ code, hint, message: `${editPath}: ${error.message}`, cause: error })
  }
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
    if (!track.enabled && !isBlank(track)) notes.warn(`track ${name}${title} is switched off; it is not rendered`)
    chosen[kind].push({ name, track: track.enabled ? track : blank(track) })
  }
  for (const kind of ['Video', 'Audio'] as const) {
    if (chosen[kind].length > MAX_TRACKS) notes.refuse(`${chosen[kind].length} tracks of kind ${kind}`, 'the timeline')
  }
  return chosen
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

function emptyEdit(editPath: string): SheafError {
  return new SheafError({
    code: 'SHEAF_EDIT_EMPTY',
    message: `${editPath}: the edit is empty: no track holds a clip or a gap`,
    hint: 'Put a clip on the timeline and export again.',
  })
}

function unsupported(editPath: string, refusals: readonly Refusal[]): SheafError {
  const shown = refusals.slice(0, 50).map(({ what, where }) => `  ${where}: ${what}`)
  const more = refusals.length > 50 ? [`  and ${refusals.length - 50} more`] : []
  const count = refusals.length === 1 ? '1 thing' : `${refusals.length} things`
  return new SheafError({
    code: 'SHEAF_EDIT_UNSUPPORTED',
    message: [`${editPath}: ${count} in this edit cannot be rendered`, ...shown, ...more].join('\n'),
    hint: refusals.every(({ droppable }) => droppable)
      ? 'Render out in the editor what is listed, or leave it out with --drop-unknown.'
      : 'Replace what is listed in the editor, or render it out there.',
    details: { refusals: refusals.slice(0, 200) },
  })
}
