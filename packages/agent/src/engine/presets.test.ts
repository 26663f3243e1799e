import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { BlobId, JobId } from '@sheaf/protocol'
import { audioExtension, outputKind, parsePreset } from '@sheaf/timeline'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openOutputJoiner } from '../join/index.js'
import { ffprobeJson, sha256 } from '../join/testing/make-media.js'
import { type FfmpegTools, findFfmpeg } from './find-ffmpeg.js'
import { makeProbeEdit, type ProbeEdit } from './probe-edit.js'
import { renderAudio } from './render-audio.js'
import { renderChunk } from './render-chunk.js'

// Room for a busy machine; nothing here measures time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let dir = ''
let tools: FfmpegTools
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sheaf-presets-'))
  tools = await findFfmpeg()
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const jobId = '00000000000000000001' as JobId
const signal = new AbortController().signal

/** DNxHR has a smallest size of 256 × 120. */
const editOf = (text: string): Promise<ProbeEdit> =>
  makeProbeEdit({ tools, dir, preset: parsePreset(text), width: 256, height: 144, segments: 2, segmentFrames: 5 })

async function render(edit: ProbeEdit, from: number, to: number): Promise<string[]> {
  const outDir = await mkdtemp(join(dir, 'chunk-'))
  const paths: string[] = []
  const onSegment = ({ path }: { readonly path: string }): unknown => paths.push(path)
  await renderChunk({ ...edit, tools, from, to, outDir, decode: true, signal, onSegment }).done
  return paths
}

/** The sound of the edit, which is the same with every preset of a codec: rendered once. */
async function soundOf(edit: ProbeEdit): Promise<string> {
  const { preset } = edit.manifest
  const audioPath = join(dir, `${JSON.stringify(preset.sound).replaceAll(/\W+/g, '-')}${audioExtension(preset)}`)
  if (!(await readdir(dir)).includes(basename(audioPath))) {
    expect(await renderAudio({ ...edit, tools, outPath: audioPath, signal })).toBe(true)
  }
  return audioPath
}

async function joinFilm(edit: ProbeEdit, name: string, segments: readonly string[]): Promise<string> {
  const { preset } = edit.manifest
  const audioPath = preset.sound.codec === 'none' ? undefined : await soundOf(edit)
  const outPath = join(dir, `${name}${preset.endings[0] ?? ''}`)
  const size = { width: 256, height: 144 }
  const options = { jobId, outPath, overwrite: false, rate: edit.manifest.edit.rate, ...size, segmentFrames: [5, 5] }
  const joiner = await openOutputJoiner({ ...options, audioPath })
  for (const [index, path] of segments.entries()) await joiner.add(index, path, (await sha256(path)) as BlobId)
  await joiner.finish()
  return outPath
}

interface Stream {
  readonly codec_type: string
  readonly codec_name: string
  readonly codec_tag_string: string
  readonly pix_fmt: string
  readonly profile?: string
  readonly nb_read_frames: string
}

const tags = { color_range: 'tv', color_space: 'bt709', color_primaries: 'bt709', color_transfer: 'bt709' }
const prores = { codec_name: 'prores', ...tags }

describe.each([
  ['h264', { codec_name: 'h264', codec_tag_string: 'avc1', pix_fmt: 'yuv420p', ...tags }, 'aac'],
  ['h264:pixels=yuv422p10le', { codec_name: 'h264', pix_fmt: 'yuv422p10le', profile: 'High 4:2:2', ...tags }, 'aac'],
  ['h264-capped', { codec_name: 'h264', pix_fmt: 'yuv420p', ...tags }, 'aac'],
  ['h265:speed=fast', { codec_name: 'hevc', codec_tag_string: 'hvc1', pix_fmt: 'yuv420p10le', ...tags }, 'aac'],
  ['h265-capped:pixels=yuv420p,speed=fast', { codec_name: 'hevc', pix_fmt: 'yuv420p', ...tags }, 'aac'],
  ['av1', { codec_name: 'av1', codec_tag_string: 'av01', pix_fmt: 'yuv420p10le', ...tags }, 'aac'],
  ['prores-hq', { ...prores, codec_tag_string: 'apch', profile: 'HQ', pix_fmt: 'yuv422p10le' }, 'pcm_s24le'],
  ['prores-4444', { ...prores, codec_tag_string: 'ap4h', profile: '4444' }, 'pcm_s24le'],
  ['dnxhr-hq', { codec_name: 'dnxhd', codec_tag_string: 'AVdh', profile: 'DNXHR HQ', pix_fmt: 'yuv422p' }, 'pcm_s24le'],
  ['dnxhr-hqx', { codec_name: 'dnxhd', profile: 'DNXHR HQX', pix_fmt: 'yuv422p10le', ...tags }, 'pcm_s24le'],
  ['ffv1', { codec_name: 'ffv1', codec_tag_string: 'FFV1', pix_fmt: 'yuv420p' }, 'pcm_s24le'],
] as const)('a film with preset %s', (text, picture, sound) => {
  it('has the same bytes in every run and chunk, and joins to what its name says', async () => {
    expect(outputKind(parsePreset(text))).toBe('film')
    const edit = await editOf(text)
    const segments = await render(edit, 0, 2)
    const [again = ''] = await render(edit, 1, 2)
    expect((await readFile(again)).equals(await readFile(segments[1] ?? ''))).toBe(true)
    const film = await joinFilm(edit, text.replaceAll(/\W/g, '-'), segments)
    const { streams } = (await ffprobeJson(film, '-show_streams', '-count_frames')) as { streams: Stream[] }
    const video = streams.find((stream) => stream.codec_type === 'video')
    expect(video).toMatchObject({ ...picture, nb_read_frames: '10' })
    expect(streams.find((stream) => stream.codec_type === 'audio')).toMatchObject({ codec_name: sound })
  })
})
