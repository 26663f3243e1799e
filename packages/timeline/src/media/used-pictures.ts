import { addRational, divRational, floorRational, mulRational, type Rational, rational } from '@sheaf/protocol'
import { reachOf } from '../compile/effect-chain.js'
import { effectProblem } from '../effect/effects.js'
import type { Edit, MediaClip } from '../model/edit.js'
import { videoInWhole } from '../model/shift-track.js'
import { anchorOf, mediaClipsOf, mediaTimeAt } from '../model/walk-edit.js'
import type { PictureSpan } from './picture-sequence.js'

/** The pictures of a sequence that a clip shows, from its first to its last one; each lasts `pictureSeconds`. */
export function picturesOfClip(clip: MediaClip, rate: Rational, pictureSeconds: Rational): PictureSpan {
  const { speed } = clip.content
  // As pictures are chosen: frame n shows what is on in its middle.
  const half = mulRational(rational(rate.den, 2 * rate.num), speed.num === 0 ? rational(1) : speed)
  const shownAt = (frame: number): number =>
    floorRational(divRational(addRational(mediaTimeAt(clip, frame, rate), half), pictureSeconds))
  const [first, last] = [shownAt(clip.from), shownAt(clip.to - 1)]
  return [Math.min(first, last), Math.max(first, last) + 1]
}

/**
 * The clip on all the frames that its effects look at, and one to either side, which ffmpeg reads to see which picture
 * is on at a border: at a high speed that is many pictures.
 */
function reached(clip: MediaClip): MediaClip {
  const effects = (clip.look?.effects ?? []).filter((effect) => effectProblem(effect) === undefined)
  const { from, to } = reachOf(effects, clip)
  const wide = { from: from - 1, to: to + 1 }
  const { content } = clip
  return { ...clip, ...wide, content: { ...content, at: anchorOf(clip) } }
}

/** The pictures of the sequence named `media` that an edit shows or its effects look at, as one span; undefined when it shows none. */
export function picturesOfEdit(
  edit: Pick<Edit, 'video' | 'rate' | 'firstFrame'>,
  media: string,
  pictureSeconds: Rational,
): PictureSpan | undefined {
  let span: PictureSpan | undefined
  for (const clip of mediaClipsOf(videoInWhole(edit))) {
    if (clip.content.media !== media) continue
    const [from, to] = picturesOfClip(reached(clip), edit.rate, pictureSeconds)
    span = span ? [Math.min(span[0], from), Math.max(span[1], to)] : [from, to]
  }
  return span
}
