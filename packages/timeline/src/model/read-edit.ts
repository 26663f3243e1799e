import { formatRational, SheafError } from '@sheaf/protocol'
import { durationOf } from '../otio/durations.js'
import type { OtioNode, OtioStack, OtioTimeline, OtioTrack } from '../otio/otio-types.js'
import { parseOtio } from '../otio/parse-otio.js'
import type { Edit, EditTrack, MediaTarget } from './edit.js'
import { TargetList } from './target-list.js'
import { findRate } from './timeline-rate.js'
import { type Refusal, TrackReader } from './track-reader.js'

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
  readonly report: EditReport
}

/** Longest edit that is accepted: 46 hours at 60 fps. */
export const MAX_EDIT_FRAMES = 10_000_000

/**
 * Reads an OpenTimelineIO edit. What this version does not render is refused by name, all of it in
 * one SHEAF_EDIT_UNSUPPORTED whose `details.refusals` lists `{ what, where }`. Malformed files throw
 * SHEAF_EDIT_NOT_JSON, _TOO_DEEP, _NOT_OTIO, _VERSION, _EMPTY or _INVALID.
 * `editPath` is only named in messages.
 */
export function readEdit(text: string, { editPath }: { readonly editPath: string }): ReadEdit {
  const parsed = parseWithPath(text, editPath)
  const timeline = timelineOf(parsed.root, editPath)
  const warnings = [...parsed.warnings]
  const refusals: Refusal[] = []
  const { video, audio } = chooseTracks(timeline.tracks, { warnings, refusals })
  const rate = findRate(timeline, video)
  if (!rate) throw emptyEdit(editPath)
  const targets = new TargetList()
  const read = (track: OtioTrack | undefined, name: string): EditTrack | undefined =>
    track && new TrackReader({ rate, name, targets, warnings, refusals }).read(track)
  const videoTrack = read(video, 'V1') ?? { name: 'V1', items: [] }
  const audioTrack = read(audio, 'A1')
  if (refusals.length > 0) throw unsupported(editPath, refusals)
  const frames = Math.max(endOf(videoTrack), endOf(audioTrack))
  if (frames === 0) throw emptyEdit(editPath)
  if (frames > MAX_EDIT_FRAMES) {
    throw new SheafError({
      code: 'SHEAF_EDIT_INVALID',
      message: `${editPath}: the edit is ${frames} frames long at ${formatRational(rate)} fps; the limit is ${MAX_EDIT_FRAMES}`,
      hint: 'Look for an item with a wrong duration, or render parts of it.',
    })
  }
  const edit: Edit = {
    name: timeline.name,
    rate,
    frames,
    video: fill(videoTrack, frames),
    audio: audioTrack && fill(audioTrack, frames),
  }
  return { edit, targets: targets.list(), report: { warnings, unsupported: parsed.unknown } }
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

interface Notes {
  readonly warnings: string[]
  readonly refusals: Refusal[]
}

function chooseTracks(
  stack: OtioStack,
  { warnings, refusals }: Notes,
): { readonly video: OtioTrack | undefined; readonly audio: OtioTrack | undefined } {
  if (stack.sourceRange) refusals.push({ what: 'a source range on the stack of tracks', where: stack.place })
  for (const effect of stack.effects.filter((e) => e.enabled)) {
    refusals.push({ what: `the effect ${effect.effectName || effect.written}`, where: 'the stack of tracks' })
  }
  const counts = new Map<string, number>()
  const chosen = new Map<string, OtioTrack>()
  for (const child of stack.children) {
    if (child.schema !== 'Track') {
      const name = `${child.written} "${child.name}"`
      refusals.push({ what: `${name} among the tracks`, where: child.place })
      continue
    }
    const letter = child.kind === 'Video' ? 'V' : child.kind === 'Audio' ? 'A' : child.kind
    const number = (counts.get(letter) ?? 0) + 1
    counts.set(letter, number)
    const where = `track ${letter}${number}${child.name ? ` "${child.name}"` : ''}`
    if (isBlank(child)) {
      if (child.children.length > 0) keepIfLonger(chosen, letter, child)
    } else if (!child.enabled) warnings.push(`${where} is switched off; it is not rendered`)
    else if (letter !== 'V' && letter !== 'A') refusals.push({ what: `a track of kind ${child.kind}`, where })
    else if (chosen.has(letter) && !isBlank(chosen.get(letter))) {
      refusals.push({ what: `a second ${letter === 'V' ? 'video' : 'audio'} track`, where })
    } else chosen.set(letter, child)
  }
  return { video: chosen.get('V'), audio: chosen.get('A') }
}

/** Whether a track shows nothing: it has no items, or gaps alone. */
function isBlank(track: OtioTrack | undefined): boolean {
  return track === undefined || track.children.every((child) => child.schema === 'Gap')
}

/** A track of gaps alone still says how long the edit is, as long as nothing better is there. */
function keepIfLonger(chosen: Map<string, OtioTrack>, letter: string, track: OtioTrack): void {
  if (letter === 'V' && !chosen.has(letter) && (durationOf(track)?.num ?? 0) > 0) chosen.set(letter, track)
}

function endOf(track: EditTrack | undefined): number {
  return track?.items.at(-1)?.to ?? 0
}

function fill(track: EditTrack, frames: number): EditTrack {
  const end = endOf(track)
  if (end >= frames) return track
  return { ...track, items: [...track.items, { kind: 'gap', from: end, to: frames }] }
}

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
    hint: 'Cuts, gaps, mixed sizes and rates on one video and one audio track are rendered. Replace or render out the rest in the editor.',
    details: { refusals: refusals.slice(0, 200) },
  })
}
