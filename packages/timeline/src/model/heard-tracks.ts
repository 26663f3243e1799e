/** What a person has switched on at a track's head. */
export interface TrackSwitches {
  readonly muted: boolean
  readonly solo: boolean
}

/** Why a track is heard or not. */
export type Hearing = 'heard' | 'muted' | 'not-solo'

/**
 * Which of the tracks of an edit are heard, in their order: what is muted is not, and when any track is solo the others
 * are not. A track that is both is muted, and still keeps the others silent, as in every mixer.
 */
export function hearingOf(tracks: readonly TrackSwitches[]): readonly Hearing[] {
  const anySolo = tracks.some(({ solo }) => solo)
  return tracks.map(({ muted, solo }) => (muted ? 'muted' : anySolo && !solo ? 'not-solo' : 'heard'))
}
