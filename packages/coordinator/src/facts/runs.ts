/** Indexes `from` to `to`, both included; `from <= to`. */
export interface Run {
  readonly from: number
  readonly to: number
}

/** A set of indexes as runs in rising order that neither overlap nor touch. */
export type Runs = readonly Run[]

/** The runs of a list of indexes in any order, repeated or not. */
export function runsOf(indexes: readonly number[]): Runs {
  const sorted = [...indexes].sort((a, b) => a - b)
  return coalesce(sorted.map((index) => ({ from: index, to: index })))
}

/** How many indexes the runs hold. */
export function countRuns(runs: Runs): number {
  return runs.reduce((sum, run) => sum + run.to - run.from + 1, 0)
}

/** Whether `index` is in the runs; O(log n). */
export function runsContain(runs: Runs, index: number): boolean {
  const run = runs[lastStartingAt(runs, index)]
  return run !== undefined && index <= run.to
}

/** Indexes that are in `a`, in `b` or in both. */
export function unionRuns(a: Runs, b: Runs): Runs {
  if (a.length === 0) return b
  if (b.length === 0) return a
  const merged: Run[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const x = a[i]
    const y = b[j]
    if (x && (!y || x.from <= y.from)) {
      merged.push(x)
      i++
    } else if (y) {
      merged.push(y)
      j++
    }
  }
  return coalesce(merged)
}

/** Indexes of `a` that are not in `b`. */
export function subtractRuns(a: Runs, b: Runs): Runs {
  const left: Run[] = []
  let j = 0
  for (const run of a) {
    let from = run.from
    while (j < b.length && (b[j]?.to ?? 0) < from) j++
    for (let k = j; k < b.length; k++) {
      const hole = b[k]
      if (!hole || hole.from > run.to) break
      if (hole.from > from) left.push({ from, to: hole.from - 1 })
      from = Math.max(from, hole.to + 1)
    }
    if (from <= run.to) left.push({ from, to: run.to })
  }
  return left
}

/** Each index in rising order. */
export function indexesOf(runs: Runs): number[] {
  const indexes: number[] = []
  for (const { from, to } of runs) for (let index = from; index <= to; index++) indexes.push(index)
  return indexes
}

/** Joins runs, sorted by `from`, that overlap or touch. */
function coalesce(sorted: readonly Run[]): Runs {
  const joined: Run[] = []
  for (const run of sorted) {
    const before = joined.at(-1)
    if (before && run.from <= before.to + 1) {
      if (run.to > before.to) joined[joined.length - 1] = { from: before.from, to: run.to }
    } else joined.push(run)
  }
  return joined
}

function lastStartingAt(runs: Runs, index: number): number {
  let low = 0
  let high = runs.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((runs[middle]?.from ?? 0) <= index) low = middle + 1
    else high = middle
  }
  return low - 1
}
