import type { FfmpegTools } from '../engine/index.js'

/** What `runBenchmark` needs. */
export interface BenchmarkOptions {
  readonly tools: FfmpegTools
  readonly slots: number
  /** Existing folder: the synthetic media is made there once. */
  readonly cacheDir: string
  readonly signal?: AbortSignal | undefined
}

/** What the benchmark measured. */
export interface BenchmarkResult {
  /** Percent of the reference machine, all slots busy; at least 1. */
  readonly score: number
  readonly framesPerSecond: number
  readonly slots: number
  readonly durationMs: number
}

/**
 * Renders a fixed synthetic edit through the engine with all slots busy (8 s at most).
 * Throws SHEAF_BENCHMARK_FAILED, or the signal's reason.
 */
export async function runBenchmark(options: BenchmarkOptions): Promise<BenchmarkResult> {
  throw new Error(`not built yet ${options.slots}`)
}
