import type { FilterChains } from './filter-chains.js'
import type { FrameFormat } from './frame-format.js'
import { addOverlay, type OverlayRequest } from './overlay-chain.js'
import { workFormats } from './picture-formats.js'

/** ffmpeg's names of the formats in which pictures are laid over each other: on the canvas, or in a nested stack. */
export interface LayerFormats {
  /** What is laid on: opaque on the canvas, with straight alpha in a nested stack. */
  readonly ground: string
  /** What is laid over it, when it has transparency. */
  readonly above: string
  /** Whether the ground lets through what lies below. */
  readonly alpha: boolean
}

/** Bits a channel of a job's pictures. */
export function bitsOf(format: Pick<FrameFormat, 'pixFmt'>): 8 | 10 {
  return workFormats(format).deep ? 10 : 8
}

/** The formats of the canvas. */
export function canvasFormats(format: Pick<FrameFormat, 'pixFmt'>): LayerFormats {
  const { canvas, alpha } = workFormats(format)
  return { ground: canvas, above: alpha, alpha: false }
}

/** The formats of a nested stack that is one picture: colours as fine as ffmpeg lays such over each other. */
export function stackFormats(format: Pick<FrameFormat, 'pixFmt'>): LayerFormats {
  const ground = workFormats(format).deep ? 'yuva422p10le' : 'yuva444p'
  return { ground, above: ground, alpha: true }
}

/** Adds the chains that lay one picture over what a layer holds already; returns the label. */
export function addLayer(
  chains: FilterChains,
  format: FrameFormat,
  layer: LayerFormats,
  request: OverlayRequest,
): string {
  if (!layer.alpha) return addOverlay(chains, format, request)
  const { below, above, x, y, then } = request
  const name = layer.ground === 'yuva444p' ? 'yuv444' : 'yuv422p10'
  return chains.add(`[${below}][${above}]overlay=x=${x}:y=${y}:format=${name},${then}`)
}

/** ffmpeg's name of planar RGB. */
export function rgbFormat(bits: number, alpha: boolean): string {
  return `gbr${alpha ? 'a' : ''}p${bits === 8 ? '' : `${bits}le`}`
}

/** ffmpeg's name of YUV whose colours are as fine as its brightness. */
export function fineFormat(bits: number, alpha: boolean): string {
  return `yuv${alpha ? 'a' : ''}444p${bits === 8 ? '' : `${bits}le`}`
}
