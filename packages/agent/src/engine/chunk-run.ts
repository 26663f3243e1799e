import { rm } from 'node:fs/promises'
import type { SheafError } from '@sheaf/protocol'
import type { ChunkPlan, SegmentPlan } from './chunk-plan.js'
import type { ChunkProgress, RenderedSegment, RenderingChunk } from './render-types.js'
import { killOnAbort } from './run-tool.js'
import { engineFailed, SegmentEncoder } from './segment-encoder.js'
import { startTool, type ToolProcess } from './tool-process.js'

/** What a chunk needs besides its commands. */
export interface ChunkRunOptions {
  readonly plan: ChunkPlan
  readonly verify: (path: string, segment: SegmentPlan) => Promise<{ readonly sizeBytes: number }>
  readonly signal: AbortSignal
  readonly onProgress?: ((progress: ChunkProgress) => void) | undefined
  readonly onSegment: (segment: RenderedSegment) => void
}

/** Encoders at once: one is fed while the one before drains its look-ahead. */
const LIVE_ENCODERS = 2

/** Runs a compiled chunk: one compositor, an encoder per segment, delivery in order. */
export function runChunk(options: ChunkRunOptions): RenderingChunk {
  const run = new ChunkRun(options)
  return { done: run.run(), stopAfter: (lastIndex) => run.stopAfter(lastIndex) }
}

class ChunkRun {
  readonly #options: ChunkRunOptions
  readonly #encoders = new Map<number, SegmentEncoder>()
  #compositor: ToolProcess | undefined
  /** Segments above this were given back. */
  #lastWanted = Number.POSITIVE_INFINITY
  #failure: { readonly error: unknown } | undefined
  /** Ends of the segments so far, each after the one before: delivery is in order. */
  #delivery: Promise<void>[] = []

  constructor(options: ChunkRunOptions) {
    this.#options = options
  }

  async run(): Promise<void> {
    const { signal, plan } = this.#options
    const release = killOnAbort(signal, () => this.#fail(signal.reason))
    try {
      signal.throwIfAborted()
      this.#compositor = await startTool({
        file: plan.ffmpeg,
        args: plan.compositorArgs,
        environment: plan.compositorEnvironment,
        stdout: 'pipe',
      })
      if (this.#failure) this.#compositor.kill()
      await this.#pump(this.#compositor)
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#compositor?.kill()
      await this.#compositor?.done
      await Promise.all(this.#delivery)
      await Promise.all([...this.#encoders.values()].map((encoder) => encoder.discard()))
      release()
    }
    if (this.#failure) throw this.#failure.error
  }

  stopAfter(lastIndex: number): void {
    if (lastIndex >= this.#lastWanted) return
    this.#lastWanted = lastIndex
    for (const [index, encoder] of this.#encoders) if (index > lastIndex) void encoder.discard()
    const last = this.#options.plan.segments.at(-1)?.expect.index ?? -1
    const reached = Math.max(-1, ...this.#encoders.keys())
    // The compositor goes on while it still feeds a wanted segment; the pump ends it after that.
    if (last > lastIndex && (reached > lastIndex || lastIndex < this.#firstIndex())) this.#compositor?.kill()
  }

  #firstIndex(): number {
    return this.#options.plan.segments[0]?.expect.index ?? 0
  }

  /** The first failure counts, the others follow from it. Ends every process. */
  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#compositor?.kill()
    for (const encoder of this.#encoders.values()) void encoder.discard()
  }

  async #pump(compositor: ToolProcess): Promise<void> {
    const { plan } = this.#options
    const source = new ByteSource(compositor)
    for (const [position, segment] of plan.segments.entries()) {
      await this.#delivery[position - LIVE_ENCODERS]
      if (this.#isOver(segment)) return
      const encoder = await this.#startEncoder(segment)
      const missing = await this.#feed(source, encoder, segment)
      if (this.#isOver(segment)) return
      if (typeof missing === 'number' && missing > 0) throw await this.#compositorEnded(compositor, missing, segment)
      const delivery = this.#deliver(segment, encoder)
      // An encoder that left early has failed: what it said comes with its delivery.
      if (missing === 'encoder-gone') return delivery
    }
    if (await source.next(1)) throw engineFailed('the compositor', new Error('it wrote more frames than the chunk has'))
    const outcome = await compositor.done
    if (outcome.kind === 'failed') throw engineFailed('the compositor', outcome.error)
    if (outcome.kind === 'ok' && outcome.stderr.trim() !== '') {
      throw engineFailed('the compositor', new Error(outcome.stderr.trim().slice(-1000)))
    }
  }

  /** Whether nothing more is to be done from this segment on: the chunk failed, or gave it back. */
  #isOver(segment: SegmentPlan): boolean {
    return this.#failure !== undefined || segment.expect.index > this.#lastWanted
  }

  async #startEncoder(segment: SegmentPlan): Promise<SegmentEncoder> {
    const { plan, verify, onProgress } = this.#options
    const { index, frames } = segment.expect
    const encoder = await SegmentEncoder.start({
      ffmpeg: plan.ffmpeg,
      plan: segment,
      verify: (path) => verify(path, segment),
      onProgress: (encodedFrames) => onProgress?.({ segment: index, encodedFrames, totalFrames: frames }),
    })
    this.#encoders.set(index, encoder)
    if (this.#isOver(segment)) void encoder.discard()
    return encoder
  }

  /** Feeds one segment's frames; returns the bytes that the compositor did not write. */
  async #feed(source: ByteSource, encoder: SegmentEncoder, segment: SegmentPlan): Promise<number | 'encoder-gone'> {
    let left = segment.expect.frames * this.#options.plan.frameBytes
    while (left > 0) {
      const bytes = await source.next(left)
      if (!bytes) return left
      left -= bytes.length
      if (!(await encoder.feed(bytes))) return 'encoder-gone'
    }
    return 0
  }

  /** Finishes a segment in the background and reports it after the one before. */
  #deliver(segment: SegmentPlan, encoder: SegmentEncoder): Promise<void> {
    const previous = this.#delivery.at(-1)
    const finished = encoder.finish()
    const delivery = (async () => {
      try {
        const rendered = await finished
        await previous
        // Killed: it stays among the encoders, so that its clearing up is waited for.
        if (!rendered) return
        this.#encoders.delete(segment.expect.index)
        if (this.#isOver(segment)) await rm(rendered.path, { force: true })
        else this.#options.onSegment(rendered)
      } catch (error) {
        await previous
        if (!this.#isOver(segment)) this.#fail(error)
      }
    })()
    this.#delivery.push(delivery)
    return delivery
  }

  /** Why the compositor ended before its last frame. */
  async #compositorEnded(compositor: ToolProcess, missing: number, segment: SegmentPlan): Promise<SheafError> {
    const outcome = await compositor.done
    const error =
      outcome.kind === 'failed'
        ? outcome.error
        : new Error(`it ended ${Math.ceil(missing / this.#options.plan.frameBytes)} frames too early`)
    return engineFailed(`the compositor, in segment ${segment.expect.index}`, error, segment)
  }
}

/** The compositor's stdout, to be taken in pieces of at most a given size. */
class ByteSource {
  readonly #pieces: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(tool: ToolProcess) {
    this.#pieces = (tool.stdout as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
  }

  /** The next bytes, at most `most`; undefined at the end, also when the tool was killed. */
  async next(most: number): Promise<Buffer | undefined> {
    if (this.#rest.length === 0) {
      const piece = await this.#pieces.next().catch(() => undefined)
      if (!piece || piece.done === true) return undefined
      this.#rest = piece.value
    }
    const bytes = this.#rest.subarray(0, most)
    this.#rest = this.#rest.subarray(bytes.length)
    return bytes
  }
}
