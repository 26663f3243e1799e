import { type CompositorRequest, compileCompositor } from '../compile/compile-compositor.js'
import { type FfmpegCall, RAW_PICTURES } from '../compile/ffmpeg-call.js'
import type { FrameSize } from '../compile/frame-format.js'

/**
 * A picture made small enough to compare many, in 16 bits so that averaging loses nothing: luma row by
 * row, then both chroma planes at half the size. 256 steps are one of 8 bits.
 */
export type Signature = Uint16Array

/** How large signatures are; both sides even. */
export type SignatureGrid = FrameSize

/** Steps of a signature that are one of 8 bits. */
export const STEPS_PER_LEVEL = 256

/** The grid for pictures of a size: at most 128 × 72, in which a tenth of a face still moves. */
export function signatureGrid({ width, height }: FrameSize): SignatureGrid {
  return { width: Math.min(128, width), height: Math.min(72, height) }
}

/** Samples of one signature. */
export function signatureSamples({ width, height }: SignatureGrid): number {
  return (width * height * 3) / 2
}

/** The filters that make signatures of pictures, their last format pinned: the same for a film and its re-render. */
export function signatureFilter({ width, height }: SignatureGrid): string {
  // Values are compared as they are stored; what they mean is said by tags, which are compared as such.
  const same = 'in_range=tv:out_range=tv:in_color_matrix=bt709:out_color_matrix=bt709'
  return `scale=${width}:${height}:flags=area+accurate_rnd+bitexact:${same},format=${SIGNATURE_FORMAT}`
}

/** ffmpeg's name of a signature's format. */
export const SIGNATURE_FORMAT = 'yuv420p16le'

/** What an output needs to write signatures to standard output. */
export const SIGNATURE_OUTPUT: readonly string[] = [...[...RAW_PICTURES, '-pix_fmt', SIGNATURE_FORMAT, 'pipe:1']]

/** A process that composes frames [from, to) of an edit as {@link compileCompositor} does and writes their signatures. */
export function compileSignatures(request: CompositorRequest, grid: SignatureGrid): FfmpegCall {
  const { args, inputs, graphArgIndex } = compileCompositor(request)
  const graph = `${args[graphArgIndex] ?? ''};\n[out]${signatureFilter(grid)}[signatures]`
  const frames = String(request.to - request.from)
  return {
    args: [
      ...args.slice(0, graphArgIndex),
      graph,
      ...['-map', '[signatures]', '-frames:v', frames],
      ...SIGNATURE_OUTPUT,
    ],
    inputs,
    graphArgIndex,
  }
}
