import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ChunkPlan } from './chunk-plan.js'
import { type ChunkRunOptions, runChunk } from './chunk-run.js'
import type { ChunkProgress, RenderedSegment, RenderingChunk } from './render-types.js'
import { syntheticChunk } from './testing/chunk-plans.js'
import { processesWith } from './testing/processes.js'
import { verifySegment } from './verify-segment.js'

// Room for a busy machine; nothing here measures time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sheaf-chunk-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

interface Started extends RenderingChunk {
  readonly segments: RenderedSegment[]
  readonly progress: ChunkProgress[]
  readonly abort: AbortController
  /** Resolves when the encoder of this segment has said that it wrote a frame. */
  readonly encoding: (segment: number) => Promise<void>
}

function start(plan: ChunkPlan, over: Partial<ChunkRunOptions> = {}): Started {
  const segments: RenderedSegment[] = []
  const progress: ChunkProgress[] = []
  const abort = new AbortController()
  const run = runChunk({
    plan,
    signal: abort.signal,
    verify: (path, { expect: wanted }) =>
      verifySegment({ tools: { ffmpeg: 'ffmpeg' }, path, expect: wanted, decode: true }),
    onProgress: (step) => progress.push(step),
    onSegment: (segment) => segments.push(segment),
    ...over,
  })
  run.done.catch(() => undefined)
  const encoding = (index: number): Promise<void> =>
    vi.waitFor(() => expect(progress.map((step) => step.segment)).toContain(index), { timeout: 60_000 })
  return { ...run, segments, progress, abort, encoding }
}

/** Nothing runs for this chunk any more, and only these files are left. */
async function expectLeft(files: readonly string[]): Promise<void> {
  if (process.platform === 'linux') expect(await processesWith(dir)).toEqual([])
  expect((await readdir(dir)).sort()).toEqual(files)
}

describe('a chunk', () => {
  it('is delivered segment by segment, in order, verified', async () => {
    const run = start(syntheticChunk({ dir, lengths: [12, 1, 30, 7] }))
    await run.done
    expect(run.segments.map(({ index, frames }) => [index, frames])).toEqual([
      [0, 12],
      [1, 1],
      [2, 30],
      [3, 7],
    ])
    for (const { sizeBytes, renderMs } of run.segments) {
      expect(sizeBytes).toBeGreaterThan(500)
      expect(renderMs).toBeGreaterThan(0)
    }
    // Two encoders may run side by side, so only what each says at its end is certain.
    for (const [segment, frames] of [12, 1, 30, 7].entries()) {
      expect(run.progress).toContainEqual({ segment, encodedFrames: frames, totalFrames: frames })
    }
    await expectLeft(['0.mp4', '1.mp4', '2.mp4', '3.mp4'])
  })

  it('delivers in order although a later segment is verified sooner', async () => {
    let release = (): void => undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    const verified: number[] = []
    const run = start(syntheticChunk({ dir, lengths: [5, 5] }), {
      verify: async (_path, segment) => {
        if (segment.expect.index === 0) await gate
        verified.push(segment.expect.index)
        if (segment.expect.index === 1) release()
        return { sizeBytes: 1 }
      },
    })
    await run.done
    expect(verified).toEqual([1, 0])
    expect(run.segments.map((segment) => segment.index)).toEqual([0, 1])
  })

  it('names a compositor that ends too early', async () => {
    const run = start(syntheticChunk({ dir, lengths: [10, 10, 10], written: 25 }))
    await expect(run.done).rejects.toMatchObject({
      code: 'SHEAF_ENGINE_FAILED',
      message: 'the compositor, in segment 2: it ended 5 frames too early',
      details: { segment: 2 },
    })
    expect((await readdir(dir)).filter((name) => !/^[01]\.mp4$/.test(name))).toEqual([])
  })

  it('names a compositor that writes too much', async () => {
    const run = start(syntheticChunk({ dir, lengths: [10], written: 11 }))
    await expect(run.done).rejects.toThrow(/wrote more frames/)
  })

  it('gives the stderr of an encoder that fails, and leaves nothing', async () => {
    const plan = syntheticChunk({ dir, lengths: [10, 10] })
    const broken = plan.segments.map((segment) => ({
      ...segment,
      encoderArgs: () => ['-nostdin', '-v', 'error', '-f', 'no-such-format', '-i', 'pipe:0', 'x'],
    }))
    const run = start({ ...plan, segments: broken })
    await expect(run.done).rejects.toMatchObject({
      code: 'SHEAF_ENGINE_FAILED',
      message: expect.stringMatching(
        /^the encoder of segment 0: ffmpeg failed with exit code 1: .*no-such-format/,
      ) as string,
    })
    await expectLeft([])
  })

  it('refuses a segment that does not verify', async () => {
    const plan = syntheticChunk({ dir, lengths: [10] })
    const wrong = plan.segments.map((segment) => ({ ...segment, expect: { ...segment.expect, width: 320 } }))
    await expect(start({ ...plan, segments: wrong }).done).rejects.toMatchObject({
      code: 'SHEAF_SEGMENT_INVALID',
      message: 'segment 0 cannot be used: its size is 160×90, expected 320×90',
    })
    await expectLeft([])
  })

  it('names a missing program', async () => {
    const run = start({ ...syntheticChunk({ dir, lengths: [10] }), ffmpeg: join(dir, 'no-ffmpeg') })
    await expect(run.done).rejects.toMatchObject({ code: 'SHEAF_TOOL_MISSING' })
    await expectLeft([])
  })
})

describe('a chunk that is stopped', () => {
  it('leaves no process and no file when aborted', async () => {
    const run = start(syntheticChunk({ dir, lengths: [5000, 5000], slow: true }))
    await run.encoding(0)
    run.abort.abort(new Error('enough'))
    await expect(run.done).rejects.toThrow('enough')
    await expectLeft([])
  })

  it('does not even start when aborted before', async () => {
    const abort = new AbortController()
    abort.abort(new Error('too late'))
    const run = start(syntheticChunk({ dir, lengths: [5] }), { signal: abort.signal })
    await expect(run.done).rejects.toThrow('too late')
    await expectLeft([])
  })

  it('gives its tail back and delivers the rest', async () => {
    const run = start(syntheticChunk({ dir, lengths: [15, 5000], slow: true }))
    await run.encoding(0)
    run.stopAfter(0)
    await run.done
    expect(run.segments.map((segment) => segment.index)).toEqual([0])
    await expectLeft(['0.mp4'])
  })

  it('stops the segment under way when that is given back', async () => {
    const run = start(syntheticChunk({ dir, lengths: [5, 5000], slow: true }))
    await run.encoding(1)
    run.stopAfter(0)
    await run.done
    expect(run.segments.map((segment) => segment.index)).toEqual([0])
    await expectLeft(['0.mp4'])
  })

  it('delivers nothing when all is given back', async () => {
    const run = start(syntheticChunk({ dir, lengths: [5000], slow: true }))
    run.stopAfter(-1)
    await run.done
    await expectLeft([])
  })

  it.runIf(process.platform === 'linux')('dies with its agent, even by SIGKILL', async () => {
    const here = fileURLToPath(new URL('./testing/', import.meta.url))
    const agent = spawn(
      process.execPath,
      [
        '--conditions=sheaf-source',
        '--experimental-transform-types',
        '--no-warnings',
        '--import',
        join(here, 'run-typescript.mjs'),
        join(here, 'chunk-host.mjs'),
        dir,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    await once(agent.stdout, 'data')
    expect((await processesWith(dir)).filter((line) => line.startsWith('ffmpeg'))).not.toEqual([])
    const gone = once(agent, 'exit')
    agent.kill('SIGKILL')
    await gone
    await vi.waitFor(async () => expect(await processesWith(dir)).toEqual([]), { timeout: 60_000 })
    expect((await readdir(dir)).filter((name) => !name.includes('.part.'))).toEqual([])
  })
})
