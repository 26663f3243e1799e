import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SheafError } from '@sheaf/protocol'
import { parsePreset } from '@sheaf/timeline'
import { type FfmpegTools, makeProbeEdit, type ProbeEdit, type RenderedSegment, renderChunk } from '../engine/index.js'
import { FrameCounter } from './frame-counter.js'
import { REFERENCE_FRAMES_PER_SECOND } from './reference.js'

/** What `runBenchmark` needs. */
export interface BenchmarkOptions {
  readonly tools: FfmpegTools
  readonly slots: number
  /** Existing folder: the synthetic medium is made there once. */
  readonly cacheDir: string
  readonly signal?: AbortSignal | undefined
  /** Most time that the measurement may take, after the medium is there. Default 4000. */
  readonly limitMs?: number | undefined
}

/** What the benchmark measured. */
export interface BenchmarkResult {
  /** Percent of the reference machine, all slots busy; at least 1. */
  readonly score: number
  readonly framesPerSecond: number
  readonly slots: number
  readonly durationMs: number
}

/** The work of one slot: verified segments of a job at 640 × 360 with the default preset. */
const WORK = { width: 640, height: 360, segments: 3, segmentFrames: 48 } as const
const LIMIT_MS = 4000

/**
 * Renders a fixed synthetic edit through the engine with all slots busy, verification included. A
 * machine too slow to finish in time is judged by the frames it has encoded until then.
 * Throws SHEAF_BENCHMARK_FAILED, or the signal's reason.
 */
export async function runBenchmark(options: BenchmarkOptions): Promise<BenchmarkResult> {
  const { tools, slots, cacheDir, signal, limitMs = LIMIT_MS } = options
  try {
    const preset = parsePreset('h264')
    const edit = await makeProbeEdit({ tools, dir: cacheDir, preset, ...WORK, signal })
    const limit = new AbortController()
    const signals = AbortSignal.any([limit.signal, ...(signal ? [signal] : [])])
    const counter = new FrameCounter(WORK.segmentFrames)
    const startedMs = performance.now()
    const timer = setTimeout(() => limit.abort(), limitMs)
    try {
      const work = Array.from({ length: slots }, (_, slot) =>
        renderSlot({ options, edit, slot, counter, signal: signals }),
      )
      const results = await Promise.allSettled(work)
      const failed = results.find((result) => result.status === 'rejected')
      if (failed && !limit.signal.aborted) throw failed.reason
    } finally {
      clearTimeout(timer)
    }
    signal?.throwIfAborted()
    return resultOf(counter.total(), slots, performance.now() - startedMs)
  } catch (error) {
    signal?.throwIfAborted()
    throw new SheafError({
      code: 'SHEAF_BENCHMARK_FAILED',
      message: `the benchmark failed: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'Run `sheaf doctor`; this machine renders nothing until its benchmark has passed.',
      cause: error,
    })
  }
}

interface SlotWork {
  readonly options: BenchmarkOptions
  readonly edit: ProbeEdit
  readonly slot: number
  readonly counter: FrameCounter
  readonly signal: AbortSignal
}

async function renderSlot({ options, edit, slot, counter, signal }: SlotWork): Promise<void> {
  const outDir = await mkdtemp(join(options.cacheDir, 'benchmark-'))
  try {
    await renderChunk({
      ...{ ...edit, tools: options.tools, from: 0, to: WORK.segments, outDir, decode: true, signal },
      onProgress: ({ segment, encodedFrames }) => counter.encoded(slot, segment, encodedFrames),
      onSegment: ({ index, frames }: RenderedSegment) => counter.encoded(slot, index, frames),
    }).done
  } finally {
    await rm(outDir, { recursive: true, force: true })
  }
}

function resultOf(frames: number, slots: number, elapsedMs: number): BenchmarkResult {
  if (frames === 0) throw new Error(`no frame was encoded in ${Math.round(elapsedMs)} ms`)
  const framesPerSecond = (frames * 1000) / elapsedMs
  const score = Math.max(1, Math.round((100 * framesPerSecond) / REFERENCE_FRAMES_PER_SECOND))
  return { score, framesPerSecond: Math.round(framesPerSecond * 10) / 10, slots, durationMs: Math.round(elapsedMs) }
}
