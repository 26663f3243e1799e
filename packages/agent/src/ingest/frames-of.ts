import { parseFrameRange, SheafError } from '@sheaf/protocol'
import { sliceEdit, type Edit } from '@sheaf/timeline'

/** The stretch of an edit that a person asks for, such as `100-199`. Throws SHEAF_FRAMES_MALFORMED. */
export function framesOf(edit: Edit, text: string): Edit {
  const [span, ...more] = parseFrameRange(text).spans
  if (span !== undefined && more.length === 0 && span.step === 1)
    return sliceEdit(edit, { from: span.first, to: span.last + 1 })
  throw new SheafError({
    code: 'SHEAF_FRAMES_MALFORMED',
    message: `--frames ${text}: a video is rendered from one stretch of frames without steps.`,
    hint: 'Such as --frames 100-199; both ends are included.',
  })
}
