import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addLease,
  emptyLeaseQueue,
  endSegment,
  giveBack,
  revokeJob,
  revokeSegments,
  takeRun,
  unfinishedOf,
  type LeaseQueue,
  type SlotRun,
} from './lease-queue.js'
import { clip, film, leaseOf, span, termOf } from './testing/make-work.js'

type Step =
  | {
      readonly do: 'add'
      readonly id: number
      readonly job: 'film' | 'clip'
      readonly generation: number
      readonly indexes: readonly number[]
      readonly order: number
    }
  | { readonly do: 'take' }
  | {
      readonly do: 'revoke'
      readonly job: 'film' | 'clip'
      readonly generation: number
      readonly indexes: readonly number[]
      readonly stopRunning: boolean
    }
  | { readonly do: 'end'; readonly pick: number }
  | { readonly do: 'break'; readonly pick: number }
  | { readonly do: 'drop'; readonly job: 'film' | 'clip' }

const indexes = fc.uniqueArray(fc.nat({ max: 9 }), { minLength: 1, maxLength: 6 })
const job = fc.constantFrom('film' as const, 'clip' as const)
const generation = fc.constantFrom(1, 2)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      id: fc.nat({ max: 6 }),
      job,
      generation,
      indexes,
      order: fc.nat({ max: 3 }),
    }),
  },
  { weight: 4, arbitrary: fc.constant({ do: 'take' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('revoke' as const), job, generation, indexes, stopRunning: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('end' as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('break' as const), pick: fc.nat() }) },
  fc.record({ do: fc.constant('drop' as const), job }),
)
const jobs = { film, clip }
const textOf = (jobId: string, attempt: number, index: number): string => `${jobId}/${attempt}/${index}`

/** The dumb twin: what the agent owes, as one flat set, and which of it is in a slot. */
class Model {
  queue: LeaseQueue = emptyLeaseQueue
  readonly owed = new Map<string, 'queued' | 'running'>()
  readonly leased = new Map<string, string>()
  runs: SlotRun[] = []

  run(step: Step): void {
    if (step.do === 'add') this.#add(step)
    else if (step.do === 'take') this.#take()
    else if (step.do === 'revoke') this.#revoke(step)
    else if (step.do === 'drop') this.#drop(jobs[step.job])
    else if (this.runs.length > 0) this.#advance(step.do, step.pick % this.runs.length)
  }

  #add({ id, job: name, generation: attempt, indexes: wanted, order }: Extract<Step, { do: 'add' }>): void {
    const lease = leaseOf(`${name}-${attempt}-${id}`, wanted, { jobId: jobs[name], generation: attempt, order })
    const known = this.queue.some((entry) => entry.lease.leaseId === lease.leaseId)
    this.queue = addLease(this.queue, lease)
    for (const index of known ? [] : wanted) {
      const text = textOf(lease.jobId, attempt, index)
      if (!this.owed.has(text)) this.owed.set(text, 'queued')
    }
  }

  #take(): void {
    const next = takeRun(this.queue, () => true)
    if (next === undefined) {
      expect([...this.owed.values()]).not.toContain('queued')
      return
    }
    this.queue = next.queue
    this.runs.push(next.run)
    const { lease, from, to } = next.run
    for (const index of span(from, to)) {
      const text = textOf(lease.jobId, lease.generation, index)
      expect(this.owed.get(text)).toBe('queued')
      this.owed.set(text, 'running')
    }
  }

  #revoke({ job: name, generation: attempt, indexes: gone, stopRunning }: Extract<Step, { do: 'revoke' }>): void {
    const mine = this.runs.filter(({ lease }) => lease.jobId === jobs[name] && lease.generation === attempt)
    const begun = new Set(mine.flatMap((run) => unfinishedOf(this.queue, run).slice(0, 1)))
    const { queue, stop } = revokeSegments(
      this.queue,
      { jobId: jobs[name], generation: attempt, indexes: gone, stopRunning },
      begun,
    )
    this.queue = queue
    expect([...stop].sort()).toEqual(stopRunning ? gone.filter((index) => begun.has(index)).sort() : [])
    for (const index of gone) {
      if (!begun.has(index) || stopRunning) this.owed.delete(textOf(jobs[name], attempt, index))
    }
  }

  #drop(jobId: typeof film): void {
    this.queue = revokeJob(this.queue, jobId)
    this.runs = this.runs.filter(({ lease }) => lease.jobId !== jobId)
    for (const text of [...this.owed.keys()]) if (text.startsWith(`${jobId}/`)) this.owed.delete(text)
  }

  /** A run ends its first segment, or breaks and leaves the rest to be begun again. */
  #advance(what: 'end' | 'break', at: number): void {
    const run = this.runs[at]
    if (run === undefined) return
    const [first] = unfinishedOf(this.queue, run)
    const { jobId, generation: attempt } = run.lease
    if (what === 'end' && first !== undefined) {
      this.queue = endSegment(this.queue, { jobId, generation: attempt, index: first })
      this.owed.delete(textOf(jobId, attempt, first))
    }
    const left = unfinishedOf(this.queue, run)
    if (what === 'end' && left.length > 0) return
    this.queue = giveBack(this.queue, run.lease, left)
    for (const index of left) this.owed.set(textOf(jobId, attempt, index), 'queued')
    this.runs.splice(at, 1)
  }

  check(): void {
    const seen: [string, string][] = this.queue.flatMap(({ lease, queued, running }) => [
      ...queued.map((index): [string, string] => [textOf(lease.jobId, lease.generation, index), 'queued']),
      ...running.map((index): [string, string] => [textOf(lease.jobId, lease.generation, index), 'running']),
    ])
    expect(new Set(seen.map(([text]) => text)).size).toBe(seen.length)
    expect(seen.sort()).toEqual([...this.owed].sort())
    const orders = this.queue.map(({ lease }) => lease.order)
    expect(orders).toEqual([...orders].sort((a, b) => a - b))
    for (const { queued, running } of this.queue) {
      expect(queued.length + running.length).toBeGreaterThan(0)
      expect(queued).toEqual([...queued].sort((a, b) => a - b))
    }
  }
}

describe('a lease queue', () => {
  it('holds exactly what was leased and neither ended nor was taken back, each segment once', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const model = new Model()
        for (const one of steps) {
          model.run(one)
          model.check()
        }
      }),
      { numRuns: 500 },
    )
  })

  it('changes nothing when a lease is sent twice, also after some of it ran', () => {
    const lease = leaseOf('a', [3, 1, 2])
    const once = addLease(emptyLeaseQueue, lease)
    expect(once).toEqual([{ lease, queued: [1, 2, 3], running: [] }])
    expect(addLease(once, lease)).toBe(once)
    const taken = takeRun(once, () => true)
    expect(addLease(taken?.queue ?? [], lease)).toBe(taken?.queue)
  })

  it('takes a lease of another term with the same number as another lease', () => {
    const queue = addLease(emptyLeaseQueue, leaseOf('a', [1]))
    expect(addLease(queue, leaseOf('a', [2], { term: termOf(2) })).length).toBe(2)
  })

  it('hands out stretches without gaps, the more urgent lease first', () => {
    const queue = addLease(
      addLease(emptyLeaseQueue, leaseOf('a', [5, 6, 8], { order: 2 })),
      leaseOf('b', [1], { order: 1 }),
    )
    const stretches: [number, number][] = []
    let next = takeRun(queue, () => true)
    for (; next !== undefined; next = takeRun(next.queue, () => true)) stretches.push([next.run.from, next.run.to])
    expect(stretches).toEqual([
      [1, 2],
      [5, 7],
      [8, 9],
    ])
  })
})
