import { addRational, divRational, rational, SheafError } from '@sheaf/protocol'
import type { Edit, EditItem, EditTrack } from './edit.js'

/**
 * Frames [from, to) of the edit as an edit of their own, which starts at frame 0.
 * Throws SHEAF_FRAMES_MALFORMED when the span is empty or not inside the edit.
 */
export function sliceEdit(edit: Edit, span: { readonly from: number; readonly to: number }): Edit {
  const { from, to } = span
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= edit.frames)) {
    throw new SheafError({
      code: 'SHEAF_FRAMES_MALFORMED',
      message: `frames ${from}-${to - 1} are not inside the edit, which has frames 0-${edit.frames - 1}`,
      hint: 'Frames count from 0; both ends are included.',
      details: { from, to, frames: edit.frames },
    })
  }
  const cut = (track: EditTrack): EditTrack => ({
    ...track,
    items: track.items.flatMap((item) => cutItem(edit, item, from, to)),
  })
  return { ...edit, frames: to - from, video: cut(edit.video), audio: edit.audio && cut(edit.audio) }
}

function cutItem(edit: Edit, item: EditItem, from: number, to: number): EditItem[] {
  const [start, end] = [Math.max(item.from, from), Math.min(item.to, to)]
  if (start >= end) return []
  const placed = { from: start - from, to: end - from }
  if (item.kind === 'gap') return [{ kind: 'gap', ...placed }]
  const skipped = divRational(rational(start - item.from), edit.rate)
  return [{ ...item, ...placed, sourceStart: addRational(item.sourceStart, skipped) }]
}
