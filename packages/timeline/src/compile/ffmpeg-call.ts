import type { ByteSpan } from '../media/picture-sequence.js'

/** An input of a call: `args[argIndex]` is to be replaced by `file:` and the path, or by another URL. */
export interface CallInput {
  readonly assetId: string
  readonly argIndex: number
  /** Numbered pictures: the input is a list, for ffmpeg's concat demuxer, of stretches of the asset. */
  readonly pictures?: PictureInput | undefined
  /** Time stamps of the frames that are read of it; only to fetch them ahead. */
  readonly frames?: PtsSpan | undefined
}

/** Pictures that are read one after the other. */
export interface PictureInput {
  /** Where each lies in the asset. */
  readonly bytes: readonly ByteSpan[]
  /** ffmpeg's name of what each is, and nothing else may be opened. */
  readonly format: string
}

/** A stretch of time stamps of a stream, the last one exclusive; without an end it goes on to the last one. */
export interface PtsSpan {
  readonly startPts: number
  readonly endPts: number | undefined
}

/** What of an asset an input reads, when it is known. */
export type InputStretch = Pick<CallInput, 'pictures' | 'frames'>

/** The arguments of one ffmpeg process, without the program's name; data, not yet bound to paths. */
export interface FfmpegCall {
  readonly args: readonly string[]
  readonly inputs: readonly CallInput[]
  /** Index of the filter graph in `args`; its option stands before it. */
  readonly graphArgIndex: number
}

/** One argument holds 128 KiB on Linux; Windows allows 32 Ki characters for the whole line. */
export const MAX_GRAPH_CHARACTERS = 24_000

/** Options that every call starts with. */
export const COMMON_ARGS: readonly string[] = ['-hide_banner', '-nostdin', '-v', 'error', '-nostats', '-y']

/**
 * Options of raw pictures, each of which is written as it comes. Encoders count in units of a frame of the first input
 * otherwise, in which the times of a faster edit would fall together.
 */
export const RAW_PICTURES: readonly string[] = [
  '-fps_mode',
  'passthrough',
  '-enc_time_base',
  '1:1000000',
  '-f',
  'rawvideo',
]

/** Builds the inputs of a call and remembers which argument is which asset. */
export class CallBuilder {
  readonly #args: string[]
  readonly #inputs: CallInput[] = []

  constructor(args: readonly string[]) {
    this.#args = [...args]
  }

  /** Adds an input and returns its number. */
  input(assetId: string, options: readonly string[], stretch: InputStretch = {}): number {
    this.#args.push(...options, '-protocol_whitelist', 'file', '-i', '')
    this.#inputs.push({ assetId, argIndex: this.#args.length - 1, ...stretch })
    return this.#inputs.length - 1
  }

  /** The call with its graph and the options behind it. */
  finish(graph: string, options: readonly string[]): FfmpegCall {
    const graphArgIndex = this.#args.length + 1
    return {
      args: [...this.#args, '-filter_complex', graph, ...options],
      inputs: this.#inputs,
      graphArgIndex,
    }
  }
}

/** An address for ffmpeg, and what it may be read through. */
export interface InputUrl {
  readonly url: string
  /** ffmpeg's names, with commas. */
  readonly protocols: string
}

/** What a call's arguments need to be complete. */
export interface CallPlaces {
  readonly pathOf: (assetId: string) => string
  /** Those of the inputs that are no whole files, by `argIndex`. */
  readonly urls?: ReadonlyMap<number, InputUrl> | undefined
  readonly graphFile?: string | undefined
}

/**
 * The arguments with paths in place. `file:` before each keeps names with `:`, `%` or a leading `-`
 * from meaning anything. Give `graphFile` to read the graph from a file that holds
 * `args[graphArgIndex]`, which is needed above {@link MAX_GRAPH_CHARACTERS}.
 */
export function resolveCall(call: FfmpegCall, { pathOf, urls, graphFile }: CallPlaces): string[] {
  const args = [...call.args]
  for (const { assetId, argIndex } of call.inputs) {
    const special = urls?.get(argIndex)
    args[argIndex] = special?.url ?? `file:${pathOf(assetId)}`
    if (special) args[argIndex - 2] = special.protocols
  }
  if (graphFile !== undefined) {
    args[call.graphArgIndex - 1] = '-filter_complex_script'
    args[call.graphArgIndex] = graphFile
  }
  return args
}
