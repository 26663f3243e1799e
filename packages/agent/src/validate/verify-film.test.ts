import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkHeaders, compileEncoder, expectFilm, frameBytes, segmentFile } from '@sheaf/timeline'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { clip, external, gap, time, timeline, track } from '@sheaf/timeline/testing'
import { type FfmpegTools, findFfmpeg } from '../engine/index.js'
import { findPreset } from '../ingest/index.js'
import { ffmpeg } from '../join/testing/make-media.js'
import { probeFilm } from './probe-film.js'
import { type FilmReport, verifyFilm, type VerifyFilmOptions } from './verify-film.js'
import { makeFilm, makeMedia, type MadeFilm, seedFilm } from './testing/make-film.js'

// Room for a busy machine; nothing here measures time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let dir = ''
let tools: FfmpegTools
const shot = { media_references: { DEFAULT_MEDIA: external('shot.mov') } }
const both = (children: readonly object[]): string => timeline([track(children), track(children, 'Audio')])

let film: MadeFilm
let lossless: MadeFilm
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sheaf-verify-'))
  tools = await findFfmpeg()
  await makeMedia(dir, { size: '96x54' })
  const edit = both([clip('shot', 5, 72, shot)])
  film = await makeFilm(tools, dir, { edit, preset: 'h264:crf=23,speed=veryfast', segmentFrames: 24 })
  lossless = await makeFilm(tools, dir, { edit, preset: 'ffv1', segmentFrames: 24 })
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const verify = (made: MadeFilm, path = made.path, more: Partial<VerifyFilmOptions> = {}): Promise<FilmReport> =>
  verifyFilm({ tools, filePath: path, request: made.request, depth: 'whole', ...more })
const found = async (made: MadeFilm, path: string, more: Partial<VerifyFilmOptions> = {}): Promise<unknown> =>
  (await verify(made, path, more)).faults
const says = (message: string): unknown => expect.objectContaining({ message })

describe('a film that is right', () => {
  it('has nothing wrong, whole and at its borders', async () => {
    const whole = { faults: [], frames: 72, segments: 3, picturesCompared: 72, soundCompared: 3 }
    expect(await verify(film)).toMatchObject(whole)
    expect(await verify(film, film.path, { depth: 'borders' })).toMatchObject({ faults: [], picturesCompared: 24 })
  })

  it('has nothing wrong when the edit itself stands still, is black, repeats or fades', async () => {
    const named = (more: object): object => ({ ...shot, ...more })
    const warp = (time_scalar: number): object => named({ effects: [{ OTIO_SCHEMA: 'LinearTimeWarp.1', time_scalar }] })
    const freeze = named({ effects: [{ OTIO_SCHEMA: 'FreezeFrame.1', time_scalar: 0 }] })
    const still = { media_references: { DEFAULT_MEDIA: external('still.png') } }
    const dissolve = {
      OTIO_SCHEMA: 'Transition.1',
      transition_type: 'SMPTE_Dissolve',
      in_offset: time(4),
      out_offset: time(4),
    }
    await ffmpeg('-ss', '1', '-i', join(dir, 'shot.mov'), '-frames:v', '1', join(dir, 'still.png'))
    const pictures = [
      ...[clip('a', 10, 14, shot), dissolve, clip('b', 40, 16, shot), gap(5), clip('c', 30, 10, freeze)],
      ...[clip('still', 0, 9, still), clip('d', 50, 6, shot), clip('d', 50, 6, shot), clip('fast', 5, 8, warp(2))],
      ...[clip('slow', 5, 10, warp(0.4)), clip('back', 60, 6, warp(-1)), gap(4)],
    ]
    const sounds = [gap(20), clip('a', 10, 30, shot), gap(12), clip('fast', 5, 20, warp(2))]
    const edit = timeline([track(pictures), track(sounds, 'Audio')], { global_start_time: time(0, 29.97) })
    for (const preset of ['h264:crf=35,speed=ultrafast', 'ffv1']) {
      const made = await makeFilm(tools, dir, { edit, preset, segmentFrames: 36 })
      expect(await verify(made)).toMatchObject({ faults: [] })
    }
  })
})

describe('what a preset says of its films', () => {
  it.each(['h264', 'h264-capped', 'h265', 'av1', 'prores-hq', 'prores-4444', 'dnxhr-hq', 'dnxhr-hqx', 'ffv1'])(
    'is what %s writes',
    async (name) => {
      const { manifest } = film
      const preset = await findPreset(name)
      const pixFmt = preset.pixels ?? 'yuv420p'
      const picture = { ...manifest.picture, pixFmt, width: 256, height: 144 }
      const output = join(dir, `${name}${segmentFile(preset, manifest.edit.rate).extension}`)
      const raw = join(dir, 'raw')
      await writeFile(raw, Buffer.alloc(3 * frameBytes(picture), 0x40))
      const args = compileEncoder({ preset, format: picture, frames: 3, rate: manifest.edit.rate, output })
      await ffmpeg(...args.map((arg) => (arg === 'pipe:0' ? raw : arg)))
      const facts = await probeFilm({ tools, path: output, depth: 'headers' })
      const expected = { ...expectFilm({ ...manifest, preset, picture }), soundSeconds: undefined }
      expect(checkHeaders(facts, expected)).toEqual([])
      expect(expected.exact).toBe(name === 'ffv1')
    },
  )

  it('is refused where it writes no film', async () => {
    const request = { ...film.request, preset: 'png' }
    const refused = verifyFilm({ tools, filePath: film.path, request, depth: 'whole' })
    await expect(refused).rejects.toMatchObject({ code: 'SHEAF_OUTPUT_FORMAT' })
    for (const [name, what] of [
      ['film.wav', 'is sound alone'],
      ['shot_####.png', 'are numbered pictures'],
    ] as const) {
      const named = verifyFilm({ tools, filePath: name, request: film.request, depth: 'whole' })
      await expect(named).rejects.toThrow(`${name} ${what}, which cannot be verified`)
    }
  })
})

describe('a fault in a finished film is found:', () => {
  it('a dropped frame', async () => {
    const path = await seedFilm(film, `select='not(eq(n,30))'`)
    const [count, shifted, ...rest] = (await verify(film, path)).faults
    expect(count).toEqual(says('the file has 71 frames, the edit 72: 1 is missing'))
    const words =
      /^frames 30-\d+ at 00:00:01:05 each show what belongs 1 frame later: the film lost 1 frame before this place \(seg/
    expect(shifted).toEqual(says(expect.stringMatching(words) as string))
    // Where two frames are too like each other for the encoder, the run is in parts.
    expect(rest.filter(({ kind }) => kind !== 'shifted')).toEqual([])
  })

  it('a dropped frame that is made up for by a repeated one, with who rendered it, and other sound', async () => {
    const other = ['-c:a', 'aac', '-af', 'areverse']
    const path = await seedFilm(film, `select='not(eq(n,30))',loop=1:1:45`, other)
    const renders = { frames: 72, segments: 3, renderedBy: (index: number) => ['ada', 'bob', 'cat'][index] }
    expect(await verify(film, path, { renders })).toMatchObject({
      faults: [
        { kind: 'shifted', frames: { first: 30, last: 44 }, segments: [{ index: 1, renderedBy: 'bob' }] },
        { kind: 'sound-wrong' },
      ],
    })
  })

  it('a frozen border, a repeated frame, a black one at a border, and pictures of another film', async () => {
    const frozen = "loop=6:1:21,select='not(between(n,27,32))'"
    const repeated = "loop=1:1:40,select='not(eq(n,41))'"
    const black = "drawbox=c=black:t=fill:enable='eq(n,48)'"
    const path = await seedFilm(film, `${frozen},${repeated},${black},negate=enable='between(n,10,12)'`)
    const atBorders = [
      says(
        'frames 21-26 at 00:00:00:21 stand still on what belongs to frame 20, while the edit goes on (segments 0-1)',
      ),
      says('frame 48 at 00:00:01:23 is black, which the edit is not there (segment 2)'),
    ]
    expect(await found(film, path)).toEqual([
      expect.objectContaining({ kind: 'wrong', frames: { first: 10, last: 12 } }),
      atBorders[0],
      says('frame 40 at 00:00:01:15 repeats frame 39 (segment 1)'),
      atBorders[1],
    ])
    // The segments of another edit say nothing of who rendered this one.
    const renders = { frames: 72, segments: 4, renderedBy: () => 'ada' }
    expect(await found(film, path, { depth: 'borders', renders })).toEqual(atBorders)
  })

  it('a frame off the grid, and no sound', async () => {
    const path = join(dir, 'off.mp4')
    await ffmpeg('-i', film.path, '-map', '0:v', '-c', 'copy', '-bsf:v', "setts=pts='PTS+100*eq(PTS,40*512)'", path)
    expect(await found(film, path)).toEqual([
      says('1 frame is not where the frame rate has it: frame 40, 7.81 ms late (segment 1)'),
      says('the file has no sound, the edit has'),
    ])
  })

  it('a missing tail, wrong tags, and another size', async () => {
    const path = await seedFilm(film, 'scale=48:28,trim=end_frame=66', ['-colorspace', 'smpte170m'])
    expect(await found(film, path)).toEqual([
      says('the file has 66 frames, the edit 72: 6 are missing'),
      says('width is 48, 96 was asked for'),
      says('height is 28, 54 was asked for'),
      says('color space is smpte170m, bt709 was asked for'),
    ])
  })

  it('sound that comes 40 ms late, at one frame a 25th', async () => {
    const path = join(dir, 'late.mp4')
    const shifted = ['-i', film.path, '-itsoffset', '0.04', '-i', film.path]
    await ffmpeg(...shifted, '-map', '0:v', '-map', '1:a', '-c', 'copy', path)
    const { faults } = await verify(film, path)
    expect(faults.filter(({ kind }) => kind === 'sound-offset')).toEqual([
      says(expect.stringMatching(/from second 0 to 3 comes (39|40)\.\d ms too late/) as string),
    ])
  })

  it('sound that comes 40 ms early, and is silent for a while', async () => {
    const path = join(dir, 'early.mp4')
    const cut = "atrim=start=0.04,asetpts=PTS-STARTPTS,volume=0:enable='between(t,0.9,2.1)'"
    await ffmpeg('-i', film.path, '-map', '0', '-c:v', 'copy', '-af', cut, '-c:a', 'aac', '-b:a', '192k', path)
    const heard = (await verify(film, path)).faults.filter(({ kind }) => kind.startsWith('sound-'))
    expect(heard.map(({ message }) => message)).toEqual([
      expect.stringContaining('the sound lasts 2.8'),
      expect.stringMatching(/from second 0 to 1 comes (39|40)\.\d ms too early/),
      'the sound from second 1 to 2 is silent, which the edit is not there',
      expect.stringMatching(/from second 2 to 3 comes (39|40)\.\d ms too early/),
    ])
  })

  it('in a lossless film: four pixels', async () => {
    const path = await seedFilm(lossless, "drawbox=x=10:y=10:w=2:h=2:c=gray:t=fill:enable='eq(n,48)'")
    expect(await found(lossless, path)).toMatchObject([{ kind: 'inexact', frames: { first: 48, last: 48 } }])
  })

  it('bytes that cannot be decoded, and a file that is no film', async () => {
    const torn = join(dir, 'torn.mp4')
    const bytes = await readFile(film.path)
    bytes.fill(0x55, Math.floor(bytes.length / 3), Math.floor(bytes.length / 3) + 4000)
    await writeFile(torn, bytes)
    expect((await verify(film, torn)).faults.length).toBeGreaterThan(0)
    const text = join(dir, 'text.mp4')
    await writeFile(text, 'no film')
    expect(await found(film, text)).toMatchObject([{ kind: 'undecodable' }])
    await expect(verify(film, join(dir, 'gone.mp4'))).rejects.toMatchObject({ code: 'SHEAF_MEDIA_MISSING' })
  })
})
