import { limits, type Fact, type FactIntent, type JobId, type LandedSegment } from '@sheaf/protocol'

/** Which batch a landing belongs to. */
export interface LandingPlace {
  readonly jobId: JobId
  readonly generation: number
  readonly epoch: number
}

interface Waiting {
  readonly place: LandingPlace
  readonly segment: LandedSegment
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Signs landings in batches: while one batch is being synced the next one fills, so a lone landing
 * does not wait and a flood costs one sync for up to 64.
 */
export class LandingBatches {
  readonly #append: (intents: readonly FactIntent[]) => Promise<readonly Fact[]>
  #waiting: Waiting[] = []
  #flushing = false

  constructor(append: (intents: readonly FactIntent[]) => Promise<readonly Fact[]>) {
    this.#append = append
  }

  /** Resolves when the landing is a fact on this disk. */
  land(place: LandingPlace, segment: LandedSegment): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ place, segment, resolve, reject })
      if (!this.#flushing) void this.#flush()
    })
  }

  async #flush(): Promise<void> {
    this.#flushing = true
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        await this.#append(intentsOf(batch))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#flushing = false
  }
}

function intentsOf(batch: readonly Waiting[]): readonly FactIntent[] {
  const groups = new Map<string, Waiting[]>()
  for (const waiting of batch) {
    const { jobId, generation, epoch } = waiting.place
    const key = `${jobId}/${generation}/${epoch}`
    groups.set(key, [...(groups.get(key) ?? []), waiting])
  }
  const intents: FactIntent[] = []
  for (const group of groups.values()) {
    for (let at = 0; at < group.length; at += limits.segmentsPerLanding) {
      const part = group.slice(at, at + limits.segmentsPerLanding)
      const [first] = part
      if (first === undefined) continue
      intents.push({
        kind: 'segments-landed',
        payload: { ...first.place, segments: part.map(({ segment }) => segment) },
      })
    }
  }
  return intents
}
