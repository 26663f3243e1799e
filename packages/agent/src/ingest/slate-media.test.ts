import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileAudio, compileCompositor, mediaIndices, resolveCall } from '@sheaf/timeline'
import { describe, expect, it, onTestFinished } from 'vitest'
import { placeOf } from '../blobs/index.js'
import { inputPlaces } from '../engine/input-places.js'
import { probeMedia } from '../engine/probe-media.js'
import { drawCaption } from '../titles/index.js'
import { drawSlate } from './draw-slate.js'
import { prepareJob, type PreparedJob } from './prepare-job.js'

const latin = join(
  dirname(fileURLToPath(import.meta.resolve('@fontsource/alef/package.json'))),
  'files/alef-latin-400-normal.woff2',
)
const range = (duration: number): object => ({
  OTIO_SCHEMA: 'TimeRange.1',
  start_time: { OTIO_SCHEMA: 'RationalTime.1', value: 0, rate: 25 },
  duration: { OTIO_SCHEMA: 'RationalTime.1', value: duration, rate: 25 },
})
const clip = (reference: object, effects: readonly object[] = []): object => ({
  OTIO_SCHEMA: 'Clip.2',
  name: 'shot',
  source_range: range(6),
  effects,
  media_references: { DEFAULT_MEDIA: reference },
})
const file = (target_url: string): object => ({ OTIO_SCHEMA: 'ExternalReference.1', target_url })
const track = (kind: string, ...children: readonly object[]): object => ({ OTIO_SCHEMA: 'Track.1', kind, children })

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'sheaf-slate-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}
async function prepare(dir: string, tracks: readonly object[], more: object = {}): Promise<PreparedJob> {
  const editPath = join(dir, 'film.otio')
  await writeFile(
    editPath,
    JSON.stringify({ OTIO_SCHEMA: 'Timeline.1', tracks: { OTIO_SCHEMA: 'Stack.1', children: tracks } }),
  )
  const probe: Parameters<typeof prepareJob>[1]['probe'] = (path, part) =>
    probeMedia({ tools: { ffprobe: 'ffprobe' }, path, part })
  return prepareJob(
    { editPath, size: '192x108', allowMissing: true, fonts: [latin], ...more },
    { probe, madeFolder: join(dir, 'made') },
  )
}
/** The luma of each frame of a job. */
async function lumaOf({ manifest, media }: PreparedJob, dir: string): Promise<readonly Buffer[]> {
  const { edit, picture: format } = manifest
  const call = compileCompositor({ edit, media: mediaIndices(manifest), format, from: 0, to: edit.frames })
  const places = new Map(media.map(({ assetId, source }) => [assetId, source ? placeOf(source) : '']))
  const resolved = await inputPlaces(call, (id) => places.get(id) ?? '', join(dir, 'list'))
  const raw = execFileSync('ffmpeg', resolveCall(call, resolved), { maxBuffer: 1 << 28 })
  expect(raw.length).toBe(call.frameBytes * edit.frames)
  return Array.from({ length: edit.frames }, (_, i) =>
    raw.subarray(i * call.frameBytes, i * call.frameBytes + 192 * 108),
  )
}
/** Pixels that are part of a letter, however thin. */
const lit = (luma: Uint8Array): number => luma.reduce((count, value) => count + (value > 90 ? 1 : 0), 0)
const bright = (luma: Uint8Array): number => luma.reduce((count, value) => count + (value > 200 ? 1 : 0), 0)

describe('a missing medium', () => {
  it('is a slate with its name, backwards and in dissolves too, silent, and named in the warnings', async () => {
    const dir = await folder()
    const dissolve = {
      OTIO_SCHEMA: 'Transition.1',
      transition_type: 'SMPTE_Dissolve',
      in_offset: { OTIO_SCHEMA: 'RationalTime.1', value: 2, rate: 25 },
      out_offset: { OTIO_SCHEMA: 'RationalTime.1', value: 2, rate: 25 },
    }
    const reverse = [{ OTIO_SCHEMA: 'LinearTimeWarp.1', time_scalar: -1 }]
    const name = `it's [out];movie=x, %{pts} "q".mov`
    const job = await prepare(dir, [
      track('Video', clip(file('P:\\gone\\one.mov'), reverse), dissolve, clip(file(`gone/${name}`))),
      track('Audio', clip(file('P:\\gone\\one.mov')), clip(file('gone/only.wav'))),
    ])
    expect(job.warnings).toEqual([
      expect.stringMatching(/P:\\gone\\one\.mov is missing; a slate .*track V1 item 1 "shot".*track A1 item 1/),
      `the file gone/${name} is missing; a slate with its name is shown instead (track V1 item 3 "shot" at 00:00:00:06)`,
      expect.stringMatching(/only\.wav is missing; it is silent \(track A1 item 2/),
    ])
    const frames = await lumaOf(job, dir)
    expect(frames[0]?.equals(frames[3] ?? Buffer.alloc(0))).toBe(true)
    expect(frames[0]?.equals(frames[11] ?? Buffer.alloc(0))).toBe(false)
    for (const frame of [frames[0], frames[11]]) expect(bright(frame ?? Buffer.alloc(0))).toBeGreaterThan(60)
    const { manifest } = job
    const { edit, preset } = manifest
    const sound = compileAudio({ edit, media: mediaIndices(manifest), preset, output: join(dir, 'sound.m4a') })
    expect(sound?.inputs).toEqual([])
    expect(Object.keys(manifest.media)).toHaveLength(2)
  })

  it('is refused without the word of the person, and so is one that the edit itself does not name', async () => {
    const dir = await folder()
    const unnamed = (name: string): object => ({ ...clip({ OTIO_SCHEMA: 'MissingReference.1' }), name })
    const nothing = { ...clip({}), media_references: {}, name: 'no reference' }
    const tracks = [
      track(
        'Video',
        clip(file('gone.mov')),
        unnamed(`it's [out];movie=/etc/passwd, %{pts}`),
        nothing,
        unnamed('Größe'),
      ),
      track('Audio', unnamed('Größe')),
    ]
    await expect(prepare(dir, tracks, { allowMissing: false })).rejects.toMatchObject({
      code: 'SHEAF_MEDIA_MISSING',
      message: expect.stringMatching(
        /item 1 "shot" .*gone\.mov does not exist[^]*item 2 "it's \[out\].*: the edit names no medium for this clip \(missing reference\)\n[^]*item 3 "no reference"[^]*item 4 "Größe".*; also used by track A1 item 1/,
      ) as string,
      hint: expect.stringContaining('--allow-missing') as string,
    })
    const job = await prepare(dir, tracks)
    expect(job.warnings.map((one) => one.replace(/ \(.*/, ''))).toEqual([
      'the file gone.mov is missing; a slate with its name is shown instead',
      `the edit names no medium for "it's [out];movie=/etc/passwd, %{pts}"; a slate with its name is shown instead`,
      'the edit names no medium for "no reference"; a slate with its name is shown instead',
      'the edit names no medium for "Größe"; a slate with its name is shown instead',
    ])
    const frames = await lumaOf(job, dir)
    const shown = [0, 6, 12, 18].map((at) => frames[at] ?? Buffer.alloc(0))
    for (const frame of shown) expect(lit(frame)).toBeGreaterThan(60)
    expect(new Set(shown.map((frame) => frame.toString('base64'))).size).toBe(4)
    const { edit, picture } = job.manifest
    const call = compileCompositor({ edit, media: mediaIndices(job.manifest), format: picture, from: 0, to: 24 })
    expect(JSON.stringify(call)).not.toMatch(/passwd|%\{/)
  })

  it('is listed with what is refused of the edit and of its subtitles, all in one error', async () => {
    const dir = await folder()
    const odd = { OTIO_SCHEMA: 'Effect.1', effect_name: 'sparkle', name: 'sparkle' }
    const tracks = [track('Video', clip(file('gone.mov'), [odd]), clip(file('gone/too.mov')))]
    const subtitles = join(dir, 'film.srt')
    await writeFile(subtitles, '1\n00:00:00,000 --> 00:00:00,200\n<blink>a</blink>\n')
    const more = { allowMissing: false, subtitles, subtitleFont: 'Alef' }
    await expect(prepare(dir, tracks, more)).rejects.toMatchObject({
      code: 'SHEAF_EDIT_UNSUPPORTED',
      message: expect.stringMatching(
        /sparkle[^]*film\.srt[^]*blink[^]*gone\.mov does not[^]*gone\/too\.mov does not/,
      ) as string,
      hint: expect.stringMatching(/--drop-unknown[^]*--allow-missing/) as string,
      details: { refusals: [expect.objectContaining({ droppable: true })], problems: [{}, {}] },
    })
    // Slates are agreed to, and what cannot be left out stays alone.
    const slated = prepare(dir, tracks, { allowMissing: true })
    await expect(slated).rejects.toMatchObject({ message: expect.not.stringContaining('gone') as string })
    const stuck = [track('Video', { OTIO_SCHEMA: 'Riddle.1' }, clip(file('gone.mov')))]
    await expect(prepare(dir, stuck, { allowMissing: false })).rejects.toMatchObject({
      message: expect.not.stringContaining('gone') as string,
    })
  })

  it('whose name is not of ASCII is written in a font that has its letters, or in dots and boxes when none has', async () => {
    const dir = await folder()
    const tracks = [track('Video', clip(file('Größe.mov')), clip(file('日本.mov')))]
    const job = await prepare(dir, tracks)
    expect(job.warnings).toEqual([
      expect.stringMatching(/Größe\.mov is missing; a slate with its name is shown instead \(/),
      expect.stringMatching(/日本\.mov is missing; a slate with its name is shown instead/),
    ])
    const [frame = Buffer.alloc(0)] = await lumaOf(job, dir)
    expect(lit(frame)).toBeGreaterThan(60)
    // Letters of dots are bright all over; those of a font have soft edges.
    expect(bright(frame)).toBeLessThan(lit(frame) / 2)
    const caption = {
      parts: [{ text: 'Größe', rgb: 'f2f2f2' }],
      background: '1c1f26',
      canvas: { width: 192, height: 108 },
    }
    await writeFile(join(dir, 'broken.ttf'), 'no font')
    expect(await drawCaption({ ...caption, fontPlaces: [dir] })).toBeUndefined()
    const picture = await drawCaption({ ...caption, fontPlaces: [dir, latin] })
    expect([...(picture?.rgba.subarray(0, 4) ?? [])]).toEqual([0x1c, 0x1f, 0x26, 255])
    expect(picture?.rgba.filter((value) => value > 0xa0 && value < 255).length).toBeGreaterThan(30)
    expect(
      await drawCaption({ ...caption, parts: [{ text: '日', rgb: 'f2f2f2' }], fontPlaces: [latin] }),
    ).toBeUndefined()
  })

  it('of a sequence is black, and what is there is shown', async () => {
    const dir = await folder()
    await mkdir(join(dir, 'shots'))
    const white = ['-v', 'error', '-f', 'lavfi', '-i', 'color=white:s=96x54', '-frames:v', '1', '-pix_fmt', 'rgb24']
    const [first, ...others] = [1, 2, 5, 6].map((number) => join(dir, 'shots', `s${number}.png`))
    execFileSync('ffmpeg', [...white, first ?? ''])
    for (const other of others) await writeFile(other, await readFile(first ?? ''))
    const sequence = {
      ...{ OTIO_SCHEMA: 'ImageSequenceReference.1', target_url_base: 'shots', name_prefix: 's', name_suffix: '.png' },
      ...{ start_frame: 1, frame_step: 1, rate: 25, missing_frame_policy: 'error', available_range: range(6) },
    }
    const job = await prepare(dir, [track('Video', clip(sequence))])
    expect(job.warnings).toEqual([expect.stringMatching(/2 pictures are missing in .*: s3-4\.png; .* shown black$/)])
    const whites = (await lumaOf(job, dir)).map((luma) => bright(luma) > 0)
    expect(whites).toEqual([true, true, false, false, true, true])
  })
})

it('a slate shows its name, whatever letters are in it, on pictures of any size', () => {
  const picture = (name: string, width = 192, height = 108): string => {
    const { rgba } = drawSlate(name, { width, height })
    expect(rgba.length).toBe(width * height * 4)
    expect(rgba.every((value, i) => i % 4 !== 3 || value === 255)).toBe(true)
    return Buffer.from(rgba).toString('base64')
  }
  expect(picture('a.mov')).toBe(picture('a.mov'))
  expect(picture('a.mov')).not.toBe(picture('b.mov'))
  expect(picture('é.mov'.normalize('NFD'))).toBe(picture('e.mov'))
  expect(picture('日本.mov')).not.toBe(picture('e.mov'))
  for (const size of [16, 50, 400]) picture('x'.repeat(300), size, 16)
  const rows = Array.from({ length: 8 }, (_, y) => {
    const { rgba } = drawSlate('L', { width: 16, height: 36 })
    return Array.from({ length: 5 }, (__, x) => ((rgba[((18 + y - 1) * 16 + 5 + x) * 4] ?? 0) > 200 ? '#' : '.')).join(
      '',
    )
  })
  expect(rows.join('\n')).toContain(['#....', '#....', '#####'].join('\n'))
})
