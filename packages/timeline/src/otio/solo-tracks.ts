import { hearingOf } from '../model/heard-tracks.js'
import type { Notes } from '../model/refusal.js'
import { objectField } from './fields.js'
import type { OtioTrack } from './otio-types.js'

interface NamedTrack {
  readonly name: string
  readonly track: OtioTrack
}

/** Audio tracks, those without sound that are not solo where Resolve has written that others are. */
export function soloTracks(tracks: readonly NamedTrack[], notes: Notes): readonly NamedTrack[] {
  const hearing = hearingOf(tracks.map(({ track }) => ({ muted: !track.enabled, solo: isSolo(track) })))
  return tracks.map((named, index) => {
    const { name, track } = named
    if (hearing[index] !== 'not-solo') return named
    const holds = track.children.some((child) => child.schema !== 'Gap')
    const title = track.name ? ` "${track.name}"` : ''
    if (holds) notes.warn(`track ${name}${title} is silent: another track is solo`)
    return { name, track: { ...track, children: [], effects: [], sourceRange: undefined } }
  })
}

function isSolo({ metadata }: OtioTrack): boolean {
  return objectField(metadata, 'Resolve_OTIO')?.['SoloOn'] === true
}
