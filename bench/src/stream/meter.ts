/** What a process has used since `begin`. */
export interface Measures {
  readonly seconds: number
  /** Of all its threads, user and system. */
  readonly cpuS: number
  /** Resident memory at the beginning, and the most there was. */
  readonly rssBytes: number
  readonly peakRssBytes: number
}

const samplesMs = 20

/** Measures this process, again and again. */
export function meter(): { begin(): void; take(): Measures } {
  let [startedMs, cpu, rssBytes, peakRssBytes] = [performance.now(), process.cpuUsage(), 0, 0]
  const sample = (): void => {
    peakRssBytes = Math.max(peakRssBytes, process.memoryUsage.rss())
  }
  setInterval(sample, samplesMs).unref()
  return {
    begin: () => {
      ;[startedMs, cpu, rssBytes] = [performance.now(), process.cpuUsage(), process.memoryUsage.rss()]
      peakRssBytes = rssBytes
    },
    take: () => {
      sample()
      const { user, system } = process.cpuUsage(cpu)
      return { seconds: (performance.now() - startedMs) / 1000, cpuS: (user + system) / 1e6, rssBytes, peakRssBytes }
    },
  }
}
