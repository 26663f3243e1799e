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
  /** An asset of this machine changed under a job. */
  readonly onMediaChanged: (jobId: JobId, error: Error) => void
}

interface Slot {
  readonly run: SlotRun
  readonly abort: AbortController
  ended: Promise<void>
  chunk: ChunkRun | undefined
  /** Segment that is being encoded, and how far it is. */
  at: number
  progress: number
}

/** Errors that say nothing about the segment: no strike. */
const innocent = new Set(['SHEAF_DISK_FULL', 'SHEAF_PEER_UNREACHABLE', 'SHEAF_BLOB_NOT_FOUND', 'SHEAF_TIMEOUT'])

/**
 * Renders what it is leased: as many stretches at once as it has slots, each segment kept and offered
 * as soon as it is done. Owns the lease queue; the decisions about it are in `lease-queue.ts`.
 */
export class Worker {
  readonly #components: WorkerComponents
  readonly #init: WorkerInit
  readonly #slots = new Set<Slot>()
  #queue: LeaseQueue = emptyLeaseQueue
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

  revoke(message: RevokeMessage): void {
    const { queue, stop } = revokeSegments(this.#queue, message)
    const tookBack = countQueued(queue) < countQueued(this.#queue)
    this.#queue = queue
    const gone = new Set(message.indexes)
    for (const slot of this.#slots) {
      // One that is being stopped runs until its tools are gone; the coordinator may ask again meanwhile.
      if (slot.abort.signal.aborted || !sameAttempt(slot.run.lease, message)) continue
      if (stop.includes(slot.at)) slot.abort.abort(new Error(message.reason))
      else if (message.stopRunning) this.#shorten(slot, gone)
    }
    this.#fill()
    // What was stopped is told when it has ended; telling the same again would be answered by the same revocation.
    if (tookBack) this.#init.onChange()
  }

  /** Drops all of a job: it was canceled, failed or completed. */
  drop(jobId: JobId): void {
    this.#queue = revokeJob(this.#queue, jobId)
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
      progress,
    }))
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#queue = emptyLeaseQueue
    for (const slot of this.#slots) slot.abort.abort(new Error('agent stops'))
    await Promise.all([...this.#slots].map((slot) => slot.ended))
  }

  #shorten(slot: Slot, gone: ReadonlySet<number>): void {
    for (let index = slot.at + 1; index < slot.run.to; index += 1) {
      if (gone.has(index)) return slot.chunk?.stopAfter(index - 1)
    }
  }

  #prefetch({ jobId }: LeaseMessage): void {
    // The slot that takes the lease meets the same error and reports it.
    this.#components.materials
      .assets(jobId, AbortSignal.timeout(600_000))
      .catch((error: unknown) => this.#components.log.debug({ jobId, error }, 'prefetch failed'))
  }

  #fill(): void {
    while (!this.#stopped && this.#accepting && this.#slots.size < this.#slotCount) {
      const taken = takeRun(this.#queue)
      if (taken === undefined) return
      this.#queue = taken.queue
      const slot: Slot = {
        run: taken.run,
        abort: new AbortController(),
        ended: Promise.resolve(),
        chunk: undefined,
        at: taken.run.from,
        progress: 0,
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
    const { lease, from, to } = slot.run
    const { renderer, materials } = this.#components
    const signal = slot.abort.signal
    const manifest = await materials.manifest(lease.jobId, signal)
    const paths = await materials.assets(lease.jobId, signal)
    signal.throwIfAborted()
    slot.chunk = renderer.renderChunk({
      manifest,
      from,
      to,
      assetPath: (asset) => paths.get(asset) ?? '',
      signal,
      onProgress: (index, progress) => {
        slot.at = index
        slot.progress = progress
      },
      onSegment: (segment) => this.#onSegment(slot, segment),
    })
    await slot.chunk.done
  }

  async #onSegment(slot: Slot, segment: FinishedSegment): Promise<void> {
    const { lease } = slot.run
    const { kept, sink, materials } = this.#components
    const key: SegmentKey = { jobId: lease.jobId, generation: lease.generation, index: segment.index }
    await materials.confirmUnchanged(lease.jobId)
    const { id, sizeBytes } = await sink.putFile(segment.path)
    await kept.put({ ...key, blob: id, sizeBytes, renderMs: segment.renderMs, landed: false })
    this.#queue = endSegment(this.#queue, key)
    slot.at = Math.min(segment.index + 1, slot.run.to - 1)
    slot.progress = 0
    this.#report(lease, key, { kind: 'rendered', renderMs: Math.round(segment.renderMs) })
    this.#init.onRendered(key)
    this.#init.onChange()
  }

  #onBroken(slot: Slot, error: unknown): void {
    if (slot.abort.signal.aborted || this.#stopped) return
    const { lease } = slot.run
    const key: SegmentKey = { jobId: lease.jobId, generation: lease.generation, index: slot.at }
    const code = isSheafError(error) ? error.code : 'SHEAF_ENGINE_FAILED'
    const message = error instanceof Error ? error.message : String(error)
    this.#components.log.warn({ ...key, code, error }, 'segment failed')
    if (code === 'SHEAF_MEDIA_CHANGED') {
      this.#init.onMediaChanged(lease.jobId, error as Error)
      return this.drop(lease.jobId)
    }
    this.#queue = endSegment(this.#queue, key)
    this.#report(lease, key, { kind: 'failed', code, message, strike: !innocent.has(code) })
  }

  /** Segments of the run that were not reached (it was stopped, or broke before them) go back into the queue. */
  #leaveUnbegun({ run, abort }: Slot): void {
    const entry = this.#queue.find(({ lease }) => lease.leaseId === run.lease.leaseId)
    const left = entry?.running.filter((index) => index >= run.from && index < run.to) ?? []
    if (left.length === 0) return
    this.#queue = giveBack(this.#queue, run.lease.leaseId, left)
    const [current] = left
    if (abort.signal.aborted && current !== undefined) {
      const key = { jobId: run.lease.jobId, generation: run.lease.generation, index: current }
      this.#queue = endSegment(this.#queue, key)
    }
  }

  #report(
    lease: { term: Term; leaseId: LeaseMessage['leaseId'] },
    key: SegmentKey,
    outcome: SegmentReport['outcome'],
  ): void {
    this.#init.report(lease.term.peer, { kind: 'segment-report', ...key, leaseId: lease.leaseId, outcome })
  }
}

const countQueued = (queue: LeaseQueue): number => queue.reduce((sum, { queued }) => sum + queued.length, 0)

function sameAttempt(a: { jobId: JobId; generation: number }, b: { jobId: JobId; generation: number }): boolean {
  return a.jobId === b.jobId && a.generation === b.generation
}
