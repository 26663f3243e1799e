import {
  SheafError,
  type AssetId,
  type BlobId,
  type HeldLease,
  type JobId,
  type PeerId,
  type SegmentReport,
} from '@sheaf/protocol'
import type { Manifest } from '@sheaf/timeline'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Materials } from './ports.js'
import { fakeRenderer, type FakeRun } from './testing/fake-renderer.js'
import {
  clip,
  deferred,
  film,
  leaseOf,
  memoryKept,
  memoryLog,
  noAssets,
  other,
  revokeOf,
  settled,
  span,
  until,
} from './testing/make-work.js'
import { Worker } from './worker.js'

interface Bench {
  readonly worker: Worker
  readonly runs: readonly FakeRun[]
  readonly kept: ReturnType<typeof memoryKept>
  readonly reports: { to: PeerId; report: SegmentReport }[]
  readonly changedMedia: string[]
  readonly changes: () => number
  run(at: number): Promise<FakeRun>
}

function benchOf(
  options: { slots?: number; lingers?: boolean; materials?: Partial<Materials>; putFile?: () => Promise<never> } = {},
): Bench {
  const renderer = fakeRenderer(options)
  const kept = memoryKept()
  const reports: Bench['reports'] = []
  const changedMedia: string[] = []
  let changes = 0
  const materials: Materials = {
    knows: () => true,
    manifest: async () => ({}) as Manifest,
    assets: async () => noAssets,
    prefetch: async () => undefined,
    confirmUnchanged: async () => undefined,
    ...options.materials,
  }
  const putFile = options.putFile ?? (async (path: string) => ({ id: path as BlobId, sizeBytes: 7 }))
  const worker = new Worker(
    { renderer, materials, kept, sink: { putFile }, log: memoryLog() },
    {
      slots: options.slots ?? 1,
      report: (to, report) => void reports.push({ to, report }),
      onRendered: () => undefined,
      onChange: () => void (changes += 1),
      onMediaChanged: (jobId) => void changedMedia.push(jobId),
    },
  )
  if (options.lingers !== true) onTestFinished(() => worker.stop())
  const run = async (at: number): Promise<FakeRun> => {
    await until(() => renderer.runs.length > at)
    return renderer.runs[at] as FakeRun
  }
  return { worker, runs: renderer.runs, kept, reports, changedMedia, changes: () => changes, run }
}

const stretch = ({ request, last }: FakeRun): number[] => span(request.from, last() + 1)
const indexes = (leases: readonly HeldLease[]): number[] => leases.flatMap((lease) => [...lease.indexes])
const failed = (code: 'SHEAF_ENGINE_FAILED' | 'SHEAF_DISK_FULL' | 'SHEAF_MEDIA_MISSING', details = {}): SheafError =>
  new SheafError({ code, message: 'broken', details })

describe('a worker', () => {
  it('renders a lease in one run and keeps and reports each segment', async () => {
    const { worker, kept, reports, run } = benchOf()
    worker.lease(leaseOf('a', [4, 5]))
    const first = await run(0)
    expect(stretch(first)).toEqual([4, 5])
    await first.finish(4)
    expect(worker.running().map(({ index }) => index)).toEqual([5])
    expect(indexes(worker.heldLeases())).toEqual([5])
    await first.finish(5)
    await until(() => !worker.busy)
    expect(kept.unlanded().map(({ index, blob, renderMs }) => [index, blob, renderMs])).toEqual([
      [4, '4.mp4', 40.4],
      [5, '5.mp4', 40.4],
    ])
    expect(reports.map(({ to, report }) => [to, report.index, report.outcome])).toEqual(
      [4, 5].map((index) => [other, index, { kind: 'rendered', renderMs: 40 }]),
    )
    expect(worker.heldLeases()).toEqual([])
  })

  it('keeps no more runs than slots, and begins the next when one ends', async () => {
    const { worker, runs, run } = benchOf({ slots: 2 })
    worker.lease(leaseOf('a', [0, 2, 4]))
    await run(1)
    await settled()
    expect(runs.length).toBe(2)
    await runs[0]?.finish(0)
    expect(stretch(await run(2))).toEqual([4])
  })

  it('renders a lease that was sent twice once', async () => {
    const { worker, runs, run } = benchOf({ slots: 2 })
    worker.lease(leaseOf('a', [0, 1]))
    worker.lease(leaseOf('a', [0, 1]))
    worker.lease(leaseOf('b', [1]))
    await run(0)
    await settled()
    expect(runs.map(stretch)).toEqual([[0, 1]])
  })

  it('says how far the segment is that the farm thinks it renders', async () => {
    const { worker, run } = benchOf()
    worker.lease(leaseOf('a', [0, 1]))
    const first = await run(0)
    first.request.onProgress(0, 0.5)
    first.request.onProgress(1, 0.25)
    expect(worker.running().map(({ index, progress }) => [index, progress])).toEqual([[0, 0.5]])
    await first.finish(0)
    expect(worker.running().map(({ index, progress }) => [index, progress])).toEqual([[1, 0.25]])
  })
})

describe('a revocation', () => {
  it.each([false, true])('of a waiting tail shortens the run (stopRunning %s)', async (stopRunning) => {
    const { worker, runs, run, reports } = benchOf()
    worker.lease(leaseOf('a', span(0, 6)))
    const first = await run(0)
    worker.revoke(revokeOf([4, 5], { stopRunning }))
    expect(stretch(first)).toEqual([0, 1, 2, 3])
    expect(indexes(worker.heldLeases())).toEqual([0, 1, 2, 3])
    for (const index of [0, 1, 2, 3]) await first.finish(index)
    await until(() => !worker.busy)
    expect(runs.length).toBe(1)
    expect(reports.map(({ report }) => report.index)).toEqual([0, 1, 2, 3])
  })

  it('in the middle of a run leaves what lies behind it, for the next free slot', async () => {
    const { worker, run } = benchOf({ slots: 2 })
    worker.lease(leaseOf('a', span(0, 6)))
    const first = await run(0)
    worker.revoke(revokeOf([2, 3]))
    expect(stretch(first)).toEqual([0, 1])
    expect(stretch(await run(1))).toEqual([4, 5])
    expect(indexes(worker.heldLeases()).sort()).toEqual([0, 1, 4, 5])
  })

  it('leaves the segment that is being rendered alone unless it says to stop it', async () => {
    const { worker, run } = benchOf()
    worker.lease(leaseOf('a', [0, 1]))
    const first = await run(0)
    worker.revoke(revokeOf([0, 1]))
    expect(first.request.signal.aborted).toBe(false)
    expect(stretch(first)).toEqual([0])
    worker.revoke(revokeOf([0], { stopRunning: true }))
    expect(first.request.signal.aborted).toBe(true)
    await until(() => !worker.busy)
    expect(worker.heldLeases()).toEqual([])
  })

  it('that stops a segment in the middle of a run renders the rest, and nothing that was taken back', async () => {
    const { worker, run, reports } = benchOf()
    worker.lease(leaseOf('a', span(0, 6)))
    const first = await run(0)
    await first.finish(0)
    worker.revoke(revokeOf([1, 2, 4], { stopRunning: true }))
    expect(first.request.signal.aborted).toBe(true)
    const second = await run(1)
    expect(stretch(second)).toEqual([3])
    await second.finish(3)
    expect(stretch(await run(2))).toEqual([5])
    expect(reports.map(({ report }) => report.index)).toEqual([0, 3])
  })

  it('waits for the job that it was leased segments of, when its fact comes later', async () => {
    const known = new Set<JobId>([clip])
    const asked: JobId[] = []
    const prefetch = async (jobId: JobId) => void asked.push(jobId)
    const { worker, runs, run, reports } = benchOf({ materials: { knows: (jobId) => known.has(jobId), prefetch } })
    worker.lease(leaseOf('a', [0, 1]))
    worker.update()
    await settled()
    expect([runs.length, asked, indexes(worker.heldLeases())]).toEqual([0, [], [0, 1]])
    // It does not stand in the way of what is known.
    worker.lease(leaseOf('b', [3], { jobId: clip, order: 1 }))
    const first = await run(0)
    expect(first.request.from).toBe(3)
    known.add(film)
    worker.update()
    expect(asked).toContain(film)
    await first.finish(3)
    expect(stretch(await run(1))).toEqual([0, 1])
    expect(reports.filter(({ report }) => report.outcome.kind === 'failed')).toEqual([])
  })

  it('reads what its stretch needs, ends with the error of a read that failed, and lets go of it', async () => {
    const failed = new AbortController()
    const asked: unknown[] = []
    let closed = 0
    const environment = { http_proxy: 'http://r0:secret@127.0.0.1:1' }
    const assets: Materials['assets'] = async (_job, _signal, stretch) => {
      asked.push(stretch)
      return {
        placeOf: (asset) => `/${asset}`,
        environment,
        failed: asked.length === 1 ? failed.signal : noAssets.failed,
        close: () => void (closed += 1),
      }
    }
    const { worker, run, reports } = benchOf({ materials: { assets } })
    worker.lease(leaseOf('a', [4, 5, 6]))
    const { request } = await run(0)
    expect(asked).toEqual([{ from: 4, to: 7 }])
    expect([request.assetPath('a7' as AssetId), request.environment]).toEqual(['/a7', environment])
    expect(closed).toBe(0)
    failed.abort(new SheafError({ code: 'SHEAF_PEER_UNREACHABLE', message: 'the submitter is off' }))
    await until(() => reports.length > 0)
    expect(reports[0]?.report.outcome).toEqual({
      kind: 'failed',
      code: 'SHEAF_PEER_UNREACHABLE',
      message: 'the submitter is off',
      strike: false,
    })
    expect(closed).toBe(1)
    worker.drop(film)
  })

  it('counts for the run that is not begun yet, while its materials come', async () => {
    const gate = deferred<Manifest>()
    const { worker, run } = benchOf({ materials: { manifest: () => gate.promise } })
    worker.lease(leaseOf('a', span(0, 4)))
    worker.revoke(revokeOf([2, 3]))
    gate.resolve({} as Manifest)
    expect(stretch(await run(0))).toEqual([0, 1])
  })

  it('of another attempt changes nothing', async () => {
    const { worker, run, changes } = benchOf()
    worker.lease(leaseOf('a', [0, 1]))
    const first = await run(0)
    const before = changes()
    worker.revoke(revokeOf([0, 1], { generation: 2, stopRunning: true }))
    worker.revoke(revokeOf([0, 1], { jobId: clip, stopRunning: true }))
    expect(first.request.signal.aborted).toBe(false)
    expect(stretch(first)).toEqual([0, 1])
    expect(changes()).toBe(before)
  })

  it('said again while the tools of a stopped segment end is not answered by word of a change', async () => {
    const { worker, run, changes } = benchOf({ lingers: true })
    worker.lease(leaseOf('a', [0]))
    const first = await run(0)
    worker.revoke(revokeOf([0], { stopRunning: true }))
    const before = changes()
    worker.revoke(revokeOf([0], { stopRunning: true }))
    expect(changes()).toBe(before)
    first.fail(new Error('killed'))
    await until(() => !worker.busy)
    expect(changes()).toBeGreaterThan(before)
  })
})

describe('a segment that fails', () => {
  it.each([
    ['SHEAF_ENGINE_FAILED', true],
    ['SHEAF_DISK_FULL', false],
  ] as const)('with %s is reported, strike %s, and the rest is begun again', async (code, strike) => {
    const { worker, run, reports } = benchOf()
    worker.lease(leaseOf('a', span(0, 3)))
    const first = await run(0)
    await first.finish(0)
    first.fail(failed(code))
    expect(stretch(await run(1))).toEqual([2])
    expect(reports.map(({ report: { index, outcome } }) => [index, outcome]).at(-1)).toEqual([
      1,
      { kind: 'failed', code, message: 'broken', strike },
    ])
  })

  it('is the one that the engine names', async () => {
    const { worker, run, reports } = benchOf()
    worker.lease(leaseOf('a', span(0, 3)))
    ;(await run(0)).fail(failed('SHEAF_ENGINE_FAILED', { segment: 1 }))
    expect(stretch(await run(1))).toEqual([0])
    expect(reports.map(({ report }) => report.index)).toEqual([1])
  })

  it('with an error about no segment of the run counts as the first that is not done, so that work ends', async () => {
    const { worker, run, reports } = benchOf()
    worker.lease(leaseOf('a', [3]))
    ;(await run(0)).fail(failed('SHEAF_ENGINE_FAILED', { segment: 99 }))
    await until(() => !worker.busy)
    expect(reports.map(({ report }) => report.index)).toEqual([3])
    expect(worker.heldLeases()).toEqual([])
  })

  it('since its medium is gone ends the job here and is no strike', async () => {
    const { worker, runs, run, reports, changedMedia } = benchOf()
    worker.lease(leaseOf('a', [0, 1]))
    ;(await run(0)).fail(failed('SHEAF_MEDIA_MISSING'))
    await until(() => !worker.busy)
    expect([changedMedia, reports, worker.heldLeases(), runs.length]).toEqual([[film], [], [], 1])
  })
})

describe('a worker that is to rest', () => {
  it('begins nothing while paused, ends what it began, and goes on later', async () => {
    const { worker, runs, run } = benchOf({ slots: 2 })
    worker.lease(leaseOf('a', [0]))
    const first = await run(0)
    worker.setAccepting(false)
    worker.lease(leaseOf('b', [5]))
    await first.finish(0)
    await settled()
    expect(runs.length).toBe(1)
    worker.setAccepting(true)
    expect(stretch(await run(1))).toEqual([5])
  })

  it('drops all of a closed job, and nothing of others', async () => {
    const { worker, run, reports } = benchOf()
    worker.lease(leaseOf('a', [0, 1]))
    worker.lease(leaseOf('b', [7], { jobId: clip, order: 1 }))
    const first = await run(0)
    worker.drop(film)
    expect(first.request.signal.aborted).toBe(true)
    expect((await run(1)).request.from).toBe(7)
    expect(worker.heldLeases().map(({ jobId }) => jobId)).toEqual([clip])
    expect(reports).toEqual([])
  })

  it('waits at its stop until every tool has ended, and takes nothing more', async () => {
    const { worker, runs, run, reports } = benchOf({ lingers: true })
    worker.lease(leaseOf('a', [0, 1]))
    const first = await run(0)
    let stopped = false
    const stopping = worker.stop().then(() => (stopped = true))
    worker.lease(leaseOf('b', [5]))
    await settled()
    expect([stopped, first.request.signal.aborted]).toEqual([false, true])
    first.fail(new Error('killed'))
    await stopping
    expect([runs.length, reports.length, worker.heldLeases().length]).toEqual([1, 0, 0])
  })
})
