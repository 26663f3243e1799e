export { benchmarkKey, type BenchmarkSubject } from './benchmark-key.js'
export { chooseSlots, type SlotHardware } from './choose-slots.js'
export { runBenchmark, type BenchmarkOptions, type BenchmarkResult } from './run-benchmark.js'
