import type { MediaIndex } from '../media/media-index.js'
import type { Edit } from '../model/edit.js'
import { videoInWhole } from '../model/shift-track.js'
import { CallBuilder, COMMON_ARGS, type FfmpegCall, RAW_PICTURES } from './ffmpeg-call.js'
import { frameBytes, type FrameFormat } from './frame-format.js'
import { PictureGraph } from './picture-graph.js'
import { countInputs, type PicturePlan, planPictures } from './picture-plan.js'

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
  const graph = new PictureGraph(request, new CallBuilder([...COMMON_ARGS, '-copyts']))
  const built = graph.finish(planOf(request), [
    '-map',
    '[out]',
    '-frames:v',
    String(to - from),
    ...RAW_PICTURES,
    '-pix_fmt',
    format.pixFmt,
    'pipe:1',
  ])
  return { ...built, frameBytes: frameBytes(format), frames: to - from }
}

/** How many input files a compositor of frames [from, to) opens. */
export function countCompositorInputs(request: Omit<CompositorRequest, 'decodeThreads'>): number {
  return countInputs(planOf(request))
}

/** In the frames of the whole edit, by which effects and keyframes count: so a part shows what the whole one shows. */
function planOf(request: Omit<CompositorRequest, 'decodeThreads'>): PicturePlan {
  const { edit, from, to } = request
  const { firstFrame = 0 } = edit
  return planPictures(videoInWhole(edit), { from: from + firstFrame, to: to + firstFrame }, request)
}
