import type { SourceColour, VideoIndex } from './media-index.js'
import { pixelTraits } from './pixel-formats.js'
import type { ProbeStream } from './probe-report.js'

const UNSAID = ['unknown', 'unspecified', 'reserved']
const SDR_TRANSFERS: ReadonlySet<string> = new Set([
  ...['bt709', 'smpte170m', 'smpte240m', 'bt470m', 'bt470bg', 'gamma22', 'gamma28', 'iec61966-2-1', 'iec61966-2-4'],
  ...['bt1361e', 'bt2020-10', 'bt2020-12', ...UNSAID],
])
const SDR_PRIMARIES: ReadonlySet<string> = new Set([
  ...['bt709', 'smpte170m', 'smpte240m', 'bt470m', 'bt470bg', ...UNSAID],
])
const HDR_TRANSFERS: ReadonlyMap<string, SourceColour> = new Map([
  ['arib-std-b67', 'bt2020-hlg'],
  ['smpte2084', 'bt2020-pq'],
])
const MATRICES: ReadonlySet<string> = new Set([
  ...['bt709', 'smpte170m', 'bt470bg', 'smpte240m', 'fcc', 'bt2020nc', 'gbr', ...UNSAID],
])

/** Everything about a stream's colours that would silently come out wrong; its pixel format is one that is read. */
export function refuseColours(stream: ProbeStream): string[] {
  const { color_transfer: transfer = 'unknown', color_primaries: primaries = 'unknown' } = stream
  const { color_space: matrix = 'unknown' } = stream
  const traits = pixelTraits(stream.pix_fmt ?? '')
  const problems: string[] = []
  const dolby = stream.side_data_list?.find(({ dv_profile }) => dv_profile !== undefined)
  if (dolby && (dolby.dv_bl_signal_compatibility_id ?? 0) === 0) {
    problems.push(`Dolby Vision of profile ${dolby.dv_profile}, which nothing but its own players can show`)
  }
  const linear = traits?.depth === 'float' && (transfer === 'linear' || UNSAID.includes(transfer))
  if (!linear && !SDR_TRANSFERS.has(transfer) && !HDR_TRANSFERS.has(transfer)) {
    problems.push(`colours with the transfer ${transfer}`)
  }
  const wide = primaries === 'bt2020'
  if (!wide && !SDR_PRIMARIES.has(primaries)) problems.push(`wide colours with the primaries ${primaries}`)
  if (linear && wide) problems.push('linear light with the primaries bt2020')
  if (HDR_TRANSFERS.has(transfer) && !wide && !UNSAID.includes(primaries)) {
    problems.push(`HDR (${transfer}) with the primaries ${primaries}`)
  }
  if (!MATRICES.has(matrix)) problems.push(`colours with the matrix ${matrix}`)
  if (traits?.kind === 'grey' && stream.color_range === 'tv') problems.push('grey pictures of limited range')
  return problems
}

/** Range, matrix, colours and transparency of a stream; what it does not say follows from its kind, as players do it. */
export function coloursOf(stream: ProbeStream): Pick<VideoIndex, 'range' | 'matrix' | 'alpha' | 'colour'> {
  const format = stream.pix_fmt ?? ''
  const traits = pixelTraits(format) ?? { kind: 'yuv', alpha: false, depth: 8 }
  const full = traits.kind !== 'yuv' || format.startsWith('yuvj') || stream.color_range === 'pc'
  const colour = colourOf(stream)
  const premultiplied = stream.codec_name === 'exr'
  return {
    range: full ? 'full' : 'limited',
    matrix: matrixOf(stream),
    alpha: traits.alpha || alphaDecoder(stream) ? (premultiplied ? 'premultiplied' : 'straight') : 'none',
    ...(colour !== 'bt709' && { colour }),
  }
}

/** VP8 and VP9 hold transparency beside their pictures; of ffmpeg's decoders only these read it. */
export function alphaDecoder({ codec_name: codec, tags = {} }: ProbeStream): VideoIndex['decoder'] {
  if ((tags['alpha_mode'] ?? tags['ALPHA_MODE']) !== '1') return undefined
  return codec === 'vp9' ? 'libvpx-vp9' : codec === 'vp8' ? 'libvpx' : undefined
}

function colourOf(stream: ProbeStream): SourceColour {
  const { color_transfer: transfer = 'unknown', color_primaries: primaries = 'unknown' } = stream
  const hdr = HDR_TRANSFERS.get(transfer)
  if (hdr !== undefined) return hdr
  if (pixelTraits(stream.pix_fmt ?? '')?.depth === 'float')
    return SDR_TRANSFERS.has(transfer) && !UNSAID.includes(transfer) ? 'bt709' : 'linear'
  return primaries === 'bt2020' ? 'bt2020' : 'bt709'
}

function matrixOf(stream: ProbeStream): VideoIndex['matrix'] {
  const kind = pixelTraits(stream.pix_fmt ?? '')?.kind
  if (kind === 'rgb') return 'rgb'
  // Without colour there is nothing to convert.
  if (kind === 'grey') return HDR_TRANSFERS.has(stream.color_transfer ?? '') ? 'bt2020' : 'bt709'
  switch (stream.color_space) {
    case 'bt709':
      return 'bt709'
    case 'smpte170m':
    case 'bt470bg':
      return 'bt601'
    case 'bt2020nc':
      return 'bt2020'
    case 'smpte240m':
      return 'smpte240m'
    case 'fcc':
      return 'fcc'
    default:
      if (stream.color_primaries === 'bt2020' || HDR_TRANSFERS.has(stream.color_transfer ?? '')) return 'bt2020'
      return (stream.width ?? 0) >= 1280 || (stream.height ?? 0) > 576 ? 'bt709' : 'bt601'
  }
}
