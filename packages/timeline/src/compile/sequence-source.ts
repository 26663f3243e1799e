import type { VideoIndex } from '../media/media-index.js'
import { blackPictures, pictureBytes, type PictureSpan, type SequenceIndex } from '../media/picture-sequence.js'
import { pixelTraits } from '../media/pixel-formats.js'
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
  const options = [...request.options, '-f', 'concat', '-safe', '0']
  const input = chains.input(media, options, {
    pictures: { bytes: pictureBytes(sequence, wanted), format: container },
  })
  const { num, den } = video.timeBase
  const black = blackPictures(sequence, wanted)
  return [
    `[${input}:${video.stream}]settb=expr=${num}/${den}`,
    `setpts=N+${wanted[0]}`,
    ...(black.length === 0 ? [] : [blacken(video, black)]),
  ].join(',')
}

/** Whether missing pictures of a sequence can be shown as black beside pictures of this format. */
export function canBlacken(pixFmt: string): boolean {
  return blackFilter(pixFmt, 'full') !== undefined
}

/** Makes some of the pictures black and opaque. */
function blacken({ range, pixFmt }: VideoIndex, pictures: readonly PictureSpan[]): string {
  const filter = blackFilter(pixFmt, range)
  if (filter === undefined) throw new Error(`pictures of ${pixFmt} cannot be made black`)
  const when = pictures.map(([from, to]) => `between(n,${from},${to - 1})`).join('+')
  return `${filter}:enable='${when}'`
}

/**
 * Filters that make pictures of a format black in that format, so that nothing is left to negotiation; undefined where
 * ffmpeg has none.
 */
export function blackFilter(pixFmt: string, range: VideoIndex['range']): string | undefined {
  const traits = pixelTraits(pixFmt)
  if (!traits || /^(nv|p\d|yuyv|uyvy)/.test(pixFmt)) return undefined
  const { kind, alpha, depth } = traits
  if (kind === 'rgb' && !alpha && (depth === 'float' || /^0|0$/.test(pixFmt))) return 'colorchannelmixer=rr=0:gg=0:bb=0'
  if (depth === 'float' || (kind === 'grey' && alpha)) return undefined
  // Its table takes numbers in the processor's own order, and no palettes; these ways there change no value.
  const plain = pixFmt === 'pal8' ? 'rgba' : pixFmt.replace(/be$/, 'le')
  const before = plain === pixFmt ? '' : `scale=flags=bicubic+accurate_rnd+bitexact,format=${plain},`
  const [dark, neutral] =
    kind === 'yuv' && range === 'limited' ? [2 ** (depth - 4), 2 ** (depth - 1)] : [0, 2 ** (depth - 1)]
  const values = kind === 'grey' ? '' : kind === 'yuv' ? `:c1=${neutral}:c2=${neutral}` : ':c1=0:c2=0'
  return `${before}lut=c0=${dark}${values}${kind === 'grey' ? '' : ':c3=maxval'}`
}
