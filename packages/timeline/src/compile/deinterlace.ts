import type { VideoIndex } from '../media/media-index.js'
import { SCALE_FLAGS } from './picture-formats.js'

/** Packed formats that the filter does not know, and the planar ones that hold the same. */
const PLANAR: ReadonlyMap<string, string> = new Map([
  ['nv12', 'yuv420p'],
  ['nv21', 'yuv420p'],
  ['nv16', 'yuv422p'],
  ['nv24', 'yuv444p'],
  ['yuyv422', 'yuv422p'],
  ['uyvy422', 'yuv422p'],
  ['p010le', 'yuv420p10le'],
  ['p210le', 'yuv422p10le'],
  ['p016le', 'yuv420p16le'],
  ['p216le', 'yuv422p16le'],
])
/** RGB in any packing becomes planar RGB; with 8 bits or with 16. */
const PACKED_RGB = /^(rgb|bgr|0rgb|0bgr|argb|abgr)/

/** Pictures that are needed on either side of the one that is wanted. */
export const DEINTERLACE_REACH = 1

/**
 * Filters for pictures as they come out of the decoder, in their own time base: interlaced ones become as many whole
 * ones. Each depends on itself and its two neighbours alone, and so not on where a window begins.
 */
export function deinterlaceFilters({ fields, pixFmt, timeBase }: VideoIndex): string[] {
  if (fields === undefined) return []
  const rgb = PACKED_RGB.test(pixFmt) ? (/48|64/.test(pixFmt) ? 'gbrp16le' : 'gbrp') : undefined
  const planar = PLANAR.get(pixFmt) ?? rgb
  return [
    ...(planar === undefined ? [] : [`scale=${SCALE_FLAGS}`, `format=${planar}`]),
    `bwdif=mode=send_frame:parity=${fields === 'top-first' ? 'tff' : 'bff'}:deint=all`,
    // It counts in halves.
    `settb=expr=${timeBase.num}/${timeBase.den}`,
  ]
}
