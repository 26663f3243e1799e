import { SheafError } from '@sheaf/protocol'
import type { Edit, EditTrack, FrameSpan } from './edit.js'
import { shiftTrack, videoInWhole } from './shift-track.js'
import { cutTrack } from './walk-edit.js'

/**
 * Frames [from, to) of the edit as an edit of their own, which starts at frame 0: its pictures are those of the
 * whole edit, bit by bit. Of a transition that the span cuts into, the part inside is seen.
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
  const { timecode, markers, firstFrame = 0 } = edit
  // Pictures keep their numbers in the whole edit while they are cut: groups of frames count from its frame 0.
  const inWhole = { from: from + firstFrame, to: to + firstFrame }
  const seen = (track: EditTrack): EditTrack =>
    shiftTrack(cutTrack(track, inWhole, edit.rate, 'as-told'), -inWhole.from)
  const heard = (track: EditTrack): EditTrack => shiftTrack(cutTrack(track, span, edit.rate), -from)
  return {
    ...edit,
    ...{ frames: to - from, video: videoInWhole(edit).map(seen), audio: edit.audio.map(heard) },
    ...(inWhole.from > 0 && { firstFrame: inWhole.from }),
    ...(timecode && { timecode: { ...timecode, frame: timecode.frame + from } }),
    ...(markers && { markers: markers.map((marker) => ({ ...marker, frame: marker.frame - from })) }),
  }
}
