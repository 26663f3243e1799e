import type { CallBuilder, FfmpegCall, InputStretch } from './ffmpeg-call.js'

/** The chains of a filter graph in the making, and the call that it belongs to. */
export class FilterChains {
  readonly #call: CallBuilder
  readonly #prefix: string
  readonly #chains: string[] = []
  #labels = 0

  /** `prefix` begins every label. */
  constructor(call: CallBuilder, prefix: string) {
    this.#call = call
    this.#prefix = prefix
  }

  /** Adds an input file; returns its number. */
  input(assetId: string, options: readonly string[], stretch?: InputStretch): number {
    return this.#call.input(assetId, options, stretch)
  }

  /** Adds a chain; returns the label of what comes out of it. */
  add(chain: string): string {
    const label = `${this.#prefix}${this.#labels++}`
    this.#chains.push(`${chain}[${label}]`)
    return label
  }

  /** Adds a chain whose pictures are read twice; returns the labels of both. */
  split(chain: string): readonly [string, string] {
    const [first, second] = [`${this.#prefix}${this.#labels++}`, `${this.#prefix}${this.#labels++}`]
    this.#chains.push(`${chain},split[${first}][${second}]`)
    return [first, second]
  }

  /** Adds the chain that ends in `[out]`; returns the whole call. */
  finish(chain: string, options: readonly string[]): FfmpegCall {
    this.#chains.push(`${chain}[out]`)
    return this.#call.finish(this.#chains.join(';\n'), options)
  }
}

/** Labels as a filter takes them. */
export const bracketed = (labels: readonly string[]): string => labels.map((label) => `[${label}]`).join('')
