import type { Fact, FactIntent } from '@sheaf/protocol'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { blobOf, deepFreeze, fact, jobOf, landing, peerOf, submission } from '../testing/make.js'
import { applyFact } from './apply-fact.js'
import { emptyFarmState, type FarmState } from './farm-state.js'
import { farmStateHash } from './farm-state-hash.js'
import { countRuns, indexesOf } from './runs.js'
import { homeOf, jobRecord, jobStatus, landedBlob, landedRuns, landedSegments, openJobs } from './selectors.js'

// Simulated time and counted runs: how long it takes on a loaded machine says nothing.
vi.setConfig({ testTimeout: 120_000 })

const job = jobOf('1')
const [a, b, c] = [peerOf('a'), peerOf('b'), peerOf('c')]
const farmOf = (...facts: readonly Fact[]): FarmState =>
  deepFreeze(facts).reduce((farm, next) => deepFreeze(applyFact(farm, next)), emptyFarmState)
const landed = (farm: FarmState): number[] => indexesOf(landedRuns(farm, job))

const peer = fc.constantFrom(a, b, c)
const someJob = fc.constantFrom(job, jobOf('2'))
const index = fc.integer({ min: 0, max: 11 })
const epoch = fc.integer({ min: 0, max: 3 })
const generation = fc.integer({ min: 1, max: 3 })
const intent: fc.Arbitrary<FactIntent> = fc.oneof(
  fc
    .tuple(someJob, fc.integer({ min: 8, max: 12 }), fc.integer({ min: 0, max: 2 }))
    .map(([id, segments, priority]) => submission({ job: id, segments, priority })),
  fc
    .record({
      jobId: someJob,
      priority: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
      paused: fc.option(fc.boolean(), { nil: undefined }),
    })
    .map((payload): FactIntent => ({ kind: 'job-setting', payload })),
  fc.record({ jobId: someJob, generation }).map((payload): FactIntent => ({ kind: 'job-requeued', payload })),
  someJob.map((jobId): FactIntent => ({ kind: 'job-canceled', payload: { jobId } })),
  fc
    .record({ jobId: someJob, generation, code: fc.constantFrom('X', 'Y'), message: fc.constant('m') })
    .map((payload): FactIntent => ({ kind: 'job-failed', payload })),
  fc
    .record({ jobId: someJob, generation, outputSha256: fc.constantFrom('1', '2'), sizeBytes: fc.constant(1) })
    .map((payload): FactIntent => ({ kind: 'job-completed', payload })),
  fc.record({ jobId: someJob, epoch, home: peer }).map((payload): FactIntent => ({ kind: 'home-assigned', payload })),
  fc
    .tuple(
      someJob,
      fc.uniqueArray(index, { minLength: 1, maxLength: 5 }),
      peer,
      epoch,
      fc.double({ min: 0.1, max: 99, noNaN: true }),
    )
    .map(([id, indexes, by, e, renderMs]) => landing(id, indexes, by, { epoch: e, renderMs })),
  fc
    .record({ jobId: someJob, generation, epoch, indexes: fc.array(index, { maxLength: 4 }) })
    .map((payload): FactIntent => ({ kind: 'segments-retracted', payload })),
  fc
    .record({ jobId: someJob, generation, index, peer, code: fc.constantFrom('X', 'Y'), message: fc.constant('m') })
    .map((payload): FactIntent => ({ kind: 'segment-failed', payload })),
)
const facts: fc.Arbitrary<Fact[]> = fc
  .array(fc.tuple(peer, fc.integer({ min: 1, max: 8 }), intent), { maxLength: 30 })
  .map((list) => list.map(([author, lamport, what], at) => fact(author, lamport, what, `h${at}`)))

/** What counts as landed, told from the whole set at once. */
function oracle(set: readonly Fact[]): number[] {
  const before = (x: Fact, y: Fact): number =>
    x.stamp.lamport - y.stamp.lamport ||
    (x.stamp.author < y.stamp.author ? -1 : x.stamp.author > y.stamp.author ? 1 : x.stamp.hash < y.stamp.hash ? -1 : 1)
  const ofJob = set.filter(({ payload }) => 'jobId' in payload && payload.jobId === job).sort(before)
  const submitted = ofJob.find((f) => f.kind === 'job-submitted')
  if (submitted?.kind !== 'job-submitted') return []
  const home = (e: number): string | undefined => {
    if (e === 0) return submitted.stamp.author
    const named = ofJob.findLast((f) => f.kind === 'home-assigned' && f.payload.epoch === e)
    return named?.kind === 'home-assigned' ? named.payload.home : undefined
  }
  return submitted.payload.segmentFrames
    .map((_, at) => at)
    .filter((at) =>
      ofJob.some(
        (f, place) =>
          f.kind === 'segments-landed' &&
          f.payload.segments.some((s) => s.index === at) &&
          home(f.payload.epoch) === f.stamp.author &&
          !ofJob
            .slice(place + 1)
            .some(
              (g) =>
                g.kind === 'segments-retracted' &&
                g.payload.indexes.includes(at) &&
                g.payload.epoch >= f.payload.epoch &&
                home(g.payload.epoch) === g.stamp.author,
            ),
      ),
    )
}

describe('a fact set', () => {
  it('gives one state in every order, however often and however grouped', () => {
    fc.assert(
      fc.property(facts, fc.infiniteStream(fc.nat()), fc.array(fc.nat(), { maxLength: 20 }), (set, keys, repeats) => {
        const expected = farmStateHash(farmOf(...set))
        const again = repeats.flatMap((at) => set[at % Math.max(1, set.length)] ?? [])
        const shuffled = [...set, ...again]
          .map((f) => ({ f, key: Number(keys.next().value ?? 0) }))
          .sort((x, y) => x.key - y.key)
          .map(({ f }) => f)
        expect(farmStateHash(farmOf(...shuffled))).toBe(expected)
      }),
      { numRuns: 400 },
    )
  })

  it('gives one state when two sides of a partition exchange what they have', () => {
    fc.assert(
      fc.property(
        facts,
        fc.array(fc.constantFrom('left', 'right', 'both'), { minLength: 30, maxLength: 30 }),
        (set, sides) => {
          const side = (name: string): Fact[] => set.filter((_, at) => sides[at] === name || sides[at] === 'both')
          const left = [...side('left'), ...side('right')]
          const right = [...side('right'), ...side('left')]
          expect(farmStateHash(farmOf(...left))).toBe(farmStateHash(farmOf(...right)))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('lands what the oracle says, and counts it', () => {
    fc.assert(
      fc.property(facts, (set) => {
        const farm = farmOf(...set)
        const expected = oracle(set)
        expect(landed(farm)).toEqual(expected)
        expect(landedSegments(farm, job).map((record) => record.index)).toEqual(expected)
        const derived = jobRecord(farm, job)?.derived
        expect(derived?.landedSegments ?? 0).toBe(expected.length)
        expect(derived?.contributions.reduce((sum, { segments }) => sum + segments, 0) ?? 0).toBe(expected.length)
      }),
      { numRuns: 600 },
    )
  })

  it('tells different sets apart', () => {
    const one = fact(a, 1, submission())
    const hashes = [
      farmOf(one),
      farmOf(one, fact(a, 2, landing(job, [0], b))),
      farmOf(one, fact(b, 2, landing(job, [0], b))),
      emptyFarmState,
    ]
    expect(new Set(hashes.map(farmStateHash)).size).toBe(4)
  })

  it('stays the same object when a fact changes nothing', () => {
    const set = [
      fact(a, 1, submission()),
      fact(a, 2, landing(job, [1, 2], b)),
      fact(a, 3, { kind: 'job-setting', payload: { jobId: job, paused: true } }),
    ]
    const farm = farmOf(...set)
    for (const one of set) expect(applyFact(farm, one)).toBe(farm)
  })
})

describe('a landing', () => {
  const submitted = fact(a, 1, submission())
  it('counts from the home of its epoch only', () => {
    expect(landed(farmOf(submitted, fact(b, 2, landing(job, [3], b))))).toEqual([])
    expect(landed(farmOf(submitted, fact(a, 2, landing(job, [3], b))))).toEqual([3])
    expect(landed(farmOf(submitted, fact(a, 2, landing(job, [3], b, { epoch: 1 }))))).toEqual([])
  })

  it('counts as soon as the home of its epoch is known', () => {
    const early = fact(c, 5, landing(job, [2], b, { epoch: 1 }))
    const named = fact(a, 4, { kind: 'home-assigned', payload: { jobId: job, epoch: 1, home: c } })
    expect(landed(farmOf(early))).toEqual([])
    expect(landed(farmOf(early, submitted))).toEqual([])
    expect(landed(farmOf(early, submitted, named))).toEqual([2])
    expect(homeOf(farmOf(submitted, named), job)).toEqual({ epoch: 1, home: c })
  })

  it('is taken back by the home of a later epoch, until it lands again', () => {
    const named = fact(a, 4, { kind: 'home-assigned', payload: { jobId: job, epoch: 1, home: c } })
    const first = fact(a, 2, landing(job, [2, 3], b))
    const gone = fact(c, 6, {
      kind: 'segments-retracted',
      payload: { jobId: job, generation: 1, epoch: 1, indexes: [2] },
    })
    const again = fact(c, 8, landing(job, [2], b, { epoch: 1 }))
    expect(landed(farmOf(submitted, named, first, gone))).toEqual([3])
    expect(landed(farmOf(submitted, named, first, gone, again))).toEqual([2, 3])
    expect(landedBlob(farmOf(submitted, named, first, gone, again), job, 2)?.epoch).toBe(1)
    const late = fact(c, 1, landing(job, [2], b, { epoch: 1 }))
    expect(landed(farmOf(submitted, named, first, gone, late))).toEqual([3])
  })

  it('outside the job counts for nothing', () => {
    const farm = farmOf(submitted, fact(a, 2, landing(job, [10, 99], b)))
    expect(landed(farm)).toEqual([])
    expect(landedBlob(farm, job, 99)).toBeUndefined()
  })

  it('carries over to the next generation', () => {
    const requeued = fact(b, 9, { kind: 'job-requeued', payload: { jobId: job, generation: 2 } })
    const farm = farmOf(submitted, fact(a, 2, landing(job, [0], b)), requeued)
    expect(landed(farm)).toEqual([0])
    expect(jobRecord(farm, job)?.generation).toBe(2)
  })
})

describe('a job', () => {
  const submitted = fact(a, 1, submission({ segments: 2 }))
  const failed = fact(b, 2, {
    kind: 'job-failed',
    payload: { jobId: job, generation: 1, code: 'X', message: 'broken' },
  })
  const canceled = fact(b, 3, { kind: 'job-canceled', payload: { jobId: job } })
  const completed = fact(a, 4, {
    kind: 'job-completed',
    payload: { jobId: job, generation: 1, outputSha256: 's', sizeBytes: 1 },
  })
  const requeued = fact(b, 5, { kind: 'job-requeued', payload: { jobId: job, generation: 2 } })
  const paused = fact(b, 6, { kind: 'job-setting', payload: { jobId: job, paused: true } })
  it.each([
    ['queued', [submitted]],
    ['active', [submitted, fact(a, 2, landing(job, [0], b))]],
    ['rendered', [submitted, paused, fact(a, 2, landing(job, [0, 1], b))]],
    ['paused', [submitted, paused]],
    ['failed', [submitted, failed, paused]],
    ['canceled', [submitted, failed, canceled]],
    ['completed', [submitted, failed, canceled, completed]],
    ['queued', [submitted, failed, requeued]],
    ['canceled', [submitted, canceled, requeued]],
    [undefined, [canceled]],
  ] as const)('is %s', (status, set) => {
    expect(jobStatus(farmOf(...set), job)).toBe(status)
    expect(openJobs(farmOf(...set)).length).toBe(
      status === undefined || ['failed', 'canceled', 'completed'].includes(status) ? 0 : 1,
    )
  })

  it('submitted twice is the one with the lowest stamp', () => {
    const other = fact(b, 2, submission({ segments: 5 }))
    expect(jobRecord(farmOf(other, submitted), job)?.submitted.submitter).toBe(a)
  })

  it('is planned by priority, then time, then id, as last set', () => {
    const set = [
      fact(a, 1, submission({ job: jobOf('x'), submittedAtMs: 5 })),
      fact(a, 2, submission({ job: jobOf('y'), submittedAtMs: 5 })),
      fact(a, 3, submission({ job: jobOf('z'), submittedAtMs: 4 })),
      fact(a, 4, submission({ job: jobOf('w'), priority: 51, submittedAtMs: 9 })),
    ]
    expect(openJobs(farmOf(...set)).map(({ jobId }) => jobId)).toEqual(['job-w', 'job-z', 'job-x', 'job-y'])
    const raised = fact(b, 9, { kind: 'job-setting', payload: { jobId: jobOf('y'), priority: 90 } })
    const lowered = fact(b, 8, { kind: 'job-setting', payload: { jobId: jobOf('y'), priority: 1 } })
    expect(openJobs(farmOf(raised, ...set, lowered))[0]?.jobId).toBe('job-y')
  })
})

describe('cost', () => {
  it('of a landing does not grow with the job', () => {
    const big = fact(a, 1, submission({ segments: 20_000, frames: 1 }))
    let farm = farmOf(big)
    for (let from = 0, lamport = 2; from < 20_000; from += 50, lamport++) {
      farm = applyFact(
        farm,
        fact(
          a,
          lamport,
          landing(
            job,
            Array.from({ length: 50 }, (_, at) => from + at),
            b,
          ),
        ),
      )
    }
    expect(countRuns(landedRuns(farm, job))).toBe(20_000)
    const before = jobRecord(farm, job)?.cells
    const after = jobRecord(applyFact(farm, fact(a, 9999, landing(job, [7], c))), job)?.cells
    expect(newNodes(before, after)).toBeLessThan(60)
    expect(landedBlob(farm, job, 7)?.blob).toBe(blobOf('7'))
  })
})

type Tree = { readonly left?: Tree; readonly right?: Tree } | undefined
function newNodes(before: Tree, after: Tree): number {
  const known = new Set<Tree>()
  const walk = (tree: Tree, visit: (node: Tree) => boolean): void => {
    if (!tree || !visit(tree)) return
    walk(tree.left, visit)
    walk(tree.right, visit)
  }
  walk(before, (node) => Boolean(known.add(node)))
  let count = 0
  walk(after, (node) => !known.has(node) && Boolean(++count))
  return count
}
