import { SheafError } from '@sheaf/protocol'
import { effectProblem } from '../effect/effects.js'
import type { MediaIndex } from '../media/media-index.js'
import type { EditClip, FrameSpan } from '../model/edit.js'
import { opensAlpha, sourceLevel } from './effect-chain.js'
import { fitInto, type FrameFormat, type FrameSize, type Placement } from './frame-format.js'
import { coversAll, isScalable, levelAt, levelSpans, sizeAtLevel, stillLevel, stillRect } from './picture-layout.js'
import { isUnseen, type PlainLook, plainLook, staticPlace } from './plain-look.js'

/** What is known of the media and the canvas. */
interface LookPlanContext {
  readonly media: ReadonlyMap<string, MediaIndex>
  readonly format: FrameFormat
}

/** The look that a clip is rendered with; throws SHEAF_EDIT_UNSUPPORTED for an effect that cannot be rendered so. */
export function lookOfClip({ look, where }: EditClip): PlainLook | undefined {
  const plain = plainLook(look)
  for (const effect of plain?.effects ?? []) {
    const problem = effectProblem(effect)
    if (problem === undefined) continue
    throw new SheafError({
      code: 'SHEAF_EDIT_UNSUPPORTED',
      message: `${where}: ${problem} cannot be rendered`,
      hint: 'Take the effect off in the editor, or export without it.',
      details: { effect: effect.id, where },
    })
  }
  return plain
}

/** Where the pictures of a clip lie without a look. */
export function fittedOf({ content }: EditClip, { media, format }: LookPlanContext): Placement {
  const video = content.kind === 'media' ? media.get(content.media)?.video : undefined
  return video ? fitInto(video, format) : { x: 0, y: 0, width: format.width, height: format.height }
}

/** Doublings of its fitted size up to which a clip has more to show. */
export function mostLevelOf(clip: EditClip, context: LookPlanContext): number {
  const { content } = clip
  const video = content.kind === 'media' ? context.media.get(content.media)?.video : undefined
  if (!video) return 0
  const fitted = fittedOf(clip, context)
  const ratio = Math.max(video.width, video.height) / Math.max(fitted.width, fitted.height)
  return Math.max(0, Math.ceil(Math.log2(ratio) - 1e-9))
}

/** Whether nothing of a clip is seen on these frames, so that it need not be decoded. */
export function isHidden(clip: EditClip, look: PlainLook, span: FrameSpan, context: LookPlanContext): boolean {
  if (isUnseen(look, span)) return true
  const still = staticPlace(look.place)
  return still !== undefined && stillRect(fittedOf(clip, context), still, context.format) === undefined
}

/** Whether a clip with a look surely leaves nothing of what lies below to be seen. */
export function hidesAll(clip: EditClip, look: PlainLook, context: LookPlanContext): boolean {
  const { content } = clip
  const video = content.kind === 'media' ? context.media.get(content.media)?.video : undefined
  if (content.kind === 'stack' || (video && video.alpha !== 'none')) return false
  if (look.crop || look.opacity !== undefined || opensAlpha(look.effects)) return false
  const still = staticPlace(look.place)
  const rect = still && stillRect(fittedOf(clip, context), still, context.format)
  return rect !== undefined && isScalable(rect) && coversAll(rect, context.format)
}

/** The parts of a span in which a clip's pictures are scaled to one size. */
export function lookSpans(
  clip: EditClip,
  look: PlainLook,
  span: FrameSpan,
  context: LookPlanContext,
): readonly FrameSpan[] {
  return levelSpans(look, span, mostLevelOf(clip, context))
}

/** How large the canvas is that the pictures of a part of {@link lookSpans} are scaled for, right from their source. */
export function sourceSize(
  clip: EditClip,
  { effects, place }: PlainLook,
  { from }: FrameSpan,
  context: LookPlanContext,
): FrameSize {
  const [fitted, most] = [fittedOf(clip, context), mostLevelOf(clip, context)]
  const still = staticPlace(place)
  const rect = still && stillRect(fitted, still, context.format)
  const level = rect && isScalable(rect) ? stillLevel(rect, fitted, most) : place ? levelAt(place, from, most) : 0
  return sizeAtLevel(context.format, sourceLevel(effects, level))
}
