import type { VideoIndex } from './media-index.js'
import type { ProbeStream } from './probe-report.js'

/** 8-bit pictures without transparency, which the compositor converts without guessing. */
const PIXEL_FORMATS: ReadonlySet<string> = new Set([
  'yuv420p',
  'yuvj420p',
  'yuv422p',
  'yuvj422p',
  'yuv444p',
  'yuvj444p',
  'yuv411p',
  'yuvj411p',
  'yuv410p',
  'yuv440p',
  'yuvj440p',
  'nv12',
  'nv21',
  'yuyv422',
  'uyvy422',
  'rgb24',
  'bgr24',
  'gbrp',
  'rgb0',
  'bgr0',
  '0rgb',
  '0bgr',
])
/** 8-bit pictures with transparency. */
const ALPHA_FORMATS: ReadonlySet<string> = new Set([
  'rgba',
  'bgra',
  'argb',
  'abgr',
  'gbrap',
  'ya8',
  'pal8',
  'yuva420p',
  'yuva422p',
  'yuva444p',
])
const SDR_TRANSFERS: ReadonlySet<string> = new Set([
  'bt709',
  'smpte170m',
  'bt470m',
  'bt470bg',
  'gamma22',
  'gamma28',
  'iec61966-2-1',
  'iec61966-2-4',
  'bt1361e',
  'unknown',
  'unspecified',
  'reserved',
])
const SDR_PRIMARIES: ReadonlySet<string> = new Set([
  'bt709',
  'smpte170m',
  'smpte240m',
  'bt470m',
  'bt470bg',
  'unknown',
  'unspecified',
  'reserved',
])

/**
 * Containers that are read, ffprobe's name to ffmpeg's: formats that only point at other files
 * (playlists, concat scripts) are left out on purpose.
 */
const CONTAINERS: ReadonlyMap<string, string> = new Map([
  ['mov,mp4,m4a,3gp,3g2,mj2', 'mov'],
  ['matroska,webm', 'matroska'],
  ['mpegts', 'mpegts'],
  ['mpeg', 'mpeg'],
  ['avi', 'avi'],
  ['nut', 'nut'],
  ['mxf', 'mxf'],
  ['ogg', 'ogg'],
  ['wav', 'wav'],
  ['flac', 'flac'],
  ['mp3', 'mp3'],
  ['aac', 'aac'],
  ['aiff', 'aiff'],
  ['w64', 'w64'],
  ['flv', 'flv'],
  ['asf', 'asf'],
  ['caf', 'caf'],
  // Stills. ffprobe says `image2` of a JPEG; that would read a name with `%d` in it as a sequence.
  ['image2', 'jpeg_pipe'],
  ['jpeg_pipe', 'jpeg_pipe'],
  ['png_pipe', 'png_pipe'],
  ['tiff_pipe', 'tiff_pipe'],
  ['bmp_pipe', 'bmp_pipe'],
  ['webp_pipe', 'webp_pipe'],
  ['exr_pipe', 'exr_pipe'],
  ['dpx_pipe', 'dpx_pipe'],
])

/** The container's name for `-f`; undefined when it is not read. */
export function containerOf(formatName: string): string | undefined {
  return CONTAINERS.get(formatName)
}

/** Everything about a video stream that would silently come out wrong. */
export function refuseVideo(stream: ProbeStream): string[] {
  const problems: string[] = []
  if (!(stream.width && stream.height)) problems.push('a video stream without a size')
  if ((stream.width ?? 0) > 16_384 || (stream.height ?? 0) > 16_384) problems.push('pictures above 16384 pixels')
  const order = stream.field_order ?? 'progressive'
  if (!['progressive', 'unknown'].includes(order)) problems.push(`interlaced pictures (field order ${order})`)
  const rotation =
    stream.side_data_list?.find((data) => data.rotation !== undefined)?.rotation ?? Number(stream.tags?.['rotate'] ?? 0)
  if (rotation % 360 !== 0) problems.push(`rotated pictures (${rotation} degrees)`)
  if (stream.tags?.['alpha_mode'] === '1') problems.push('transparent pictures (alpha channel)')
  problems.push(...refusePixels(stream))
  return problems
}

function refusePixels(stream: ProbeStream): string[] {
  const { pix_fmt: format = 'none', color_transfer: transfer = 'unknown' } = stream
  const { color_primaries: primaries = 'unknown', color_space: space = 'unknown' } = stream
  if (!SDR_TRANSFERS.has(transfer)) return [`HDR or wide colour (transfer ${transfer})`]
  if (!SDR_PRIMARIES.has(primaries)) return [`HDR or wide colour (primaries ${primaries})`]
  if (space.startsWith('bt2020') || space === 'ictcp' || space.startsWith('ycgco')) {
    return [`HDR or wide colour (matrix ${space})`]
  }
  if (PIXEL_FORMATS.has(format) || ALPHA_FORMATS.has(format)) return []
  if (/^(yuva|rgba|bgra|argb|abgr|gbrap|ya|pal8)/.test(format)) {
    return [`transparent pictures (pixel format ${format})`]
  }
  if (/(9|10|12|14|16|48|64)(le|be)?$|^p0/.test(format)) {
    return [`more than 8 bits a channel (pixel format ${format})`]
  }
  return [`the pixel format ${format}`]
}

/** Range, matrix and transparency of a stream; what it does not say follows from its kind, as players do it. */
export function colourOf(stream: ProbeStream): Pick<VideoIndex, 'range' | 'matrix' | 'alpha'> {
  const format = stream.pix_fmt ?? ''
  const rgb = /^(rgb|bgr|gbr|0rgb|0bgr|argb|abgr|pal8)/.test(format)
  const full = rgb || format === 'ya8' || format.startsWith('yuvj') || stream.color_range === 'pc'
  const alpha = ALPHA_FORMATS.has(format) ? 'straight' : 'none'
  return { range: full ? 'full' : 'limited', matrix: rgb ? 'rgb' : matrixOf(stream), alpha }
}

function matrixOf(stream: ProbeStream): VideoIndex['matrix'] {
  switch (stream.color_space) {
    case 'bt709':
      return 'bt709'
    case 'smpte170m':
    case 'bt470bg':
      return 'bt601'
    case 'smpte240m':
      return 'smpte240m'
    case 'fcc':
      return 'fcc'
    default:
      return (stream.width ?? 0) >= 1280 || (stream.height ?? 0) > 576 ? 'bt709' : 'bt601'
  }
}

/** All containers that are read, by the name for `-f`. */
export function containerNames(): string[] {
  return [...CONTAINERS.values()]
}
