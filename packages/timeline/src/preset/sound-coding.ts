/** How sound is encoded; `none` leaves it out. */
export type SoundCoding =
  { readonly codec: 'aac'; readonly kbits: number } | { readonly codec: 'pcm_s16le' | 'pcm_s24le' | 'flac' | 'none' }

/** Sound by its codec: the film's endings that may carry it, and those of files that hold it alone. */
export const SOUND_CODECS = {
  aac: { films: ['.mp4', '.mov'], alone: ['.m4a'] },
  pcm_s16le: { films: ['.mov'], alone: ['.wav'] },
  pcm_s24le: { films: ['.mov'], alone: ['.wav'] },
  flac: { films: [], alone: ['.flac'] },
  none: { films: ['.mp4', '.mov', '.png', '.exr', '.jpg', '.jpeg'], alone: [] },
} as const satisfies Readonly<
  Record<SoundCoding['codec'], { readonly films: readonly string[]; readonly alone: readonly string[] }>
>

/** Bit rates of stereo AAC in kbit/s. */
export const AAC_KBITS = { least: 32, most: 512 } as const
