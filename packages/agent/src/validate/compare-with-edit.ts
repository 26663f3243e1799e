import { type FrameSpan, type PictureEvidence, type Signature, signatureGrid } from '@sheaf/timeline'
import { comparePictures, spanAround } from './compare-pictures.js'
import { editSignatures } from './film-signatures.js'
import type { ReferenceJob } from './reference-job.js'

/** Pictures of a film that are held against its edit. */
export interface EditComparison {
  /** Frames that `found` yields. */
  readonly window: FrameSpan
  readonly found: AsyncIterable<Signature>
  /** Frames of the edit on either side in which a picture of the film is looked for; the usual number when absent. */
  readonly reach?: number | undefined
  readonly onFrame?: (() => void) | undefined
}

/** Compares pictures with the edit's, rendered again. Throws what reading either throws. */
export function compareWithEdit(job: ReferenceJob, comparison: EditComparison): Promise<PictureEvidence[]> {
  const { window, found, reach, onFrame } = comparison
  const { edit, picture } = job.manifest
  const grid = signatureGrid(picture)
  const expectedSpan = spanAround(window, edit.frames, reach)
  const expected = editSignatures(job, expectedSpan, grid)
  return comparePictures({ grid, from: window.from, found, expectedSpan, expected, onFrame })
}

/** Frames beyond a border's own in which the home looks for its pictures: half of the usual, and so half the cost. */
export const BORDER_SEARCH = 6
