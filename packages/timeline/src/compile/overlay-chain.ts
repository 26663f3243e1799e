import type { FilterChains } from './filter-chains.js'
import type { FrameFormat } from './frame-format.js'
import { SCALE_FLAGS, workFormats } from './picture-formats.js'

/** Formats of 16 bits in which what the overlay filter does not know is laid over each other. */
const WIDE = 'yuv444p16le'
const WIDE_ALPHA = 'yuva444p16le'

/** One picture on another. */
export interface OverlayRequest {
  /** Label of opaque canvases. */
  readonly below: string
  /** Label of pictures in the job's canvas format, or its format with straight alpha; they lie inside the canvas. */
  readonly above: string
  /** Where the upper left corner of those above goes: whole pixels, even ones. */
  readonly x: number
  readonly y: number
  /** Filters for what comes out. */
  readonly then: string
}

/** Adds the chains that lay one picture over another, in any of the job's formats; returns the label. */
export function addOverlay(chains: FilterChains, format: FrameFormat, request: OverlayRequest): string {
  const { below, above, x, y, then } = request
  const { overlay, canvas } = workFormats(format)
  if (overlay !== undefined) {
    return chains.add(`[${below}][${above}]overlay=x=${x}:y=${y}:format=${overlay},${then}`)
  }
  // 4:4:4 of 10 bits: at 16 bits a mask of 65535 loses less than the step that is kept, so that opaque stays exact.
  const base = chains.add(`[${below}]scale=${SCALE_FLAGS},format=${WIDE}`)
  const [colours, alpha] = chains.split(
    `[${above}]scale=${SCALE_FLAGS},format=${WIDE_ALPHA},pad=${format.width}:${format.height}:${x}:${y}:black@0`,
  )
  const top = chains.add(`[${colours}]scale=${SCALE_FLAGS},format=${WIDE}`)
  const mask = chains.add(`[${alpha}]extractplanes=a,mergeplanes=0x000000:${WIDE}`)
  return chains.add(`[${base}][${top}][${mask}]maskedmerge,scale=${SCALE_FLAGS},format=${canvas},${then}`)
}
