import { absRational, formatRational, type Rational, rational } from '@sheaf/protocol'
import type { MediaIndex, VideoIndex } from '../media/media-index.js'
import { timeArgs } from '../media/media-support.js'
import type { SequenceIndex } from '../media/picture-sequence.js'
import type { EditClip, FrameSpan, MediaContent, TransitionStyle } from '../model/edit.js'
import { anchorOf } from '../model/walk-edit.js'
import type { CallBuilder, FfmpegCall } from './ffmpeg-call.js'
import { conformFilters, rgbFilters } from './conform-picture.js'
import { deinterlaceFilters } from './deinterlace.js'
import { bracketed, FilterChains } from './filter-chains.js'
import { fitInto, type FrameFormat } from './frame-format.js'
import { addLayer, bitsOf, canvasFormats, type LayerFormats, rgbFormat, stackFormats } from './layer-formats.js'
import { LookGraph, type LookSource } from './look-graph.js'
import { fittedOf, mostLevelOf } from './look-plan.js'
import { SCALE_FLAGS, type WorkFormats, workFormats } from './picture-formats.js'
import type { ClipPlan, MixPlan, PicturePlan, StackPlan } from './picture-plan.js'
import { picturesAvailable } from './pictures-available.js'
import type { PlainLook } from './plain-look.js'
import { seekArgs } from './seek-args.js'
import { sequenceSource } from './sequence-source.js'
import { type SourceWindow, sourceWindow, stillWindow, type Stretch, ticksFor } from './source-window.js'

/** What every chain of the graph depends on. */
export interface PictureGraphInit {
  readonly edit: { readonly rate: Rational }
  readonly media: ReadonlyMap<string, MediaIndex>
  readonly format: FrameFormat
  readonly decodeThreads?: number | undefined
}

/** Where the pictures of a medium come from. */
interface PictureSource {
  readonly container: string
  readonly video: VideoIndex
  readonly sequence: SequenceIndex | undefined
}

const xfadeNames: Readonly<Record<TransitionStyle, string>> = {
  dissolve: 'fade',
  'wipe-left': 'wipeleft',
  'wipe-right': 'wiperight',
  'wipe-up': 'wipeup',
  'wipe-down': 'wipedown',
}

/**
 * Writes a plan as a filter graph. Each chain counts its frames from 0 in units of one, is of the canvas' size and
 * format, and as long as its plan, so that any two can stand one after another or over each other.
 */
export class PictureGraph {
  readonly #init: PictureGraphInit
  readonly #work: WorkFormats
  readonly #chains: FilterChains
  readonly #looks: LookGraph

  constructor(init: PictureGraphInit, call: CallBuilder) {
    this.#init = init
    this.#work = workFormats(init.format)
    this.#chains = new FilterChains(call, 'v')
    this.#looks = new LookGraph({ chains: this.#chains, format: init.format, rate: init.edit.rate })
  }

  /** The call that writes the plan's pictures to `[out]`. */
  finish(plan: PicturePlan, options: readonly string[]): FfmpegCall {
    const label = this.#write(plan, canvasFormats(this.#init.format))
    const { pixFmt } = this.#init.format
    const last = pixFmt === this.#work.canvas ? `format=${pixFmt}` : `scale=${SCALE_FLAGS},format=${pixFmt}`
    return this.#chains.finish(`[${label}]${this.#counted()},${last}`, options)
  }

  /** Adds the chains of a plan; returns the label of its pictures. */
  #write(plan: PicturePlan, layer: LayerFormats): string {
    switch (plan.kind) {
      case 'black':
        return this.#chains.add(
          layer.alpha ? nothingSource(plan, layer, this.#init) : colourSource('000000', plan, this.#init),
        )
      case 'clip':
        return plan.look ? this.#look({ ...plan, look: plan.look }, layer) : this.#clip(plan, layer)
      case 'stack':
        return this.#look(plan, layer)
      case 'row':
        return this.#row(plan.parts.map((part) => this.#write(part, layer)))
      case 'mix':
        return this.#mix(plan, layer)
    }
  }

  /** A clip or a stack with a look, over what lies below. */
  #look(plan: (ClipPlan & { readonly look: PlainLook }) | StackPlan, layer: LayerFormats): string {
    const { from, to, look, over } = plan
    const below = over && this.#write(over, layer)
    const source = plan.kind === 'stack' ? this.#stackSource(plan) : this.#clipSource(plan)
    return this.#looks.add({ from, to, look, source, below, layer })
  }

  #stackSource(plan: StackPlan): LookSource {
    const { width, height } = this.#init.format
    const { from, to } = plan.inside
    return {
      fitted: fittedOf(plan.clip, this.#init),
      alpha: true,
      mostLevel: 0,
      available: () => ({ from, to }),
      write: () => ({ label: this.#write(plan.inside, stackFormats(this.#init.format)), width, height }),
    }
  }

  #clipSource(plan: ClipPlan): LookSource {
    const { clip } = plan
    const { content } = clip
    const video = content.kind === 'media' ? this.#indexOf(clip, content).video : undefined
    const { rate } = this.#init.edit
    return {
      fitted: fittedOf(clip, this.#init),
      alpha: video !== undefined && video.alpha !== 'none',
      mostLevel: mostLevelOf(clip, this.#init),
      available: (span) =>
        content.kind === 'media' && video ? picturesAvailable(clip, content, { span, rate, video }) : span,
      write: (span, canvas) => {
        const label = this.#chains.add(this.#pictures({ ...plan, ...span }, { ...this.#init.format, ...canvas }))
        const { width, height } = video ? fitInto(video, canvas) : canvas
        return { label, width, height }
      },
    }
  }

  /** The pictures of a clip by themselves, for a canvas of another size. */
  #pictures(plan: ClipPlan, format: FrameFormat): string {
    const { content, where } = plan.clip
    const init = { ...this.#init, format }
    switch (content.kind) {
      case 'colour':
        return colourSource(content.rgb, plan, init)
      case 'bars':
        return barsSource(plan, init)
      case 'stack':
        throw new Error(`a stack among the clips of a plan (${where})`)
      case 'media':
        return this.#media(plan, content, 'picture', format)
    }
  }

  /** A new time base, for concat counts in microseconds: without it its rounding would reach the output. */
  #counted(): string {
    const { rate } = this.#init.edit
    return `settb=expr=${rate.den}/${rate.num},setpts=N`
  }

  #row(labels: readonly string[]): string {
    return this.#chains.add(`${bracketed(labels)}concat=n=${labels.length}:v=1:a=0,${this.#counted()}`)
  }

  /** The whole transition is made, from its first frame on, and the part that is wanted cut out of it. */
  #mix(plan: MixPlan, layer: LayerFormats): string {
    const { whole, from, to, style } = plan
    const { rate } = this.#init.edit
    const frames = whole.to - whole.from
    // xfade wants to be told a constant rate; fps may hold back the last picture, which is therefore doubled first.
    const ready = [
      'tpad=stop=2:stop_mode=clone',
      `fps=${formatRational(rate)}:start_time=0`,
      `trim=end_frame=${frames}`,
      ...(layer.alpha ? multiplied(this.#init.format) : [`scale=${SCALE_FLAGS}`, `format=${this.#work.mix}`]),
    ].join(',')
    const sides = [plan.out, plan.in].map((side) => this.#chains.add(`[${this.#write(side, layer)}]${ready}`))
    const seconds = ((frames * rate.den) / rate.num).toFixed(9)
    return this.#chains.add(
      [
        `${bracketed(sides)}xfade=transition=${xfadeNames[style]}:duration=${seconds}:offset=0`,
        `trim=start_frame=${from - whole.from}:end_frame=${to - whole.from}`,
        this.#counted(),
        ...(layer.alpha
          ? ['unpremultiply=inplace=1', ...fromRgb(this.#init.format, layer.ground)]
          : [`scale=${SCALE_FLAGS}`, `format=${this.#work.canvas}`]),
      ].join(','),
    )
  }

  #clip(plan: ClipPlan, layer: LayerFormats): string {
    const { clip, over } = plan
    const { content } = clip
    if (content.kind === 'media' && over) return this.#over(plan, content, { below: this.#write(over, layer), layer })
    const chain =
      content.kind === 'media'
        ? this.#media(plan, content, 'canvas', this.#init.format)
        : this.#pictures(plan, this.#init.format)
    return this.#chains.add(layer.alpha ? `${chain},${toFormat(layer.ground)}` : chain)
  }

  #over(
    plan: ClipPlan,
    content: MediaContent,
    { below, layer }: { readonly below: string; readonly layer: LayerFormats },
  ): string {
    const { video } = this.#indexOf(plan.clip, content)
    const { x, y } = fitInto(video, this.#init.format)
    const picture = this.#media(plan, content, 'picture', this.#init.format)
    const above = this.#chains.add(layer.alpha ? `${picture},${toFormat(layer.above)}` : picture)
    return addLayer(this.#chains, this.#init.format, layer, { below, above, x, y, then: this.#counted() })
  }

  #indexOf({ where }: EditClip, { media }: MediaContent): PictureSource {
    const index = this.#init.media.get(media)
    if (!index?.video) throw new Error(`no pictures for ${media} (${where})`)
    return { container: index.container, video: index.video, sequence: index.sequence }
  }

  /** The pictures of a medium in the time of the edit, scaled: as large as they come out, or padded to the canvas. */
  #media(
    { clip, from, to }: ClipPlan,
    content: MediaContent,
    extent: 'picture' | 'canvas',
    format: FrameFormat,
  ): string {
    const { rate } = this.#init.edit
    const source = { rate, ...this.#indexOf(clip, content) }
    const { video } = source
    const filters = conformFilters(video, format, extent)
    if (content.speed.num === 0 || video.frameCount === 1) {
      const window = stillWindow(content.speed.num === 0 ? content.start : rational(0), source)
      const one = `trim=start_frame=${window.before}:end_frame=${window.before + 1}`
      const still = [this.#counted(), ...filters, `loop=loop=${to - from}:size=1`, `trim=end_frame=${to - from}`]
      return [this.#input(content.media, source, window), one, ...still, this.#counted()].join(',')
    }
    if (content.speed.num > 0) {
      const stretch = { from: anchorOf({ from: clip.from, content }), start: content.start, speed: content.speed }
      return [...this.#forward(content.media, stretch, { ...source, from, to }), ...filters].join(',')
    }
    // The same pictures forward, counted from the frame that the clip is told for, then turned round.
    const at = anchorOf({ from: clip.from, content })
    const stretch = { from: 0, start: content.start, speed: absRational(content.speed) }
    const mirrored = { ...source, from: at - (to - 1), to: at - from + 1 }
    return [...this.#forward(content.media, stretch, mirrored), ...filters, 'reverse', this.#counted()].join(',')
  }

  #input(
    media: string,
    source: PictureSource,
    { seekSeconds, startPts, endPts }: Pick<SourceWindow, 'seekSeconds' | 'startPts' | 'endPts'>,
  ): string {
    const { container, video } = source
    const { decodeThreads } = this.#init
    const options = [
      ...(decodeThreads === undefined ? [] : ['-threads', String(decodeThreads)]),
      ...(video.decoder === undefined ? [] : ['-c:v', video.decoder]),
      // MPEG-4 (DivX, Xvid), Windows Media and H.263 are decoded by shortcuts of the processor's vector units otherwise.
      ...['-flags:v', '+bitexact'],
      // Turned after all else, and not by ffmpeg before it.
      '-noautorotate',
    ]
    const chain = (begun: string): string => [begun, ...deinterlaceFilters(video)].join(',')
    if (source.sequence) {
      const wanted = [startPts, endPts ?? video.frameCount] as const
      const { sequence } = source
      return chain(sequenceSource({ media, container, video, sequence, wanted, options }, this.#chains))
    }
    const seek = seekSeconds === undefined ? [] : seekArgs(seekSeconds)
    const from = [...options, ...timeArgs(container), '-f', container, ...seek]
    const input = this.#chains.input(media, from, { frames: { startPts, endPts } })
    return chain(
      `[${input}:${video.stream}]trim=start_pts=${startPts}${endPts === undefined ? '' : `:end_pts=${endPts}`}`,
    )
  }

  #forward(
    media: string,
    stretch: Stretch,
    request: {
      readonly from: number
      readonly to: number
      readonly rate: Rational
    } & PictureSource,
  ): readonly string[] {
    const { from, to, rate } = request
    const window = sourceWindow(stretch, request)
    const ticks = ticksFor(rate)
    // Ticks from the window's first frame. The tick on top settles ties the same way in every window.
    const offset = (stretch.from - from) * ticks.perFrame + 1
    return [
      this.#input(media, request, window),
      `settb=expr=1/${ticks.perSecond}`,
      `setpts=${timeExpression(stretch.speed, window.originTicks, offset)}`,
      `fps=${formatRational(rate)}:start_time=0:round=near`,
      // fps may hold back the very last picture of a file.
      ...(window.endPts === undefined ? ['tpad=stop=2:stop_mode=clone'] : []),
      `trim=end_pts=${to - from}`,
    ]
  }
}

/** Time of a picture in ticks of the window. At speed 1 in whole numbers alone. */
function timeExpression(speed: Rational, originTicks: number, offset: number): string {
  const signed = (value: number): string => `${value < 0 ? '-' : '+'}${Math.abs(value)}`
  if (speed.num === speed.den) return `PTS${signed(offset - originTicks)}`
  return `'(PTS${signed(-originTicks)})*${speed.den}/${speed.num}${signed(offset)}'`
}

const toFormat = (pixFmt: string): string => `scale=${SCALE_FLAGS},format=${pixFmt},setsar=1`

/** From a layer with transparency to RGB that is multiplied with it, in which pictures can be mixed. */
function multiplied(format: FrameFormat): string[] {
  const input = `in_color_matrix=${matrixOf(format)}:in_range=tv:out_range=pc`
  return [`scale=${SCALE_FLAGS}:${input}`, `format=${rgbFormat(bitsOf(format), true)}`, 'premultiply=inplace=1']
}

function fromRgb(format: FrameFormat, pixFmt: string): string[] {
  const output = `in_range=pc:out_color_matrix=${matrixOf(format)}:out_range=tv`
  return [`scale=${SCALE_FLAGS}:${output}`, `format=${pixFmt}`]
}

function matrixOf({ colour }: FrameFormat): string {
  return colour === 'bt709' ? 'bt709' : 'bt2020'
}

/** Pictures of which nothing is to be seen. */
function nothingSource({ from, to }: FrameSpan, { ground }: LayerFormats, { edit, format }: PictureGraphInit): string {
  const { width, height } = format
  const size = `s=${width}x${height}:r=${formatRational(edit.rate)}`
  const clear = `color=c=black@0:${size},trim=end_frame=1,format=${rgbFormat(bitsOf(format), true)}`
  return [clear, ...fromRgb(format, ground), 'setsar=1', repeated(to - from, edit.rate)].join(',')
}

function colourSource(rgb: string, { from, to }: FrameSpan, { edit, format }: PictureGraphInit): string {
  const { width, height } = format
  const { rate } = edit
  // Through RGB, and once: the source's own way to YUV has another matrix.
  return (
    `color=c=0x${rgb}:s=${width}x${height}:r=${formatRational(rate)},trim=end_frame=1,format=gbrp,` +
    `${rgbFilters(format).join(',')},setsar=1,${repeated(to - from, rate)}`
  )
}

function barsSource({ from, to }: FrameSpan, { edit, format }: PictureGraphInit): string {
  const { width, height, colour } = format
  const { rate } = edit
  const filters =
    colour === 'bt709'
      ? [`scale=${SCALE_FLAGS}`, `format=${workFormats(format).canvas}`]
      : [`scale=${SCALE_FLAGS}:in_color_matrix=bt709:in_range=tv:out_range=pc`, 'format=gbrp', ...rgbFilters(format)]
  return (
    `smptehdbars=s=${width}x${height}:r=${formatRational(rate)},trim=end_frame=1,` +
    `${filters.join(',')},setsar=1,${repeated(to - from, rate)}`
  )
}

function repeated(frames: number, rate: Rational): string {
  return `loop=loop=${frames}:size=1,trim=end_frame=${frames},settb=expr=${rate.den}/${rate.num},setpts=N`
}
