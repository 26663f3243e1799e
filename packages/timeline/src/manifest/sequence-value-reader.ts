import {
  MAX_SEQUENCE_PICTURES,
  MISSING_PICTURE_POLICIES,
  type PictureSpan,
  type SequenceIndex,
} from '../media/picture-sequence.js'
import type { ValueReader } from './value-reader.js'

/** Reads the files of a sequence: as many as it has pictures that are there, together as large as its asset. */
export function readSequence(
  value: ValueReader,
  of: { readonly sizeBytes: number; readonly container: string; readonly pictures: number | undefined },
): SequenceIndex {
  const { pictures = 0, container, sizeBytes } = of
  if (!container.endsWith('_pipe') || pictures > MAX_SEQUENCE_PICTURES) throw value.error('nothing: its medium is none')
  const fileBytes = value.field('fileBytes').list(MAX_SEQUENCE_PICTURES, (size) => size.integer(1))
  if (fileBytes.reduce((sum, size) => sum + size, 0) !== sizeBytes) {
    throw value.field('fileBytes').error(`files of ${sizeBytes} bytes together`)
  }
  let [at, gone] = [0, 0]
  const missing = value.field('missing').list(MAX_SEQUENCE_PICTURES, (span): PictureSpan => {
    const [from = -1, to = -1, ...rest] = span.list(2, (bound) => bound.integer(0, pictures))
    if (from < at || to <= from || rest.length > 0) throw span.error(`a span of pictures from ${at} on`)
    at = to
    gone += to - from
    return [from, to]
  })
  if (fileBytes.length + gone !== pictures) throw value.error(`${pictures} pictures`)
  if (fileBytes.length === 0) throw value.error('a picture that is there')
  return { fileBytes, missing, policy: value.field('policy').oneOf(...MISSING_PICTURE_POLICIES) }
}
