/** How many frames a job had at a moment of the watcher's clock. */
export interface ProgressSample {
  readonly atMs: number
  readonly frames: number
}

const windowMs = 5000

/** Adds a sample and drops those older than the window; frames that went back (a lost agent) begin anew. */
export function addSample(samples: readonly ProgressSample[], sample: ProgressSample): readonly ProgressSample[] {
  const last = samples.at(-1)
  if (last !== undefined && sample.frames < last.frames) return [sample]
  const young = samples.filter((one) => one.atMs > sample.atMs - windowMs)
  // One sample from before the window stays, so that a slow job has a speed too.
  const before = samples[samples.length - young.length - 1]
  return [...(before === undefined ? [] : [before]), ...young, sample]
}

/** Frames a second over the samples; `undefined` until two of them are apart in time. */
export function framesPerS(samples: readonly ProgressSample[]): number | undefined {
  const first = samples[0]
  const last = samples.at(-1)
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return undefined
  return ((last.frames - first.frames) * 1000) / (last.atMs - first.atMs)
}
