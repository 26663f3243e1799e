import { formatRational } from '@sheaf/protocol'
import type { MediaIndex, VideoIndex } from '../media/media-index.js'
import type { Edit, EditClip, EditItem } from '../model/edit.js'
import { CallBuilder, COMMON_ARGS, type FfmpegCall } from './ffmpeg-call.js'
import { fitInto, frameBytes, type FrameFormat } from './frame-format.js'
import { sourceWindow, ticksFor } from './source-window.js'

/** What {@link compileCompositor} compiles. */
export interface CompositorRequest {
  readonly edit: Edit
  readonly media: ReadonlyMap<string, MediaIndex>
  /** Frames [from, to) of the edit. */
  readonly from: number
  readonly to: number
  readonly format: FrameFormat
  /** Threads of each decoder; without it ffmpeg decides. */
  readonly decodeThreads?: number | undefined
}

/** A process that writes `frames` raw frames of `frameBytes` each to its standard output. */
export interface CompositorCall extends FfmpegCall {
  readonly frameBytes: number
  readonly frames: number
}

/** Swscale's choice that gives the same pixels on every CPU. */
const SCALE_FLAGS = 'flags=bicubic+accurate_rnd+bitexact'

/**
 * The one ffmpeg call that decodes and composes frames [from, to) and writes them as raw video to
 * standard output. Each frame is the same whatever window it is rendered in. The edit must have
 * passed {@link checkMediaAgainstEdit}; a medium that is not in `media` throws.
 */
export function compileCompositor(request: CompositorRequest): CompositorCall {
  const { edit, from, to, format } = request
  if (!(from >= 0 && from < to && to <= edit.frames)) {
    throw new RangeError(`frames [${from}, ${to}) are not inside [0, ${edit.frames})`)
  }
  const call = new CallBuilder([...COMMON_ARGS, '-copyts'])
  const chains: string[] = []
  for (const item of edit.video.items) {
    const span = { from: Math.max(item.from, from), to: Math.min(item.to, to) }
    if (span.from < span.to) chains.push(chainOf(request, item, { ...span, call }))
  }
  const labelled = chains.map((chain, i) => `${chain}[s${i}]`)
  const joined = `${chains.map((_, i) => `[s${i}]`).join('')}concat=n=${chains.length}:v=1:a=0,`
  // concat counts in microseconds; without a new time base its rounding would reach the output.
  const finish = `settb=expr=${edit.rate.den}/${edit.rate.num},setpts=N,format=${format.pixFmt}[out]`
  const graph = [...labelled, `${chains.length > 1 ? joined : '[s0]'}${finish}`].join(';\n')
  const built = call.finish(graph, [
    '-map',
    '[out]',
    '-frames:v',
    String(to - from),
    '-fps_mode',
    'passthrough',
    '-f',
    'rawvideo',
    '-pix_fmt',
    format.pixFmt,
    'pipe:1',
  ])
  return { ...built, frameBytes: frameBytes(format), frames: to - from }
}

/** How many input files a compositor of frames [from, to) opens. */
export function countCompositorInputs(
  edit: Edit,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  return edit.video.items.filter((item) => item.kind === 'clip' && item.from < to && item.to > from).length
}

interface Span {
  readonly from: number
  readonly to: number
  readonly call: CallBuilder
}

function chainOf(request: CompositorRequest, item: EditItem, span: Span): string {
  return item.kind === 'gap' ? gapChain(request, span) : clipChain(request, item, span)
}

function gapChain({ edit, format }: CompositorRequest, { from, to }: Span): string {
  return (
    `color=c=black:s=${format.width}x${format.height}:r=${formatRational(edit.rate)},` +
    `trim=end_frame=${to - from},format=${format.pixFmt},setsar=1`
  )
}

function clipChain(request: CompositorRequest, clip: EditClip, { from, to, call }: Span): string {
  const index = request.media.get(clip.media)
  if (!index?.video) throw new Error(`no pictures for ${clip.media} (${clip.where})`)
  const { rate } = request.edit
  const window = sourceWindow(clip, { from, to, rate, container: index.container, video: index.video })
  const ticks = ticksFor(rate)
  const threads = request.decodeThreads === undefined ? [] : ['-threads', String(request.decodeThreads)]
  const seek =
    window.seekSeconds === undefined ? [] : ['-seek_timestamp', '1', '-noaccurate_seek', '-ss', window.seekSeconds]
  const input = call.input(clip.media, [...threads, '-f', index.container, ...seek])
  const end = window.endPts === undefined ? '' : `:end_pts=${window.endPts}`
  // Ticks from the window's first frame. The tick on top settles ties the same way in every window.
  const offset = (clip.from - from) * ticks.perFrame - window.originTicks + 1
  return [
    `[${input}:${index.video.stream}]trim=start_pts=${window.startPts}${end}`,
    `settb=expr=1/${ticks.perSecond}`,
    `setpts=PTS${offset < 0 ? '-' : '+'}${Math.abs(offset)}`,
    `fps=${formatRational(rate)}:start_time=0:round=near`,
    // fps may hold back the very last picture of a file.
    ...(window.endPts === undefined ? ['tpad=stop=2:stop_mode=clone'] : []),
    `trim=end_pts=${to - from}`,
    ...pictureFilters(index.video, request.format),
  ].join(',')
}

/** Scale to the canvas, convert to BT.709 limited, and pin every format on the way. */
function pictureFilters(video: VideoIndex, format: FrameFormat): string[] {
  const place = fitInto(video, format)
  const range = `in_range=${video.range === 'full' ? 'pc' : 'tv'}:out_range=tv`
  // Between two kinds of YUV swscale would go through 8-bit RGB; colormatrix does it directly.
  const matrix = video.matrix === 'rgb' ? 'out_color_matrix=bt709' : 'in_color_matrix=bt709:out_color_matrix=bt709'
  const convert = video.matrix === 'rgb' || video.matrix === 'bt709' ? [] : [`colormatrix=${video.matrix}:bt709`]
  const padded = place.width !== format.width || place.height !== format.height
  return [
    `scale=${place.width}:${place.height}:${SCALE_FLAGS}:${range}:${matrix}`,
    `format=${format.pixFmt}`,
    ...convert,
    ...(padded ? [`pad=${format.width}:${format.height}:${place.x}:${place.y}:black`] : []),
    'setsar=1',
  ]
}
