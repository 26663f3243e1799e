import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type BlobId, type JobId, rational } from '@sheaf/protocol'
import {
  audioExtension,
  type EditTrack,
  type Manifest,
  parsePreset,
  readLoudness,
  sampleOfFrame,
  type SoundSettings,
} from '@sheaf/timeline'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { publishStems } from '../home/publish-stems.js'
import { openOutputJoiner } from '../join/index.js'
import { ffmpeg, ffprobeJson, makeSegment, scratch, sha256 } from '../join/testing/make-media.js'
import { smallManifest } from '../worker/testing/small-manifest.js'
import { type FfmpegTools, findFfmpeg } from './find-ffmpeg.js'
import { probeMedia } from './probe-media.js'
import { renderAudio } from './render-audio.js'

// Room for a busy machine; nothing here measures time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let dir = ''
let remove: () => Promise<void>
let tools: FfmpegTools
let manifest: Manifest
const rate = rational(30000, 1001)
const frames = 240
beforeAll(async () => {
  ;({ dir, remove } = await scratch())
  tools = await findFfmpeg()
  const speech = `aevalsrc='0.05*sin(2*PI*220*t)*(1+sin(2*PI*2*t))':s=44100:d=9:c=mono`
  await ffmpeg('-f', 'lavfi', '-i', speech, '-c:a', 'pcm_s16le', join(dir, 'a0.wav'))
  const index = await probeMedia({ tools, path: join(dir, 'a0.wav') })
  manifest = {
    ...smallManifest,
    edit: { name: 'x', rate, frames, video: [], audio: [trackOf('A1', 1), trackOf('A3', 40)] },
    media: { a0: { index, sizeBytes: 1, name: 'a0.wav' } },
    preset: parsePreset('ffv1'),
    segments: [[0, frames]],
  }
})
afterAll(() => remove())

/** A track of so many clips. */
const trackOf = (name: string, count: number): EditTrack => ({
  name,
  title: name === 'A1' ? 'Dialogue' : 'Music / "2"',
  items: Array.from({ length: count }, (_, at) => ({
    ...({
      kind: 'clip',
      name: 'a0',
      from: (at * frames) / count,
      to: ((at + 1) * frames) / count,
      where: name,
    } as const),
    content: { kind: 'media', media: 'a0', start: rational(at, 7), speed: rational(1) } as const,
  })),
})
const render = async (name: string, change: Partial<Manifest>, remarks: string[] = []) => {
  const folder = join(dir, name)
  await mkdir(folder, { recursive: true })
  const outPath = join(folder, `sound${audioExtension(change.preset ?? manifest.preset)}`)
  const stemPath = (track: number): string => join(folder, `stem-${track}.wav`)
  const signal = new AbortController().signal
  const onRemark = (text: string): unknown => remarks.push(text)
  const assetPath = () => join(dir, 'a0.wav')
  const options = { tools, manifest: { ...manifest, ...change }, assetPath, outPath, stemPath, signal, onRemark }
  expect(await renderAudio(options)).toBe(true)
  return { folder, outPath, stemPath }
}
const asked = (sound: SoundSettings) => ({ sound })
const streamOf = async (path: string) => {
  const shown = await ffprobeJson(path, '-show_streams', '-select_streams', 'a')
  return (shown as { readonly streams: readonly Record<string, unknown>[] }).streams[0]
}
const loudnessOf = async (path: string) => {
  const meter = ['-hide_banner', '-nostats', '-i', path, '-af', 'ebur128=peak=true', '-f', 'null', '-']
  return readLoudness((await promisify(execFile)('ffmpeg', meter)).stderr)
}

describe('the sound of a job', () => {
  it('is as loud as was asked, with stems of the same length that are put beside the film once', async () => {
    const { folder, outPath, stemPath } = await render(
      'loud',
      asked({ loudness: { lufs: -18, truePeak: -1 }, stems: true }),
    )
    expect((await readdir(folder)).sort()).toEqual(['sound.mov', 'stem-0.wav', 'stem-1.wav'])
    expect(Math.abs((await loudnessOf(outPath)).lufs + 18)).toBeLessThan(0.5)
    const samples = sampleOfFrame(frames, rate)
    for (const path of [outPath, stemPath(0), stemPath(1)]) {
      expect(await streamOf(path)).toMatchObject({ codec_name: 'pcm_s24le', channels: 2, duration_ts: samples })
    }
    const films = join(dir, 'films')
    await mkdir(films)
    const job = { jobId: '00000000000000000001' as JobId, outputPath: join(films, 'film.mov'), overwrite: false }
    const stems = { ...manifest, ...asked({ stems: true }) }
    const names = ['film.A1 Dialogue.wav', 'film.A3 Music _ _2_.wav']
    await publishStems(job, stems, stemPath)
    expect(await readdir(films)).toEqual(names)
    // The agent died before it could say so: what is there is what would be put there.
    await publishStems(job, stems, stemPath)
    await writeFile(join(films, names[1] ?? ''), 'mine')
    await expect(publishStems(job, stems, stemPath)).rejects.toMatchObject({ code: 'SHEAF_OUTPUT_EXISTS' })
    expect(await readFile(join(films, names[1] ?? ''), 'utf8')).toBe('mine')
    await publishStems({ ...job, overwrite: true }, stems, stemPath)
    expect(await sha256(join(films, names[1] ?? ''))).toBe(await sha256(stemPath(1)))
    expect(await readdir(films)).toEqual(names)
    await publishStems(job, manifest, () => '/nowhere')
  })

  it('is the same for more clips than may be open at once', async () => {
    const many = { edit: { ...manifest.edit, audio: [trackOf('A1', 240)] } }
    const { outPath } = await render('many', many)
    const opened = await streamOf(outPath)
    expect(opened).toMatchObject({ duration_ts: sampleOfFrame(frames, rate) })
    expect(await readdir(join(dir, 'many'))).toEqual(['sound.mov'])
  })

  it('that is silent is left as it is, and says so', async () => {
    const remarks: string[] = []
    const gap = { name: 'A1', items: [{ kind: 'gap', from: 0, to: frames } as const] }
    const silent = { edit: { ...manifest.edit, audio: [gap] }, ...asked({ loudness: { lufs: -18, truePeak: -1 } }) }
    await render('silent', silent, remarks)
    expect(remarks).toEqual(['the sound is silent: its loudness is left as it is'])
  })

  it.each([
    ['h264', 'aac', '5.1', 6],
    ['ffv1', 'pcm_s24le', '5.1', 6],
    ['h264', 'aac', 'mono', 1],
  ] as const)('of %s, %s, keeps its %s in the film', async (id, codec_name, layout, channels) => {
    const preset = parsePreset(id)
    const { outPath, folder } = await render(`${id}-${layout}`, { preset, ...asked({ layout }) })
    const ending = id === 'h264' ? '.mp4' : '.mov'
    const segment = join(folder, `0${ending}`)
    await makeSegment(segment, { codec: id, rate: '30000/1001', timescale: 30000, start: 0, frames: 24 })
    const film = join(folder, `film${ending}`)
    const joiner = await openOutputJoiner({
      ...{ jobId: '00000000000000000001' as JobId, outPath: film, audioPath: outPath, overwrite: false },
      ...{ rate, width: 160, height: 90, segmentFrames: [24] },
    })
    await joiner.add(0, segment, (await sha256(segment)) as BlobId)
    await joiner.finish()
    expect(await streamOf(film)).toMatchObject({ codec_name, channels, channel_layout: layout })
  })
})
