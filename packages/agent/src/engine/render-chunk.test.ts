import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BlobId, JobId } from '@sheaf/protocol'
import { audioExtension, parsePreset, type Preset } from '@sheaf/timeline'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openOutputJoiner, verifyOutput } from '../join/index.js'
import { sha256 } from '../join/testing/make-media.js'
import { type FfmpegTools, findFfmpeg } from './find-ffmpeg.js'
import { makeProbeEdit, type ProbeEdit } from './probe-edit.js'
import { renderAudio } from './render-audio.js'
import { renderChunk } from './render-chunk.js'
import type { RenderedSegment } from './render-types.js'

// Room for a busy machine; nothing here measures time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let dir = ''
let tools: FfmpegTools
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sheaf-render-'))
  tools = await findFfmpeg()
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const presets: readonly Preset[] = [parsePreset('h264:crf=30,speed=veryfast'), parsePreset('ffv1')]

async function render(edit: ProbeEdit, from: number, to: number): Promise<RenderedSegment[]> {
  const outDir = await mkdtemp(join(dir, 'chunk-'))
  const segments: RenderedSegment[] = []
  const signal = new AbortController().signal
  const onSegment = (segment: RenderedSegment): unknown => segments.push(segment)
  await renderChunk({ ...edit, tools, from, to, outDir, decode: true, signal, onSegment }).done
  return segments
}

describe.each(presets)('a job with preset $name', (preset) => {
  let edit: ProbeEdit
  beforeAll(async () => {
    const recipe = { tools, dir: join(dir, preset.name), preset, width: 160, height: 90 }
    edit = await makeProbeEdit({ ...recipe, segments: 4, segmentFrames: 24 })
  })

  it('has the same bytes however it is cut into chunks, and joins to a right film', async () => {
    const whole = await render(edit, 0, 4)
    const parts = [...(await render(edit, 0, 1)), ...(await render(edit, 1, 4))]
    expect(parts.map((segment) => segment.index)).toEqual([0, 1, 2, 3])
    for (const [i, part] of parts.entries()) {
      expect((await readFile(part.path)).equals(await readFile(whole[i]?.path ?? ''))).toBe(true)
    }
    const audioPath = join(dir, `${preset.name}-sound${audioExtension(preset)}`)
    const signal = new AbortController().signal
    expect(await renderAudio({ ...edit, tools, outPath: audioPath, signal })).toBe(true)
    const { rate } = edit.manifest.edit
    const outPath = join(dir, `${preset.name}${preset.name === 'ffv1' ? '.mov' : '.mp4'}`)
    const options = {
      jobId: '00000000000000000001' as JobId,
      outPath,
      audioPath,
      rate,
      width: 160,
      height: 90,
      overwrite: false,
    }
    const joiner = await openOutputJoiner({ ...options, segmentFrames: [24, 24, 24, 24] })
    for (const segment of parts) await joiner.add(segment.index, segment.path, (await sha256(segment.path)) as BlobId)
    expect(await joiner.finish()).toMatchObject({ frames: 96 })
    await verifyOutput(outPath, { frames: 96, rate })
  })
})

describe('the sound of a job', () => {
  it('leaves nothing when it fails or is aborted', async () => {
    const preset = presets[0] as Preset
    const edit = await makeProbeEdit({
      tools,
      dir: join(dir, 'h264'),
      preset,
      width: 160,
      height: 90,
      segments: 1,
      segmentFrames: 24,
    })
    const folder = await mkdtemp(join(dir, 'sound-'))
    const outPath = join(folder, 'sound.m4a')
    const lost = { ...edit, assetPath: () => join(folder, 'gone.mov') }
    const signal = new AbortController().signal
    await expect(renderAudio({ ...lost, tools, outPath, signal })).rejects.toMatchObject({
      code: 'SHEAF_ENGINE_FAILED',
      message: expect.stringContaining('gone.mov') as string,
    })
    const aborted = AbortSignal.abort(new Error('enough'))
    await expect(renderAudio({ ...edit, tools, outPath, signal: aborted })).rejects.toThrow('enough')
    expect(await readdir(folder)).toEqual([])
  })
})
