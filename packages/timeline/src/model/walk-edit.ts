import { addRational, mulRational, type Rational, rational } from '@sheaf/protocol'
import { reachOf } from '../compile/effect-chain.js'
import { effectProblem } from '../effect/effects.js'
import type { Edit, EditClip, EditElement, EditItem, EditTrack, FrameSpan, MediaClip, MediaContent } from './edit.js'

/** The second of its medium that a clip shows at frame `frame` of the edit, which may lie outside the clip. */
export function mediaTimeAt(
  clip: { readonly from: number; readonly content: MediaContent },
  frame: number,
  rate: Rational,
): Rational {
  const frames = mulRational(rational((frame - anchorOf(clip)) * rate.den, rate.num), clip.content.speed)
  return addRational(clip.content.start, frames)
}

/** The frame of the edit for which a clip says where its medium begins. */
export function anchorOf({ from, content }: { readonly from: number; readonly content: MediaContent }): number {
  return content.at ?? from
}

/** Whether a clip of a medium that begins at another frame is told anew for it, or for the frame that it was told for. */
export type CutManner = 'told-anew' | 'as-told'

/** The same element on frames [from, to), which may reach beyond its own; nested tracks are cut likewise, to what its effects look at. */
export function reframe(element: EditElement, span: FrameSpan, rate: Rational, manner: CutManner = 'told-anew') {
  const { from, to } = span
  if (element.kind === 'gap') return { kind: 'gap', from, to } as const
  const { content } = element
  switch (content.kind) {
    case 'media': {
      if (from === element.from) return { ...element, from, to }
      const at = anchorOf({ from: element.from, content })
      if (manner === 'as-told' || content.at !== undefined) return { ...element, from, to, content: { ...content, at } }
      const start = mediaTimeAt({ from: element.from, content }, from, rate)
      return { ...element, from, to, content: { ...content, start } }
    }
    case 'stack': {
      const wide = reachOfClip(element, span)
      const tracks = content.tracks.map((track) => cutTrack(track, wide, rate, manner))
      return { ...element, from, to, content: { ...content, tracks } }
    }
    default:
      return { ...element, from, to }
  }
}

/** All the frames that the effects of a clip look at; of a stack its tracks keep what they have of them. */
function reachOfClip({ look }: EditClip, span: FrameSpan): FrameSpan {
  const effects = (look?.effects ?? []).filter((effect) => effectProblem(effect) === undefined)
  return reachOf(effects, span)
}

/** The part of a track on frames [from, to). */
export function cutTrack(
  track: EditTrack,
  { from, to }: FrameSpan,
  rate: Rational,
  manner: CutManner = 'told-anew',
): EditTrack {
  const items = track.items.flatMap((item): EditItem[] => {
    const [start, end] = [Math.max(item.from, from), Math.min(item.to, to)]
    if (start >= end) return []
    if (item.kind === 'transition') return [{ ...item, from: start, to: end }]
    return [start === item.from && end === item.to ? item : reframe(item, { from: start, to: end }, rate, manner)]
  })
  return { ...track, items }
}

/** Every medium that is shown or heard anywhere below these tracks, both sides of transitions included. */
export function mediaClipsOf(tracks: readonly EditTrack[]): MediaClip[] {
  return tracks.flatMap(({ items }) => items.flatMap(clipsOfItem))
}

function clipsOfItem(item: EditItem): MediaClip[] {
  switch (item.kind) {
    case 'gap':
      return []
    case 'transition':
      return [...clipsOfItem(item.out), ...clipsOfItem(item.in)]
    case 'clip': {
      const { content } = item
      if (content.kind === 'stack') return mediaClipsOf(content.tracks)
      return content.kind === 'media' ? [{ ...item, content }] : []
    }
  }
}

/** Frames at which the picture changes from one item to another: neither 0 nor the end; rising, each once. */
export function cutsOf({ video, frames }: Edit): number[] {
  const starts = video.flatMap(({ items }) => items.flatMap(({ from, to }) => [from, to]))
  return [...new Set(starts)].filter((frame) => frame > 0 && frame < frames).sort((a, b) => a - b)
}

/** The edit with every medium's name replaced; throws when one is not in the map. */
export function bindMedia(edit: Edit, ids: ReadonlyMap<string, string>): Edit {
  const bindTrack = (track: EditTrack): EditTrack => ({ ...track, items: track.items.map(bindItem) })
  const bindItem = (item: EditItem): EditItem =>
    item.kind === 'transition' ? { ...item, out: bindElement(item.out), in: bindElement(item.in) } : bindElement(item)
  const bindElement = (element: EditElement): EditElement => {
    if (element.kind === 'gap') return element
    const { content } = element
    if (content.kind === 'stack') return { ...element, content: { ...content, tracks: content.tracks.map(bindTrack) } }
    if (content.kind !== 'media') return element
    const media = ids.get(content.media)
    if (media === undefined) throw new Error(`no asset for ${content.media} (${element.where})`)
    return { ...element, content: { ...content, media } }
  }
  return { ...edit, video: edit.video.map(bindTrack), audio: edit.audio.map(bindTrack) }
}

/** Items on all the frames of `span`: gaps where there are none. */
export function fillSpan(items: readonly EditItem[], span: FrameSpan): readonly EditItem[] {
  const from = items[0]?.from ?? span.to
  const to = items.at(-1)?.to ?? span.to
  return [
    ...(from > span.from ? [{ kind: 'gap', from: span.from, to: from } as const] : []),
    ...items,
    ...(to < span.to ? [{ kind: 'gap', from: to, to: span.to } as const] : []),
  ]
}
