/** The machine, as far as slots depend on it. */
export interface SlotHardware {
  /** Logical processors that this process may use (`os.availableParallelism()`). */
  readonly cores: number
  readonly memoryBytes: number
}

/**
 * Logical processors for each slot. An x264 of four threads with its compositor rarely runs all of
 * them at once: a lone slot on two cores left 12 % of them idle in the benchmark, and a second one
 * gained 8 % more frames at twice the time per segment. So a little less than four, not two.
 */
const CORES_PER_SLOT = 3

/**
 * While one slot waits for its next chunk and that chunk's first pictures, another one works: with a lone slot on two
 * cores a job took 1.28 times as long as one ffmpeg process, with two of them 1.09 times.
 */
const LEAST_SLOTS = 2

/** What a slot may need at 4K: compositor, two encoders with their look-ahead, decoders. */
const SLOT_BYTES = 3 * 1024 ** 3

/**
 * How many segments to render at once: as many as keep the machine busy, within half its memory (the
 * other half is its owner's). An encoder has four threads on every machine, so that its bytes are
 * the same everywhere; bigger machines therefore need more slots.
 */
export function chooseSlots({ cores, memoryBytes }: SlotHardware): number {
  const byCores = Math.max(Math.min(LEAST_SLOTS, cores), Math.round(cores / CORES_PER_SLOT))
  const byMemory = Math.floor(memoryBytes / 2 / SLOT_BYTES)
  return Math.max(1, Math.min(byCores, byMemory, MOST_SLOTS))
}

/** Slots that one agent may announce. */
const MOST_SLOTS = 256
