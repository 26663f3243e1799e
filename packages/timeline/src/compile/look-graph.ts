import type { Rational } from '@sheaf/protocol'
import type { FrameSpan } from '../model/edit.js'
import { addEffects, opensAlpha, reachOf, sourceLevel } from './effect-chain.js'
import type { FilterChains } from './filter-chains.js'
import type { FrameFormat, FrameSize, Placement } from './frame-format.js'
import { addLayer, bitsOf, fineFormat, type LayerFormats, rgbFormat } from './layer-formats.js'
import { addMatte, greyFormat } from './matte.js'
import { SCALE_FLAGS } from './picture-formats.js'
import { isScalable, levelAt, sizeAtLevel, stillLevel, type StillRect, stillRect } from './picture-layout.js'
import { isMoving, type PlainLook, staticPlace } from './plain-look.js'
import { leastScale, WARP_BORDER, warpFilters, warpLayer } from './warp-filters.js'

/** Where the pictures that a look is put on come from. */
export interface LookSource {
  /** Where they lie without it. */
  readonly fitted: Placement
  /** Whether they have transparency of their own. */
  readonly alpha: boolean
  /** Doublings of the fitted size up to which there is more to be seen in them. */
  readonly mostLevel: number
  /** The part of a span that there are pictures of. */
  readonly available: (span: FrameSpan) => FrameSpan
  /** Adds their chain, for a canvas of that size; they come out as large as they are fitted into it. */
  readonly write: (span: FrameSpan, canvas: FrameSize) => { readonly label: string } & FrameSize
}

/** Pictures with a look, over what lies below. */
export interface LookRequest extends FrameSpan {
  readonly look: PlainLook
  readonly source: LookSource
  /** What lies below; undefined when nothing of it is seen. */
  readonly below: string | undefined
  readonly layer: LayerFormats
}

/** What all looks of a graph share. */
export interface LookContext {
  readonly chains: FilterChains
  readonly format: FrameFormat
  readonly rate: Rational
}

/** Pictures on their way through a look. */
interface Pictures extends FrameSize {
  readonly label: string
  readonly rgb: boolean
  readonly alpha: boolean
}

/**
 * Pixels of an edge that is moved. Pictures are moved at once to twice their seen size: so it covers as much of a
 * pixel of the canvas as it should, and does not jump from one to the next.
 */
const MOVED_EDGE = 2

/** Writes looks as chains of filters: effects, then the crop, the place and the opacity, then over what lies below. */
export class LookGraph {
  readonly #context: LookContext
  readonly #bits: number
  readonly #matrix: string

  constructor(context: LookContext) {
    this.#context = context
    this.#bits = bitsOf(context.format)
    this.#matrix = context.format.colour === 'bt709' ? 'bt709' : 'bt2020'
  }

  /** Adds the chains of a clip with a look; the label of the layer that comes out. */
  add(request: LookRequest): string {
    const { look, source } = request
    const still = staticPlace(look.place)
    const rect = still && stillRect(source.fitted, still, this.#context.format)
    if (still && !rect) return this.#nothing(request)
    return rect && isScalable(rect) ? this.#still(request, rect) : this.#moving(request)
  }

  #add(chain: string): string {
    return this.#context.chains.add(chain)
  }

  get #counted(): string {
    const { rate } = this.#context
    return `settb=expr=${rate.den}/${rate.num},setpts=N`
  }

  #nothing({ below }: LookRequest): string {
    if (below === undefined) throw new Error('a look that shows nothing, and nothing below it')
    return below
  }

  /** The pictures with their effects; see {@link sourceLevel}. */
  #effected({ from, to, look, source }: LookRequest, level: number): Pictures {
    const { effects } = look
    const { format } = this.#context
    const at = sizeAtLevel(format, sourceLevel(effects, level))
    if (effects.length === 0) return { ...source.write({ from, to }, at), rgb: false, alpha: source.alpha }
    const reach = reachOf(effects, { from, to })
    const span = source.available(reach)
    const { label, width, height } = source.write(span, at)
    const [before, after] = [span.from - reach.from, reach.to - span.to]
    // Beyond the first and the last picture that there is, it stays.
    const held = `tpad=start=${before}:stop=${after}:start_mode=clone:stop_mode=clone,${this.#counted},`
    const alpha = source.alpha || opensAlpha(effects)
    const pixFmt = rgbFormat(this.#bits, alpha)
    const rgb = this.#add(`[${label}]${before + after > 0 ? held : ''}${this.#toRgb(alpha)}`)
    const changed = addEffects(effects, rgb, {
      ...{ width, height, pixFmt, alpha, bits: this.#bits, scaleFlags: SCALE_FLAGS, counted: this.#counted },
      ...{ firstFrame: reach.from, frames: reach.to - reach.from, add: (chain: string) => this.#add(chain) },
    })
    const wanted = `trim=start_frame=${from - reach.from}:end_frame=${to - reach.from},${this.#counted}`
    return { label: this.#add(`[${changed}]${wanted},format=${pixFmt}`), width, height, rgb: true, alpha }
  }

  #toRgb(alpha: boolean): string {
    const input = `in_color_matrix=${this.#matrix}:in_range=tv:out_range=pc`
    return `scale=${SCALE_FLAGS}:${input},format=${rgbFormat(this.#bits, alpha)}`
  }

  #fromRgb(pixFmt: string): string {
    return `scale=${SCALE_FLAGS}:in_range=pc:out_color_matrix=${this.#matrix}:out_range=tv,format=${pixFmt}`
  }

  /** Pictures that lie upright and still: scaled once, on whole pixels. */
  #still(request: LookRequest, rect: StillRect): string {
    const { look, layer, source, below } = request
    const level = stillLevel(rect, source.fitted, source.mostLevel)
    const scaled = this.#scaled(this.#effected(request, level), rect, layer)
    const flips = [...(rect.flipX ? ['hflip'] : []), ...(rect.flipY ? ['vflip'] : [])]
    const turned = flips.length === 0 ? scaled : { ...scaled, label: this.#add(`[${scaled.label}]${flips.join(',')}`) }
    const matte = look.crop !== undefined || look.opacity !== undefined
    const whole = { x: 0, y: 0, width: rect.width, height: rect.height }
    const masked = matte ? this.#matted(request, turned, { ...whole, rect: whole, to: layer.above }) : turned
    return this.#laid(masked.label, rect, { below, layer })
  }

  /** Scaled to a size, in the layer's format: with transparency only when it has some. */
  #scaled(pictures: Pictures, size: FrameSize, layer: LayerFormats): Pictures {
    const { label, rgb, alpha } = pictures
    const same = pictures.width === size.width && pictures.height === size.height
    const scale = same ? [] : [`scale=${size.width}:${size.height}:${SCALE_FLAGS}`]
    const done = { ...size, rgb: false, alpha }
    if (!alpha) {
      const opaque = layer.ground.replace('yuva', 'yuv')
      const first = rgb ? this.#fromRgb(fineFormat(this.#bits, false)) : 'null'
      const last = [`scale=${SCALE_FLAGS}`, `format=${opaque}`, 'setsar=1']
      return { ...done, label: this.#add(`[${label}]${[first, ...scale, ...last].join(',')}`) }
    }
    const multiplied = [
      ...(rgb ? [] : [this.#toRgb(true)]),
      ...(same ? [] : ['premultiply=inplace=1', ...scale, `format=${rgbFormat(this.#bits, true)}`]),
      ...(same ? [] : ['unpremultiply=inplace=1']),
      this.#fromRgb(layer.above),
      'setsar=1',
    ]
    return { ...done, label: this.#add(`[${label}]${multiplied.join(',')}`) }
  }

  /** Pictures with a matte for their transparency, times what they have of it; in the format `to`. */
  #matted(
    { from, to, look }: LookRequest,
    pictures: Pictures,
    layer: FrameSize & { readonly rect: Placement; readonly to: string },
  ): Pictures {
    const { place, crop, opacity } = look
    const moved = place && !staticPlace(place)
    const matte = addMatte({
      ...{ from, to, crop, opacity, bits: this.#bits, counted: this.#counted },
      ...{ width: layer.width, height: layer.height, rect: layer.rect },
      scales: moved ? [place.scaleX, place.scaleY].filter(isMoving) : [],
      leastScale: leastScale(layer),
      softness: moved ? MOVED_EDGE : 1,
      add: (chain) => this.#add(chain),
    })
    const { label, alpha } = pictures
    // Both inputs must be of one format, else mergeplanes has one of them converted, and its range with it.
    const pixFmt = alpha ? layer.to : layer.to.replace('yuva', 'yuv')
    const alike = `scale=${SCALE_FLAGS}:in_range=pc:out_range=pc,format=${pixFmt}`
    const merged = (colours: string, grey: string): string => {
      const planes = `mergeplanes=0x00010210:${layer.to},${this.#counted}`
      return this.#add(`[${colours}][${this.#add(`[${grey}]${alike}`)}]${planes}`)
    }
    if (!alpha) return { ...pictures, alpha: true, label: merged(label, matte) }
    const kept = this.#add(`[${label}]split[${label}m]`)
    const own = this.#add(`[${label}m]extractplanes=a,format=${greyFormat(this.#bits)}`)
    const mixed = `blend=all_mode=multiply,format=${greyFormat(this.#bits)},${this.#counted}`
    return { ...pictures, label: merged(kept, this.#add(`[${own}][${matte}]${mixed}`)) }
  }

  /** Pictures that move or are turned: taken to the canvas to fractions of a pixel, colours as fine as brightness. */
  #moving(request: LookRequest): string {
    const { from, to, look, source, layer, below } = request
    const { place } = look
    if (!place) throw new Error('no place to move to')
    const { format } = this.#context
    const level = levelAt(place, from, source.mostLevel)
    const effected = this.#effected(request, level)
    const small = look.effects.length > 0 && level < 0
    const size = small ? sizeAtLevel(effected, level) : effected
    const picture = { width: size.width, height: size.height }
    const warp = { from, to, picture, fitted: source.fitted, place, canvas: format, bits: this.#bits }
    const bordered = this.#bordered(request, effected, { ...warpLayer(warp), picture })
    const warped = [
      ...(bordered.rgb ? ['premultiply=inplace=1'] : []),
      ...warpFilters({ ...warp, rgb: bordered.rgb }),
      ...(bordered.rgb ? ['unpremultiply=inplace=1', this.#fromRgb(layer.above)] : []),
      `scale=${SCALE_FLAGS}`,
      `format=${layer.above}`,
      `setsar=1,${this.#counted}`,
    ]
    const label = this.#add(`[${bordered.label}]${warped.join(',')}`)
    return this.#laid(label, { x: 0, y: 0, width: format.width, height: format.height }, { below, layer })
  }

  /**
   * Pictures of their size in the middle of a layer, the rest of which is transparent. Opaque ones go on in their last
   * pixels below it, so that edges keep their colour; transparent ones are multiplied with it afterwards.
   */
  #bordered(request: LookRequest, pictures: Pictures, layer: FrameSize & { readonly picture: FrameSize }): Pictures {
    const { picture, width, height } = layer
    const { label, rgb, alpha } = pictures
    const same = pictures.width === picture.width && pictures.height === picture.height
    const scale = same ? [] : [`scale=${picture.width}:${picture.height}:${SCALE_FLAGS}`]
    const b = WARP_BORDER
    const rect = { x: b, y: b, ...picture }
    if (alpha) {
      const chain = [
        ...(rgb ? [] : [this.#toRgb(true)]),
        ...(same ? [] : ['premultiply=inplace=1', ...scale, `format=${rgbFormat(this.#bits, true)}`]),
        ...(same ? [] : ['unpremultiply=inplace=1']),
        `pad=${width}:${height}:${b}:${b}:black@0,setsar=1`,
      ]
      const padded = { ...layer, rgb: true, alpha, label: this.#add(`[${label}]${chain.join(',')}`) }
      return this.#matted(request, padded, { width, height, rect, to: rgbFormat(this.#bits, true) })
    }
    const fine = fineFormat(this.#bits, false)
    const framed = [picture.width + 2 * b, picture.height + 2 * b] as const
    const chain = [
      rgb ? this.#fromRgb(fine) : `scale=${SCALE_FLAGS},format=${fine}`,
      ...(same ? [] : [...scale, `format=${fine}`]),
      `pad=${framed.join(':')}:${b}:${b}:black`,
      `fillborders=left=${b}:right=${b}:top=${b}:bottom=${b}:mode=smear`,
      `pad=${width}:${height}:0:0:black,setsar=1`,
    ]
    const padded = { ...layer, rgb: false, alpha, label: this.#add(`[${label}]${chain.join(',')}`) }
    return this.#matted(request, padded, { width, height, rect, to: fineFormat(this.#bits, true) })
  }

  /** What of a layer lies on the canvas, over what lies below. */
  #laid(
    label: string,
    rect: Placement,
    { below, layer }: { readonly below: string | undefined; readonly layer: LayerFormats },
  ): string {
    const { width, height } = this.#context.format
    const [left, top] = [Math.max(0, -rect.x), Math.max(0, -rect.y)]
    const seen = {
      width: Math.min(rect.width - left, width - Math.max(0, rect.x)),
      height: Math.min(rect.height - top, height - Math.max(0, rect.y)),
    }
    const whole = seen.width === rect.width && seen.height === rect.height
    const cut = whole ? label : this.#add(`[${label}]crop=${seen.width}:${seen.height}:${left}:${top}`)
    if (below === undefined) return this.#add(`[${cut}]scale=${SCALE_FLAGS},format=${layer.ground},${this.#counted}`)
    const [x, y] = [Math.max(0, rect.x), Math.max(0, rect.y)]
    const { chains, format } = this.#context
    return addLayer(chains, format, layer, { below, above: cut, x, y, then: this.#counted })
  }
}
