import type { VideoIndex } from '../media/media-index.js'
import { blackPictures, pictureBytes, type PictureSpan, type SequenceIndex } from '../media/picture-sequence.js'
import type { FilterChains } from './filter-chains.js'

/** Numbered pictures that one chain of the graph reads. */
export interface SequenceRequest {
  readonly media: string
  readonly container: string
  readonly video: VideoIndex
  readonly sequence: SequenceIndex
  readonly wanted: PictureSpan
  /** Options of the decoder. */
  readonly options: readonly string[]
}

/**
 * The beginning of a chain that reads pictures [from, to) of a sequence, each at its own number as time stamp. It is one
 * input of ffmpeg, however many pictures: a list for its concat demuxer, which opens one file after the other. So the
 * stamp of a picture is its number in every window, whatever the demuxer makes of durations.
 */
export function sequenceSource(request: SequenceRequest, chains: FilterChains): string {
  const { media, container, video, sequence, wanted } = request
  // Nothing but this kind of picture is opened, so a file that is a playlist leads nowhere.
  const options = [...request.options, '-f', 'concat', '-safe', '0', '-format_whitelist', `concat,image2,${container}`]
  const input = chains.input(media, options, pictureBytes(sequence, wanted))
  const { num, den } = video.timeBase
  const black = blackPictures(sequence, wanted)
  return [
    `[${input}:${video.stream}]settb=expr=${num}/${den}`,
    `setpts=N+${wanted[0]}`,
    ...(black.length === 0 ? [] : [blacken(video, black)]),
  ].join(',')
}

/** The 8-bit formats in which a picture can be made black as it is. */
const BLACKENED = /^(rgb24|bgr24|rgba|bgra|argb|abgr|gbrp|gbrap|gray|ya8|pal8|yuvj?a?4[0-4][0-4]p)$/

/** Whether missing pictures of a sequence can be shown as black beside pictures of this format. */
export function canBlacken(pixFmt: string): boolean {
  return BLACKENED.test(pixFmt)
}

/** Makes some of the pictures black and opaque, in their own format: nothing is left to negotiation. */
function blacken({ range, matrix, pixFmt }: VideoIndex, pictures: readonly PictureSpan[]): string {
  const when = pictures.map(([from, to]) => `between(n,${from},${to - 1})`).join('+')
  const alone = pixFmt === 'gray' || pixFmt === 'ya8'
  const dark = matrix === 'rgb' || range === 'full' ? 0 : 16
  const chroma = matrix === 'rgb' ? 0 : 128
  const values = alone ? `c0=${dark}:c1=255` : `c0=${dark}:c1=${chroma}:c2=${chroma}:c3=255`
  // Pictures with a palette have no such filter; as RGB they are the same.
  const before = pixFmt === 'pal8' ? 'scale=flags=bicubic+accurate_rnd+bitexact,format=rgba,' : ''
  return `${before}lut=${values}:enable='${when}'`
}
