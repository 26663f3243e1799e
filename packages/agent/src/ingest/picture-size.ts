import { SheafError, type SubmitRequest } from '@sheaf/protocol'
import { outputSize, type Edit, type FrameSize } from '@sheaf/timeline'
import type { FoundMedium } from './find-media.js'

/**
 * The size of the film's picture: the one asked for, the edit's own, or that of its media; half of it in a draft.
 * Throws SHEAF_REQUEST_INVALID when the one asked for cannot be rendered.
 */
export function pictureSize(
  request: Pick<SubmitRequest, 'size' | 'draft'>,
  read: { readonly edit: Edit; readonly size: FrameSize | undefined },
  media: readonly FoundMedium[],
): FrameSize {
  return draftSize(request, sizeOf(request, read, media))
}

function sizeOf(
  { size }: Pick<SubmitRequest, 'size'>,
  read: { readonly edit: Edit; readonly size: FrameSize | undefined },
  media: readonly FoundMedium[],
): FrameSize {
  if (size !== undefined) return parseSize(size)
  if (read.size !== undefined) return read.size
  return outputSize(
    read.edit,
    new Map(media.flatMap(({ target, state }) => (state.state === 'indexed' ? [[target.path, state.index]] : []))),
  )
}

/** Half of it in a draft, even again. */
function draftSize({ draft }: Pick<SubmitRequest, 'draft'>, size: FrameSize): FrameSize {
  if (draft !== true) return size
  const half = (length: number): number => Math.max(16, 2 * Math.round(length / 4))
  return { width: half(size.width), height: half(size.height) }
}

function parseSize(text: string): FrameSize {
  const [width = 0, height = 0] = text.split('x').map(Number)
  if (width >= 16 && height >= 16 && width <= 16_384 && height <= 16_384 && width % 2 === 0 && height % 2 === 0) {
    return { width, height }
  }
  throw new SheafError({
    code: 'SHEAF_REQUEST_INVALID',
    message: `The size ${text} cannot be rendered.`,
    hint: 'Width and height are even numbers from 16 to 16384, such as 1920x1080.',
  })
}
