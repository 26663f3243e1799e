import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type FfmpegTools, findFfmpeg } from '../engine/index.js'
import { benchmarkKey } from './benchmark-key.js'
import { chooseSlots } from './choose-slots.js'
import { FrameCounter } from './frame-counter.js'
import { runBenchmark } from './run-benchmark.js'

// Room for a busy machine; nothing here measures time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let dir = ''
let tools: FfmpegTools
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sheaf-bench-'))
  tools = await findFfmpeg()
})
afterAll(() => rm(dir, { recursive: true, force: true }))

describe('runBenchmark', () => {
  it('gives a score within its time limit and keeps nothing but its medium', async () => {
    const result = await runBenchmark({ tools, slots: 2, cacheDir: dir, limitMs: 2500 })
    expect(result.slots).toBe(2)
    expect(result.score).toBeGreaterThanOrEqual(1)
    expect(result.framesPerSecond).toBeGreaterThan(0)
    expect(await readdir(dir)).toEqual(['probe-640x360.mov'])
  })

  it('judges what it cannot finish, and says when it got nowhere', async () => {
    await expect(runBenchmark({ tools, slots: 1, cacheDir: dir, limitMs: 0 })).rejects.toMatchObject({
      code: 'SHEAF_BENCHMARK_FAILED',
      message: expect.stringContaining('no frame was encoded') as string,
    })
  })

  it('names the failure, or the reason of the signal', async () => {
    const broken = { ...tools, ffmpeg: join(dir, 'no-ffmpeg') }
    await expect(runBenchmark({ tools: broken, slots: 1, cacheDir: dir })).rejects.toMatchObject({
      code: 'SHEAF_BENCHMARK_FAILED',
    })
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(runBenchmark({ tools, slots: 1, cacheDir: dir, signal })).rejects.toThrow('enough')
  })
})

describe('FrameCounter', () => {
  it('counts each frame once, whatever the order of reports', () => {
    const counter = new FrameCounter(60)
    for (const [slot, segment, frames] of [
      [0, 0, 10],
      [0, 0, 60],
      [0, 0, 20],
      [0, 1, 5],
      [1, 0, 99],
    ] as const) {
      counter.encoded(slot, segment, frames)
    }
    expect(counter.total()).toBe(60 + 5 + 60)
  })
})

describe('chooseSlots', () => {
  const gib = 1024 ** 3
  it.each([
    [1, 8, 1],
    [2, 24, 2],
    [2, 8, 1],
    [4, 16, 2],
    [8, 32, 3],
    [16, 64, 5],
    [32, 16, 2],
    [64, 512, 21],
    [128, 1024, 43],
    [8, 2, 1],
  ])('gives %i cores and %i GiB %i slots', (cores, memory, slots) => {
    expect(chooseSlots({ cores, memoryBytes: memory * gib })).toBe(slots)
  })
})

describe('benchmarkKey', () => {
  const subject = { cpuModel: 'x', cores: 8, memoryBytes: 1, fingerprint: 'f', slots: 2 }
  it('changes with everything that makes a result stale', () => {
    const others = [{ cpuModel: 'y' }, { cores: 4 }, { memoryBytes: 2 }, { fingerprint: 'g' }, { slots: 1 }]
    const keys = [subject, ...others.map((other) => ({ ...subject, ...other }))].map(benchmarkKey)
    expect(new Set(keys).size).toBe(keys.length)
    expect(benchmarkKey({ ...subject })).toBe(keys[0])
  })
})
