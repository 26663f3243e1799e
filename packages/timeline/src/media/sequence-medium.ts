import type { Rational } from '@sheaf/protocol'
import type { MediaIndex } from './media-index.js'
import type { SequenceIndex } from './picture-sequence.js'

/**
 * The index of a sequence of `count` numbered pictures, made from that of one of them: they are all alike, and each is a
 * keyframe of its own. Sound, which no picture has, is left out.
 */
export function sequenceMedium(
  picture: MediaIndex & { readonly video: NonNullable<MediaIndex['video']> },
  how: { readonly count: number; readonly pictureSeconds: Rational; readonly sequence: SequenceIndex },
): MediaIndex {
  const { count, pictureSeconds, sequence } = how
  const numbers = [count === 1 ? { start: 0, num: 0, den: 1, count } : { start: 0, num: 1, den: 1, count }]
  return {
    container: picture.container,
    audio: undefined,
    video: {
      ...picture.video,
      timeBase: pictureSeconds,
      frames: numbers,
      frameCount: count,
      keyframes: numbers,
      lastDuration: 1,
      reorder: 0,
      variableRate: false,
    },
    sequence,
  }
}
