import { SheafError } from '@sheaf/protocol'
import type { MediaIndex } from '../media/media-index.js'
import type { EditClip, EditElement, EditTrack, FrameSpan, TransitionStyle } from '../model/edit.js'
import { reachOf } from './effect-chain.js'
import { coversCanvas, fitInto, type FrameFormat, type FrameSize } from './frame-format.js'
import { hidesAll, isHidden, lookOfClip, lookSpans, sourceSize } from './look-plan.js'
import { workBytes } from './picture-formats.js'
import type { PlainLook } from './plain-look.js'

/** What is to be seen on frames [from, to) of the edit: a tree of pictures of the canvas' size, opaque but in a stack that is one picture. */
export type PicturePlan = BlackPlan | ClipPlan | StackPlan | RowPlan | MixPlan

/** Black; in a stack that is one picture, nothing. */
export interface BlackPlan extends FrameSpan {
  readonly kind: 'black'
}
/** A clip: over what lies below where it does not fill the canvas, or else on black. */
export interface ClipPlan extends FrameSpan {
  readonly kind: 'clip'
  readonly clip: EditClip
  readonly look: PlainLook | undefined
  readonly over: PicturePlan | undefined
}
/** A nested stack that a look makes one picture: its tracks over each other on nothing, then the look, over the rest. */
export interface StackPlan extends FrameSpan {
  readonly kind: 'stack'
  readonly clip: EditClip
  readonly look: PlainLook
  /** On all the frames that the look's effects want and the clip's tracks hold. */
  readonly inside: PicturePlan
  readonly over: PicturePlan
}
/** One after another. */
export interface RowPlan extends FrameSpan {
  readonly kind: 'row'
  readonly parts: readonly PicturePlan[]
}
/** A part of a transition; both sides are on all frames of it, whatever part is wanted. */
export interface MixPlan extends FrameSpan {
  readonly kind: 'mix'
  /** Frames of the whole transition. */
  readonly whole: FrameSpan
  readonly style: TransitionStyle
  readonly out: PicturePlan
  readonly in: PicturePlan
}

/** What a plan depends on besides the tracks. */
export interface PlanContext {
  readonly media: ReadonlyMap<string, MediaIndex>
  readonly format: FrameFormat
  /** Whether what no track covers is black, or nothing, as in a stack that is one picture. */
  readonly ground: 'black' | 'nothing'
  /** How many more parts a plan may have. */
  readonly effort: { left: number }
}

/** Parts that one plan may have: far more than people lay over each other, few enough for one process. */
const MOST_PARTS = 2000

/** Pictures that are turned round are held in memory meanwhile: at most this much of them at once. */
const REVERSED_BYTES = 128 * 1024 * 1024

/**
 * Plans frames [from, to). The tracks of a nested stack without a look simply lie above those below it, and a
 * transition is one between two whole canvases: so little has to be transparent, and nothing that is hidden is decoded.
 */
export function planPictures(
  tracks: readonly EditTrack[],
  span: FrameSpan,
  context: Omit<PlanContext, 'effort' | 'ground'>,
): PicturePlan {
  return planTracks(tracks, span, { ...context, ground: 'black', effort: { left: MOST_PARTS } })
}

function planTracks(tracks: readonly EditTrack[], span: FrameSpan, context: PlanContext): PicturePlan {
  spend(context, span)
  const [top, below] = [tracks.at(-1), tracks.slice(0, -1)]
  const { from, to } = span
  if (!top) return { kind: 'black', from, to }
  const parts = top.items
    .filter((item) => item.from < to && item.to > from)
    .flatMap((item): PicturePlan[] => {
      const part = { from: Math.max(item.from, from), to: Math.min(item.to, to) }
      if (item.kind !== 'transition') return planElement(item, below, part, context)
      const { whole } = item
      const side = (element: EditElement): PicturePlan => row(planElement(element, below, whole, context), whole)
      return [{ kind: 'mix', ...part, whole, style: item.style, out: side(item.out), in: side(item.in) }]
    })
  return row(padded(parts, span), span)
}

/**
 * Black where a track holds no frames: below a transition that was cut into, whose sides are planned on all of it while
 * the tracks below were cut with the edit. Those frames are made and thrown away, but they have to be there to count.
 */
function padded(parts: readonly PicturePlan[], { from, to }: FrameSpan): PicturePlan[] {
  const start = parts[0]?.from ?? to
  const end = parts.at(-1)?.to ?? to
  return [
    ...(start > from ? [{ kind: 'black', from, to: start } as const] : []),
    ...parts,
    ...(end < to ? [{ kind: 'black', from: end, to } as const] : []),
  ]
}

function planElement(
  element: EditElement,
  below: readonly EditTrack[],
  span: FrameSpan,
  context: PlanContext,
): PicturePlan[] {
  if (element.kind === 'gap') return [planTracks(below, span, context)]
  const { content } = element
  const look = lookOfClip(element)
  if (look) return planLook(element, look, below, { span, context })
  if (content.kind === 'stack') return [planTracks([...below, ...content.tracks], span, context)]
  return spansFor(element, span, context).map((part): ClipPlan => {
    const cover = coverOf(element, context)
    const under = cover === 'full' ? undefined : planTracks(below, part, context)
    const onBlack = cover === 'part' && under?.kind === 'black' && context.ground === 'black'
    return { kind: 'clip', ...part, clip: element, look: undefined, over: onBlack ? undefined : under }
  })
}

/** A clip with a look: it may be nothing at all, and hides what lies below only when that is sure. */
function planLook(
  clip: EditClip,
  look: PlainLook,
  below: readonly EditTrack[],
  { span, context }: { readonly span: FrameSpan; readonly context: PlanContext },
): PicturePlan[] {
  if (isHidden(clip, look, span, context)) return [planTracks(below, span, context)]
  const { content } = clip
  const parts = lookSpans(clip, look, span, context)
  if (content.kind === 'stack') {
    return parts.map((part): StackPlan => {
      const { from, to } = reachOf(look.effects, part)
      const held = spanOf(content.tracks, clip)
      const reach = { from: Math.max(from, held.from), to: Math.min(to, held.to) }
      const inside = planTracks(content.tracks, reach, { ...context, ground: 'nothing' })
      return { kind: 'stack', ...part, clip, look, inside, over: planTracks(below, part, context) }
    })
  }
  const hides = hidesAll(clip, look, context)
  return parts
    .flatMap((part) => spansFor(clip, part, context, sourceSize(clip, look, part, context)))
    .map((part): ClipPlan => {
      return { kind: 'clip', ...part, clip, look, over: hides ? undefined : planTracks(below, part, context) }
    })
}

/** The frames that all tracks of a stack hold: those of its clip, and more where its effects look beyond them. */
function spanOf(tracks: readonly EditTrack[], clip: FrameSpan): FrameSpan {
  const starts = tracks.map(({ items }) => items[0]?.from ?? clip.from)
  const ends = tracks.map(({ items }) => items.at(-1)?.to ?? clip.to)
  return tracks.length === 0 ? clip : { from: Math.max(...starts), to: Math.min(...ends) }
}

/** Clips that run backwards are rendered in short pieces, each turned round by itself. */
function spansFor(
  { content }: EditClip,
  span: FrameSpan,
  { format, media }: PlanContext,
  size: FrameSize = format,
): readonly FrameSpan[] {
  if (content.kind !== 'media' || content.speed.num >= 0) return [span]
  const video = media.get(content.media)?.video
  const pictures = video ? fitInto(video, size) : size
  const length = Math.max(
    1,
    Math.floor(REVERSED_BYTES / workBytes(pictures, format, video !== undefined && video.alpha !== 'none')),
  )
  const spans: FrameSpan[] = []
  for (let from = span.from; from < span.to; from += length) {
    spans.push({ from, to: Math.min(from + length, span.to) })
  }
  return spans
}

/** How much a clip hides of what lies below: all, all where it is, or less. */
function coverOf({ content }: EditClip, { media, format }: PlanContext): 'full' | 'part' | 'transparent' {
  const video = content.kind === 'media' ? media.get(content.media)?.video : undefined
  if (video && video.alpha !== 'none') return 'transparent'
  return video === undefined || coversCanvas(video, format) ? 'full' : 'part'
}

function row(parts: readonly PicturePlan[], span: FrameSpan): PicturePlan {
  const flat = parts.flatMap((part) => (part.kind === 'row' ? part.parts : [part]))
  const [first] = flat
  if (first && flat.length === 1) return first
  return { kind: 'row', from: span.from, to: span.to, parts: flat }
}

/** Below each transition the lower tracks are there twice: many over each other would never end. */
function spend({ effort }: PlanContext, { from, to }: FrameSpan): void {
  effort.left -= 1
  if (effort.left >= 0) return
  throw new SheafError({
    code: 'SHEAF_EDIT_UNSUPPORTED',
    message: `frames ${from}-${to - 1}: too many transitions, or pictures that others show through, lie over each other`,
    hint: 'Move some of the transitions apart, or render out a part of the tracks in the editor.',
    details: { from, to },
  })
}

/** How many input files a plan opens. */
export function countInputs(plan: PicturePlan): number {
  switch (plan.kind) {
    case 'black':
      return 0
    case 'clip':
      return (plan.clip.content.kind === 'media' ? 1 : 0) + (plan.over ? countInputs(plan.over) : 0)
    case 'stack':
      return countInputs(plan.inside) + countInputs(plan.over)
    case 'row':
      return plan.parts.reduce((sum, part) => sum + countInputs(part), 0)
    case 'mix':
      return countInputs(plan.out) + countInputs(plan.in)
  }
}
