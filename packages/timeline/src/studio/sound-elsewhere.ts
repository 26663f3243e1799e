import { compareRational } from '@sheaf/protocol'
import type { StudioClip, StudioSequence } from './studio-project.js'

/**
 * Clips on tracks of pictures whose medium lies on a track of sound at the same time: that is their sound, taken
 * apart to be edited by itself, whether or not its track is muted.
 */
export function soundElsewhere({ tracks }: StudioSequence): ReadonlySet<StudioClip> {
  const sounds = new Map<string, StudioClip[]>()
  for (const clip of tracks.flatMap((track) => (track.kind === 'sound' ? track.clips : []))) {
    if (clip.source.kind === 'file') sounds.set(clip.source.path, [...(sounds.get(clip.source.path) ?? []), clip])
  }
  const pictures = tracks.flatMap((track) => (track.kind === 'pictures' ? track.clips : []))
  return new Set(
    pictures.filter(({ source, start, end }) => {
      if (source.kind !== 'file') return false
      return sounds
        .get(source.path)
        ?.some((sound) => compareRational(sound.start, end) < 0 && compareRational(sound.end, start) > 0)
    }),
  )
}
