import type { FfmpegTools } from '@sheaf/agent/measuring'
import type { Figure } from './report/bench-report.js'

/** What a bench is run with. */
export interface BenchContext {
  /** A folder of its own, empty, removed afterwards. */
  readonly dir: string
  /** Where made media are kept from run to run. */
  readonly mediaDir: string
  readonly tools: FfmpegTools
  readonly seed: number
  /** Runs to take the median of. */
  readonly runs: number
  /** A small run that shows that the bench works; its figures mean nothing. */
  readonly quick: boolean
  /** Tells a person what is happening. */
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

/** What a bench found. */
export interface BenchResult {
  readonly figures: readonly Figure[]
  readonly notes: readonly string[]
}

/** One bench: measures the same thing `runs` times and gives medians. */
export interface Bench {
  readonly name: string
  /** One line for `--list`. */
  readonly summary: string
  readonly runs: { readonly full: number; readonly quick: number }
  run(context: BenchContext): Promise<BenchResult>
}
