/** Speakers that a film's sound is made for. */
export const SOUND_LAYOUTS = ['mono', 'stereo', '5.1'] as const
/** One of {@link SOUND_LAYOUTS}. */
export type SoundLayout = (typeof SOUND_LAYOUTS)[number]

/** What sound is mixed in on the way: mono is the mean of a stereo mix, so that pan means the same in both. */
export type MixLayout = Exclude<SoundLayout, 'mono'>

/** The layout that a film of this layout is mixed in. */
export function mixLayoutOf(layout: SoundLayout): MixLayout {
  return layout === '5.1' ? '5.1' : 'stereo'
}

/** Channels of a layout; 5.1 counts left, right, centre, low frequencies, left and right surround. */
export function channelsOf(layout: SoundLayout): number {
  return { mono: 1, stereo: 2, '5.1': 6 }[layout]
}

/**
 * What brings sound of so many channels into a mix. One channel plays on front left and right, each as loud as it
 * is; two stay front left and right; more go by ffmpeg's rules, which are those of ITU-R BS.775: to stereo, centre and
 * surrounds at −3 dB, low frequencies left out, nothing scaled down.
 */
export function intoMix(channels: number, mix: MixLayout): readonly string[] {
  if (mix === 'stereo') return channels === 1 ? ['pan=stereo|c0=c0|c1=c0'] : []
  if (channels > 2) return []
  return [channels === 1 ? 'pan=5.1|FL=c0|FR=c0' : 'pan=5.1|FL=c0|FR=c1']
}

/** What makes a film's layout of its mix: of stereo and mono the latter is the mean of both sides. */
export function outOfMix(layout: SoundLayout): readonly string[] {
  return layout === 'mono' ? ['pan=mono|c0=0.5*c0+0.5*c1'] : []
}
