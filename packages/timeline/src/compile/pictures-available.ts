import {
  absRational,
  addRational,
  ceilRational,
  divRational,
  floorRational,
  type Rational,
  rational,
  subRational,
} from '@sheaf/protocol'
import { videoDuration } from '../media/check-media.js'
import type { VideoIndex } from '../media/media-index.js'
import type { EditClip, FrameSpan, MediaContent } from '../model/edit.js'
import { anchorOf } from '../model/walk-edit.js'

/**
 * The part of a span on which a clip's medium has pictures: more than the clip's own frames, so that effects see what
 * was taken before it and after it, also where a transition begins or ends.
 */
export function picturesAvailable(
  { from, to }: EditClip,
  content: MediaContent,
  { span, rate, video }: { readonly span: FrameSpan; readonly rate: Rational; readonly video: VideoIndex },
): FrameSpan {
  const { start, speed } = content
  if (speed.num === 0 || video.frameCount === 1) return span
  const perFrame = divRational(speed, rate)
  const last = subRational(videoDuration(video), absRational(perFrame))
  const frameAt = (second: Rational): Rational =>
    addRational(rational(anchorOf({ from, content })), divRational(subRational(second, start), perFrame))
  const [one, other] = [frameAt(rational(0)), frameAt(last)]
  const [first, final] = speed.num > 0 ? [one, other] : [other, one]
  // The clip's own frames were checked to be there, but for half a frame.
  return {
    from: Math.max(span.from, Math.min(from, ceilRational(first))),
    to: Math.min(span.to, Math.max(to, floorRational(final) + 1)),
  }
}
