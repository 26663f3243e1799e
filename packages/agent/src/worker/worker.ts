import {
  isSheafError,
  type HeldLease,
  type JobId,
  type LeaseMessage,
  type PeerId,
  type RevokeMessage,
  type RunningSegment,
  type SegmentKey,
  type SegmentReport,
  type Term,
} from '@sheaf/protocol'
import type { Log } from '../log/index.js'
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
import type { ChunkRenderer, ChunkRun, FinishedSegment, KeptSegments, Materials, SegmentSink } from './ports.js'

export interface WorkerComponents {
  readonly renderer: ChunkRenderer
  readonly materials: Materials
  readonly kept: KeptSegments
  readonly sink: SegmentSink
  readonly log: Log
}

export interface WorkerInit {
  readonly slots: number
  /** Tells the coordinator of that term what became of a segment. */
  readonly report: (to: PeerId, report: SegmentReport) => void
  /** A segment is rendered, kept, and wants to be delivered to its job's home. */
  readonly onRendered: (key: SegmentKey) => void
  /** Something that a heartbeat says has changed. */
  readonly onChange: () => void
  /** An asset of this machine changed under a job, or is gone. */
  readonly onMediaChanged: (jobId: JobId, error: Error) => void
}

interface Slot {
  /** Shorter than what was taken when its tail was taken back. */
  run: SlotRun
  readonly abort: AbortController
  ended: Promise<void>
  chunk: ChunkRun | undefined
  /** The first segment of the run that is not done. The next one may have begun: encoders overlap. */
  at: number
  /** How far each begun segment is, 0 to 1. */
  readonly progress: Map<number, number>
}

/** Errors that say nothing about the segment: no strike. */
const innocent = new Set([
  'SHEAF_DISK_FULL',
  'SHEAF_PEER_UNREACHABLE',
  'SHEAF_BLOB_NOT_FOUND',
  'SHEAF_TIMEOUT',
  'SHEAF_JOB_NOT_FOUND',
])

/**
 * Renders what it is leased: as many stretches at once as it has slots, each segment kept and offered
 * as soon as it is done. Owns the lease queue; the decisions about it are in `lease-queue.ts`.
 */
export class Worker {
  readonly #components: WorkerComponents
  readonly #init: WorkerInit
  readonly #slots = new Set<Slot>()
  #queue: LeaseQueue = emptyLeaseQueue
  /** Jobs whose segments were leased before their fact had come. */
  readonly #unknown = new Set<JobId>()
  #accepting = true
  #stopped = false
  #slotCount: number

  constructor(components: WorkerComponents, init: WorkerInit) {
    this.#components = components
    this.#init = init
    this.#slotCount = init.slots
  }

  get slots(): number {
    return this.#slotCount
  }

  get busy(): boolean {
    return this.#slots.size > 0
  }

  /** A paused worker ends what it began and begins nothing more. */
  setAccepting(accepting: boolean): void {
    this.#accepting = accepting
    this.#fill()
  }

  lease(message: LeaseMessage): void {
    if (this.#stopped) return
    this.#queue = addLease(this.#queue, message)
    this.#prefetch(message)
    this.#fill()
    this.#init.onChange()
  }

  /** Looks again at what it holds: a job may have become known whose segments were leased before. Cheap. */
  update(): void {
    const waiting = this.#queue.filter(({ lease }) => this.#unknown.has(lease.jobId))
    for (const { lease } of waiting) this.#prefetch(lease)
    this.#fill()
  }

  revoke(message: RevokeMessage): void {
    // One that is being stopped runs until its tools are gone; the coordinator may ask again meanwhile.
    const mine = [...this.#slots].filter(({ run, abort }) => !abort.signal.aborted && sameAttempt(run.lease, message))
    const { queue, stop } = revokeSegments(this.#queue, message, new Set(mine.map(({ at }) => at)))
    const tookBack = countSegments(queue) + stop.length < countSegments(this.#queue)
    this.#queue = queue
    const gone = new Set(message.indexes)
    for (const slot of mine) {
      if (stop.includes(slot.at)) {
        this.#cut(slot, slot.at + 1)
        slot.abort.abort(new Error(message.reason))
      } else {
        this.#cutBefore(slot, gone)
      }
    }
    this.#fill()
    // What was stopped is told when it has ended; telling the same again would be answered by the same revocation.
    if (tookBack) this.#init.onChange()
  }

  /** Drops all of a job: it was canceled, failed or completed. */
  drop(jobId: JobId): void {
    this.#queue = revokeJob(this.#queue, jobId)
    this.#unknown.delete(jobId)
    for (const slot of this.#slots) {
      if (slot.run.lease.jobId === jobId) slot.abort.abort(new Error('job closed'))
    }
  }

  heldLeases(): readonly HeldLease[] {
    return this.#queue.map(({ lease, queued, running }) => ({
      leaseId: lease.leaseId,
      term: lease.term,
      jobId: lease.jobId,
      generation: lease.generation,
      indexes: [...running, ...queued],
    }))
  }

  running(): readonly RunningSegment[] {
    return [...this.#slots].map(({ run, at, progress }) => ({
      jobId: run.lease.jobId,
      generation: run.lease.generation,
      index: at,
      leaseId: run.lease.leaseId,
      term: run.lease.term,
      progress: progress.get(at) ?? 0,
    }))
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#queue = emptyLeaseQueue
    for (const slot of this.#slots) slot.abort.abort(new Error('agent stops'))
    await Promise.all([...this.#slots].map((slot) => slot.ended))
  }

  /** Ends a run before the first segment that it has not begun and was taken back. */
  #cutBefore(slot: Slot, gone: ReadonlySet<number>): void {
    for (let index = slot.at + 1; index < slot.run.to; index += 1) {
      if (gone.has(index)) return this.#cut(slot, index)
    }
  }

  /** Lets a run end before the segment `to`; what it had from there on is free for any slot. */
  #cut(slot: Slot, to: number): void {
    const rest = unfinishedOf(this.#queue, slot.run).filter((index) => index >= to)
    this.#queue = giveBack(this.#queue, slot.run.lease, rest)
    slot.run = { ...slot.run, to }
    slot.chunk?.stopAfter(to - 1)
  }

  #prefetch({ jobId, indexes }: Pick<LeaseMessage, 'jobId' | 'indexes'>): void {
    if (!this.#components.materials.knows(jobId)) {
      this.#unknown.add(jobId)
      return
    }
    this.#unknown.delete(jobId)
    void this.#components.materials.prefetch(jobId, indexes, AbortSignal.timeout(600_000))
  }

  #fill(): void {
    while (!this.#stopped && this.#accepting && this.#slots.size < this.#slotCount) {
      const taken = takeRun(this.#queue, (jobId) => this.#components.materials.knows(jobId))
      if (taken === undefined) return
      this.#queue = taken.queue
      const slot: Slot = {
        run: taken.run,
        abort: new AbortController(),
        ended: Promise.resolve(),
        chunk: undefined,
        at: taken.run.from,
        progress: new Map(),
      }
      this.#slots.add(slot)
      slot.ended = this.#work(slot)
    }
  }

  /** Runs one slot to its end; never rejects. */
  async #work(slot: Slot): Promise<void> {
    try {
      await this.#render(slot)
    } catch (error) {
      this.#onBroken(slot, error)
    } finally {
      this.#slots.delete(slot)
      this.#leaveUnbegun(slot)
      this.#fill()
      this.#init.onChange()
    }
  }

  async #render(slot: Slot): Promise<void> {
    const { lease } = slot.run
    const { renderer, materials } = this.#components
    const signal = slot.abort.signal
    const manifest = await materials.manifest(lease.jobId, signal)
    const { run } = slot
    const assets = await materials.assets(lease.jobId, signal, { from: run.from, to: run.to })
    try {
      signal.throwIfAborted()
      // Read now: the tail may have been taken back while the materials came.
      const { from, to } = slot.run
      slot.chunk = renderer.renderChunk({
        manifest,
        from,
        to,
        assetPath: assets.placeOf,
        environment: assets.environment,
        signal: AbortSignal.any([signal, assets.failed]),
        onProgress: (index, progress) => slot.progress.set(index, progress),
        onSegment: (segment) => this.#onSegment(slot, segment),
      })
      await slot.chunk.done
    } finally {
      assets.close()
    }
  }

  async #onSegment(slot: Slot, segment: FinishedSegment): Promise<void> {
    const { lease } = slot.run
    const { kept, sink, materials } = this.#components
    const key: SegmentKey = { jobId: lease.jobId, generation: lease.generation, index: segment.index }
    await materials.confirmUnchanged(lease.jobId)
    const { id, sizeBytes } = await sink.putFile(segment.path)
    // The job may have been closed meanwhile, and what was kept for it freed: nothing may be kept after that.
    if (slot.abort.signal.aborted) return
    await kept.put({ ...key, blob: id, sizeBytes, renderMs: segment.renderMs, landed: false })
    this.#queue = endSegment(this.#queue, key)
    slot.at = unfinishedOf(this.#queue, slot.run)[0] ?? slot.at
    this.#report(lease, key, { kind: 'rendered', renderMs: Math.round(segment.renderMs) })
    this.#init.onRendered(key)
    this.#init.onChange()
  }

  #onBroken(slot: Slot, error: unknown): void {
    if (slot.abort.signal.aborted || this.#stopped) return
    const { lease } = slot.run
    const key: SegmentKey = { jobId: lease.jobId, generation: lease.generation, index: failedIndex(slot, error) }
    const code = isSheafError(error) ? error.code : 'SHEAF_ENGINE_FAILED'
    const message = error instanceof Error ? error.message : String(error)
    this.#components.log.warn({ ...key, code, error }, 'segment failed')
    if (code === 'SHEAF_MEDIA_CHANGED' || code === 'SHEAF_MEDIA_MISSING') {
      this.#init.onMediaChanged(lease.jobId, error as Error)
      return this.drop(lease.jobId)
    }
    this.#queue = endSegment(this.#queue, key)
    this.#report(lease, key, { kind: 'failed', code, message, strike: !innocent.has(code) })
  }

  /** Segments of the run that were not reached, since it broke before them, go back into the queue. */
  #leaveUnbegun({ run }: Slot): void {
    this.#queue = giveBack(this.#queue, run.lease, unfinishedOf(this.#queue, run))
  }

  #report(
    lease: { term: Term; leaseId: LeaseMessage['leaseId'] },
    key: SegmentKey,
    outcome: SegmentReport['outcome'],
  ): void {
    this.#init.report(lease.term.peer, { kind: 'segment-report', ...key, leaseId: lease.leaseId, outcome })
  }
}

/** The segment that an engine's error is about, where it says so; else the first that is not done. */
function failedIndex({ run, at }: Slot, error: unknown): number {
  const segment = isSheafError(error) ? error.details['segment'] : undefined
  return typeof segment === 'number' && segment >= run.from && segment < run.to ? segment : at
}

const countSegments = (queue: LeaseQueue): number =>
  queue.reduce((sum, { queued, running }) => sum + queued.length + running.length, 0)

function sameAttempt(a: { jobId: JobId; generation: number }, b: { jobId: JobId; generation: number }): boolean {
  return a.jobId === b.jobId && a.generation === b.generation
}
