import { SheafError } from '@sheaf/protocol'
import type { Curve, Edit, EditElement, EditItem, EditTrack, FrameSpan } from './edit.js'
import { mapLevel, mapLook, shiftCurve } from './curve.js'
import { cutTrack } from './walk-edit.js'

/**
 * Frames [from, to) of the edit as an edit of their own, which starts at frame 0. Of a transition that the span
 * cuts into, the part inside is seen.
 * Throws SHEAF_FRAMES_MALFORMED when the span is empty or not inside the edit.
 */
export function sliceEdit(edit: Edit, span: FrameSpan): Edit {
  const { from, to } = span
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= edit.frames)) {
    throw new SheafError({
      code: 'SHEAF_FRAMES_MALFORMED',
      message: `frames ${from}-${to - 1} are not inside the edit, which has frames 0-${edit.frames - 1}`,
      hint: 'Frames count from 0; both ends are included.',
      details: { from, to, frames: edit.frames },
    })
  }
  const cut = (track: EditTrack): EditTrack => shiftTrack(cutTrack(track, span, edit.rate), -from)
  const { timecode, markers } = edit
  return {
    ...edit,
    ...{ frames: to - from, video: edit.video.map(cut), audio: edit.audio.map(cut) },
    ...(timecode && { timecode: { ...timecode, frame: timecode.frame + from } }),
    ...(markers && { markers: markers.map((marker) => ({ ...marker, frame: marker.frame - from })) }),
  }
}

const shiftTrack = (track: EditTrack, by: number): EditTrack => ({
  ...track,
  ...(track.level && { level: mapLevel(track.level, (curve) => shiftCurve(curve, by)) }),
  items: track.items.map((item) => shiftItem(item, by)),
})

function shiftItem(item: EditItem, by: number): EditItem {
  if (item.kind !== 'transition') return shiftElement(item, by)
  const { from, to, whole } = item
  const moved = { from: from + by, to: to + by, whole: { from: whole.from + by, to: whole.to + by } }
  return { ...item, ...moved, out: shiftElement(item.out, by), in: shiftElement(item.in, by) }
}

function shiftElement(element: EditElement, by: number): EditElement {
  const moved = { from: element.from + by, to: element.to + by }
  if (element.kind === 'gap') return { ...element, ...moved }
  const { content, look, level } = element
  const later = (curve: Curve): Curve => shiftCurve(curve, by)
  return {
    ...element,
    ...moved,
    ...(look && { look: mapLook(look, later) }),
    ...(level && { level: mapLevel(level, later) }),
    content:
      content.kind === 'stack' ? { ...content, tracks: content.tracks.map((one) => shiftTrack(one, by)) } : content,
  }
}
