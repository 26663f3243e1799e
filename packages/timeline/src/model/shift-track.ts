import { mapLevel, mapLook, shiftCurve } from './curve.js'
import type { Content, Curve, Edit, EditElement, EditItem, EditTrack } from './edit.js'

/** The tracks of an edit's pictures in the frames of the whole edit, which it may be a part of. */
export function videoInWhole({ video, firstFrame = 0 }: Pick<Edit, 'video' | 'firstFrame'>): readonly EditTrack[] {
  return firstFrame === 0 ? video : video.map((track) => shiftTrack(track, firstFrame))
}

/** The same track `by` frames later. */
export function shiftTrack(track: EditTrack, by: number): EditTrack {
  return {
    ...track,
    ...(track.level && { level: mapLevel(track.level, (curve) => shiftCurve(curve, by)) }),
    items: track.items.map((item) => shiftItem(item, by)),
  }
}

function shiftItem(item: EditItem, by: number): EditItem {
  if (item.kind !== 'transition') return shiftElement(item, by)
  const { from, to, whole } = item
  const moved = { from: from + by, to: to + by, whole: { from: whole.from + by, to: whole.to + by } }
  return { ...item, ...moved, out: shiftElement(item.out, by), in: shiftElement(item.in, by) }
}

function shiftElement(element: EditElement, by: number): EditElement {
  const moved = { from: element.from + by, to: element.to + by }
  if (element.kind === 'gap') return { ...element, ...moved }
  const { look, level } = element
  const later = (curve: Curve): Curve => shiftCurve(curve, by)
  return {
    ...element,
    ...moved,
    ...(look && { look: mapLook(look, later) }),
    ...(level && { level: mapLevel(level, later) }),
    content: shiftContent(element.content, by),
  }
}

function shiftContent(content: Content, by: number): Content {
  if (content.kind === 'stack') return { ...content, tracks: content.tracks.map((one) => shiftTrack(one, by)) }
  return content.kind === 'media' && content.at !== undefined ? { ...content, at: content.at + by } : content
}
