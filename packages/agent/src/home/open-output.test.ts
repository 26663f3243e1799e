import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BlobId, JobId } from '@sheaf/protocol'
import { audioExtension, parsePreset, type Manifest, type OutputSettings } from '@sheaf/timeline'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { findFfmpeg, makeProbeEdit, renderAudio, renderChunk, type FfmpegTools } from '../engine/index.js'
import { ffprobeJson, frameHashes, sha256 } from '../join/testing/make-media.js'
import { openOutput } from './open-output.js'

// Room for a busy machine; nothing here measures time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let dir = ''
let tools: FfmpegTools
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sheaf-output-'))
  tools = await findFfmpeg()
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const jobId = '00000000000000000001' as JobId
const signal = new AbortController().signal

interface Made {
  readonly paths: readonly string[]
  readonly folder: string
  readonly notices: readonly string[]
  readonly again: (overwrite: boolean) => Promise<{ readonly sha256: string; readonly frames: number }>
}

/** Two segments of three frames, rendered and made into what the preset says. */
async function make(
  text: string,
  name: string,
  output?: OutputSettings,
  colours?: Pick<Manifest['picture'], 'colour' | 'light'>,
): Promise<Made> {
  const preset = parsePreset(text)
  const recipe = { tools, dir, preset, width: 96, height: 54, segments: 2, segmentFrames: 4 }
  const { manifest: made, assetPath } = await makeProbeEdit(recipe)
  const picture = { ...made.picture, ...colours }
  const manifest: Manifest = { ...made, output, picture, segments: preset.pictures ? made.segments : [] }
  const work = await mkdtemp(join(dir, 'work-'))
  const folder = join(work, 'out')
  await mkdir(folder)
  const paths: string[] = []
  const onSegment = ({ path }: { readonly path: string }): unknown => paths.push(path)
  if (preset.pictures) {
    await renderChunk({ tools, manifest, assetPath, from: 0, to: 2, outDir: work, decode: true, signal, onSegment })
      .done
  }
  const audioPath = join(work, `sound${audioExtension(preset)}`)
  const sound = await renderAudio({ tools, manifest, assetPath, outPath: audioPath, signal })
  const notices: string[] = []
  const again: Made['again'] = async (overwrite) => {
    const joiner = await openOutput({
      ...{ tools, manifest, jobId, overwrite, signal, folder: work, outPath: join(folder, name) },
      audioPath: sound ? audioPath : undefined,
      onNotice: (notice) => notices.push(notice),
    })
    for (const [index, path] of paths.entries()) await joiner.add(index, path, (await sha256(path)) as BlobId)
    return joiner.finish()
  }
  return { paths, folder, notices, again }
}

interface Probed {
  readonly streams: readonly {
    readonly duration?: string
    readonly codec_name: string
    readonly nb_read_frames?: string
    readonly side_data_list?: readonly object[]
    readonly pix_fmt?: string
  }[]
}
const probe = async (path: string): Promise<Probed['streams']> =>
  ((await ffprobeJson(path, '-show_streams', '-count_frames')) as Probed).streams

describe.each([
  ['png', 'png', 'rgb24'],
  ['png:pixels=yuv444p10le', 'png', 'rgb48be'],
  ['exr', 'exr', 'gbrpf32le'],
  ['jpeg', 'mjpeg', 'yuvj420p'],
])('pictures with preset %s', (text, codec, pixels) => {
  it('are a file each, numbered from where the frames begin, and never over others', async () => {
    const ending = parsePreset(text).endings[0] ?? ''
    const { folder, again, paths } = await make(text, `film_####${ending}`, { firstFrame: 1000 })
    const { frames, sha256: sum } = await again(false)
    expect(frames).toBe(8)
    const names = Array.from({ length: 8 }, (_, i) => `film_${1000 + i}${ending}`)
    expect((await readdir(folder)).sort()).toEqual(names)
    const [stream] = await probe(join(folder, 'film_1005' + ending))
    expect(stream).toMatchObject({ codec_name: codec, pix_fmt: pixels })
    const [hash] = await frameHashes(join(folder, 'film_1005' + ending))
    expect(hash).toBe((await frameHashes(paths[1] ?? ''))[1])
    // A crash while they got their names: what is there and the same is left, what is another's is not touched.
    await rm(join(folder, names[3] ?? ''))
    expect((await again(false)).sha256).toBe(sum)
    await writeFile(join(folder, names[4] ?? ''), 'mine')
    await expect(again(false)).rejects.toMatchObject({ code: 'SHEAF_OUTPUT_EXISTS' })
    expect(await readFile(join(folder, names[4] ?? ''), 'utf8')).toBe('mine')
    expect((await again(true)).sha256).toBe(sum)
  })
})

describe.each([
  ['wav', 'pcm_s24le'],
  ['flac', 'flac'],
  ['m4a', 'aac'],
])('sound alone with preset %s', (text, codec) => {
  it('is a file of its own', async () => {
    const { folder, again } = await make(text, `film.${text}`)
    await again(false)
    expect(await probe(join(folder, `film.${text}`))).toMatchObject([{ codec_name: codec, duration: '0.320000' }])
    await expect(again(false)).rejects.toMatchObject({ code: 'SHEAF_OUTPUT_EXISTS' })
    expect(await readdir(folder)).toEqual([`film.${text}`])
  })
})

describe.each([
  ['h264-2pass:speed=fast', 'h264', undefined, undefined],
  ['h265-2pass:speed=ultrafast', 'hevc', undefined, undefined],
  ['h264:maxrate=500,vbv=strict', 'h264', undefined, undefined],
  [
    ...(['prores-hq', 'prores', { intermediate: true }] as const),
    { colour: 'bt2020-pq', light: { content: { maxContent: 1000, maxAverage: 400 } } },
  ],
] as const)('a film encoded once with preset %s', (text, codec, output, colours) => {
  it('comes from lossless segments, says how far it is, and leaves nothing beside it', async () => {
    const ending = parsePreset(text).endings[0] ?? ''
    const { folder, again, paths, notices } = await make(text, `film${ending}`, output, colours)
    expect((await probe(paths[0] ?? ''))[0]).toMatchObject({ codec_name: 'ffv1', nb_read_frames: '4' })
    const { sha256: sum } = await again(false)
    const streams = await probe(join(folder, `film${ending}`))
    expect(streams[0]).toMatchObject({ codec_name: codec, nb_read_frames: '8' })
    expect(streams).toHaveLength(2)
    const light = { side_data_type: 'Content light level metadata', max_content: 1000, max_average: 400 }
    expect(streams[0]?.side_data_list).toEqual(colours ? [light] : undefined)
    expect(notices.at(-1)).toMatch(text.includes('2pass') ? /pass 2 of 2: 100 %/ : /encoded: 100 %/)
    expect(await readdir(folder)).toEqual([`film${ending}`])
    expect((await again(true)).sha256).toBe(sum)
  })
})
