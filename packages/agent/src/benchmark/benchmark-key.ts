import { createHash } from 'node:crypto'

/** Everything that makes a kept benchmark stale when it changes. */
export interface BenchmarkSubject {
  readonly cpuModel: string
  readonly cores: number
  readonly memoryBytes: number
  /** Of the ffmpeg engine. */
  readonly fingerprint: string
  readonly slots: number
}

/** Raise when the benchmark's work or its reading changes: kept results are then measured again. */
const BENCHMARK_VERSION = 1

/** Key under which a benchmark result is kept: equal for equal hardware and engine. 64 hex digits. */
export function benchmarkKey(subject: BenchmarkSubject): string {
  const { cpuModel, cores, memoryBytes, fingerprint, slots } = subject
  const parts = [BENCHMARK_VERSION, cpuModel, cores, memoryBytes, fingerprint, slots]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
