import { LandingBatches, type LandingPlace } from '@sheaf/agent/measuring'
import type { Fact, FactIntent, LandedSegment } from '@sheaf/protocol'

/** What landings need of the farm. */
export interface LandingFarm {
  readonly append: (intents: readonly FactIntent[]) => Promise<readonly Fact[]>
  /** Resolves when as many peers as are wanted have the fact on their disks. */
  readonly whenReplicated: (fact: Fact) => Promise<void>
}

/** How long it took until everything was on all disks, and each single landing, in ms. */
export interface LandingTimes {
  readonly totalMs: number
  readonly landingMs: readonly number[]
  /** Facts that were signed: batches. */
  readonly facts: number
}

/**
 * Lands segments as a job's home does, in its batches, with at most `inFlight` of them under way: each one counts
 * as done when the fact that it is in is on the peers' disks, and then the next one is offered. Rejects with the
 * signal's reason, also while a landing hangs.
 */
export async function landAll(
  farm: LandingFarm,
  work: {
    readonly place: LandingPlace
    readonly segments: readonly LandedSegment[]
    readonly inFlight: number
    readonly signal: AbortSignal
  },
): Promise<LandingTimes> {
  const replicated = new Map<number, Promise<void>>()
  let facts = 0
  const append = async (intents: readonly FactIntent[]): Promise<readonly Fact[]> => {
    const made = await farm.append(intents)
    facts += made.length
    for (const fact of made) {
      const everywhere = farm.whenReplicated(fact)
      for (const index of indexesOf(fact)) replicated.set(index, everywhere)
    }
    return made
  }
  const batches = new LandingBatches(append)
  const landingMs: number[] = []
  const waiting = work.segments.values()
  const startedMs = performance.now()
  const landInTurn = async (): Promise<void> => {
    for (const segment of waiting) {
      const offeredMs = performance.now()
      await batches.land(work.place, segment)
      const everywhere = replicated.get(segment.index)
      if (everywhere === undefined) throw new Error(`segment ${segment.index} landed in no fact`)
      await everywhere
      replicated.delete(segment.index)
      landingMs.push(performance.now() - offeredMs)
    }
  }
  const all = Promise.all(Array.from({ length: work.inFlight }, landInTurn))
  await Promise.race([all, whenAborted(work.signal)])
  return { totalMs: performance.now() - startedMs, landingMs, facts }
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = (): void => reject(signal.reason as Error)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}

function indexesOf(fact: Fact): readonly number[] {
  return fact.kind === 'segments-landed' ? fact.payload.segments.map(({ index }) => index) : []
}
