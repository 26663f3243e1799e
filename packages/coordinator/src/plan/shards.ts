import type { PeerId } from '@sheaf/protocol'
import type { Run, Runs } from '../facts/runs.js'

/** One agent's stretch of a job's line. */
export interface Shard {
  readonly peer: PeerId
  readonly runs: Runs
}

/**
 * How many of `total` each weight gets: proportional, rounded by largest remainder, ties to the
 * earlier one. The counts add up to `total`; each is within one of its exact share.
 */
export function apportion(total: number, weights: readonly number[]): readonly number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0)
  if (!(sum > 0)) return weights.map(() => 0)
  const exact = weights.map((weight) => (total * weight) / sum)
  const counts = exact.map(Math.floor)
  const missing = total - counts.reduce((all, count) => all + count, 0)
  const byRemainder = exact
    .map((share, at) => ({ at, remainder: share - Math.floor(share) }))
    .sort((a, b) => b.remainder - a.remainder || a.at - b.at)
  for (const { at } of byRemainder.slice(0, missing)) counts[at] = (counts[at] ?? 0) + 1
  return counts
}

/**
 * Cuts a line into contiguous shards, proportional to speed, in the order of the agents. Segments
 * of one job are of about one length, so they count alike.
 */
export function cutShards(
  line: Runs,
  agents: readonly { readonly peer: PeerId; readonly speed: number }[],
): readonly Shard[] {
  const total = line.reduce((sum, run) => sum + run.to - run.from + 1, 0)
  const counts = apportion(
    total,
    agents.map(({ speed }) => speed),
  )
  let rest = line
  return agents.map(({ peer }, at) => {
    const [runs, after] = takeFront(rest, counts[at] ?? 0)
    rest = after
    return { peer, runs }
  })
}

/** The first `count` indexes, and the others. */
export function takeFront(line: Runs, count: number): readonly [Runs, Runs] {
  const front: Run[] = []
  let missing = count
  for (let i = 0; i < line.length; i++) {
    const run = line[i]
    if (!run) break
    if (missing === 0) return [front, line.slice(i)]
    const length = run.to - run.from + 1
    if (length > missing) {
      front.push({ from: run.from, to: run.from + missing - 1 })
      return [front, [{ from: run.from + missing, to: run.to }, ...line.slice(i + 1)]]
    }
    front.push(run)
    missing -= length
  }
  return [front, []]
}
