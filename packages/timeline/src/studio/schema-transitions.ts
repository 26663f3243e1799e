import type { Rational } from '@sheaf/protocol'
import type { Notes } from '../model/refusal.js'
import { formatTimecode } from '../model/timecode.js'
import { TimeMap } from '../model/time-map.js'
import type { JsonObject } from '../otio/json-reader.js'
import { numberAt, objectAt, said, textAt } from './project-fields.js'
import type { StudioTrack, StudioTransition } from './studio-project.js'
import { studioSeconds } from './studio-time.js'
import { studioTransitionLook } from './transition-names.js'

/**
 * The tracks of a `ProjectSchema` with the transitions that name their clips. The compiler's own dialect has none
 * that do: those are refused by name, and can be left out.
 */
export function readSchemaTransitions(
  transitions: readonly JsonObject[],
  of: { readonly tracks: readonly StudioTrack[]; readonly notes: Notes; readonly rate: Rational },
): readonly StudioTrack[] {
  const { tracks, notes, rate } = of
  const found = new Map<string, StudioTransition[]>()
  for (const [i, transition] of transitions.entries()) {
    if (transition['enabled'] === false) continue
    const type = textAt(transition, 'transition_type') ?? ''
    const name = said(textAt(transition, 'name') ?? type)
    const [out, into] = [textAt(transition, 'from_clip_id'), textAt(transition, 'to_clip_id')]
    const start = studioSeconds(numberAt(transition, 'start_time'))
    const at = start && start.num >= 0 ? ` at ${formatTimecode(new TimeMap({ rate }).frameAt(start), rate)}` : ''
    const where = `transition ${i + 1} "${name}"${at}`
    if (textAt(transition, 'ffmpeg_command') !== undefined) notes.refuseOrDrop('its ffmpeg_command (never run)', where)
    const track = tracks.find(({ clips }) => clips.some(({ id }) => id === out) && clips.some(({ id }) => id === into))
    if (out === undefined || into === undefined || !track) {
      notes.refuseOrDrop(`a transition (${name}) that cannot be placed: it names no two clips of one track`, where)
      continue
    }
    const length = objectAt(transition, 'duration')
    const seconds =
      numberAt(length, 'current') ??
      numberAt(length, 'value') ??
      numberAt(length, 'default') ??
      numberAt(transition, 'duration')
    const duration = studioSeconds(seconds)
    if (!duration || duration.num <= 0) {
      notes.refuseOrDrop(`a transition (${name}) without a duration`, where)
      continue
    }
    const direction = textAt(transition, 'direction') ?? textAt(objectAt(transition, 'parameters'), 'direction')
    const look = studioTransitionLook([type, name], direction)
    const one: StudioTransition = { out, in: into, start, duration, name: name || said(type), look, where }
    found.set(track.name, [...(found.get(track.name) ?? []), one])
  }
  return tracks.map((track) => ({ ...track, transitions: found.get(track.name) ?? [] }))
}
