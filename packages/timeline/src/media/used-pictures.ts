import { addRational, divRational, floorRational, mulRational, type Rational, rational } from '@sheaf/protocol'
import type { Edit, EditTrack, MediaClip } from '../model/edit.js'
import { mediaClipsOf, mediaTimeAt } from '../model/walk-edit.js'
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

/** The pictures of the sequence named `media` that an edit shows anywhere, as one span; undefined when it shows none. */
export function picturesOfEdit(
  edit: { readonly video: readonly EditTrack[]; readonly rate: Edit['rate'] },
  media: string,
  pictureSeconds: Rational,
): PictureSpan | undefined {
  let span: PictureSpan | undefined
  for (const clip of mediaClipsOf(edit.video)) {
    if (clip.content.media !== media) continue
    const [from, to] = picturesOfClip(clip, edit.rate, pictureSeconds)
    span = span ? [Math.min(span[0], from), Math.max(span[1], to)] : [from, to]
  }
  return span
}
