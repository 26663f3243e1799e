/** Everything that makes a kept benchmark stale when it changes. */
export interface BenchmarkSubject {
  readonly cpuModel: string
  readonly cores: number
  readonly memoryBytes: number
  /** Of the ffmpeg engine. */
  readonly fingerprint: string
  readonly slots: number
}

/** Key under which a benchmark result is kept: equal for equal hardware and engine. 64 hex digits. */
export function benchmarkKey(subject: BenchmarkSubject): string {
  return JSON.stringify(subject)
}
