import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MediaIndex } from '../media/media-index.js'
import type { Edit } from '../model/edit.js'
import { readEdit } from '../model/read-edit.js'
import { mediaClipsOf } from '../model/walk-edit.js'
import { ffmpeg, hasFfmpeg, indexOf } from '../testing/ffmpeg.js'
import { GOLDEN_SECONDS, goldenEdit, goldenMedia } from '../testing/golden-edit.js'
import {
  clip,
  external,
  gap,
  generated,
  range,
  showing,
  stack,
  time,
  timeline,
  track,
  turn,
  warp,
} from '../testing/otio-builder.js'
import { checkMediaAgainstEdit } from '../media/check-media.js'
import { compileCompositor } from './compile-compositor.js'
import { resolveCall } from './ffmpeg-call.js'
import { frameFormat } from './frame-format.js'

const format = frameFormat({ width: 128, height: 72 })

// Real processes on a machine that may be busy: the limit only ends a hang.
describe.runIf(hasFfmpeg())('composited pictures', { timeout: 240_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sheaf-composite-'))
  const media = new Map<string, MediaIndex>()
  const pathOf = (assetId: string): string => join(folder, assetId)

  beforeAll(() => {
    const sources = goldenMedia.map(({ rate, size }) => `testsrc2=r=${rate}:s=${size}:d=${GOLDEN_SECONDS}`)
    const made = goldenMedia.map(({ name, options }, input) => [
      ...['-map', String(input), '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'],
      ...[...options, `file:${pathOf(name)}`],
    ])
    ffmpeg(['-v', 'error', ...sources.flatMap((source) => ['-f', 'lavfi', '-i', source]), ...made.flat()])
    for (const { name } of goldenMedia) media.set(name, indexOf(pathOf(name)))
  }, 240_000)
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  const read = (text: string): Edit => readEdit(text, { editPath: 'film.otio' }).edit
  const frames = (edit: Edit, from = 0, to = edit.frames, options: readonly string[] = []): Buffer[] => {
    const call = compileCompositor({ edit, media, from, to, format })
    const raw = ffmpeg([...options, ...resolveCall(call, { pathOf })])
    expect(raw.length).toBe(call.frameBytes * call.frames)
    return Array.from({ length: call.frames }, (_, i) => raw.subarray(i * call.frameBytes, (i + 1) * call.frameBytes))
  }
  const hashes = (pictures: readonly Buffer[]): string[] =>
    pictures.map((picture) => createHash('md5').update(picture).digest('hex'))
  /** Mean brightness of a picture's left or right half. */
  const luma = (picture: Buffer, half: 'left' | 'right' | 'all' = 'all'): number => {
    let [sum, count] = [0, 0]
    for (let y = 0; y < format.height; y++) {
      for (let x = half === 'right' ? 64 : 0; x < (half === 'left' ? 64 : 128); x++) {
        sum += picture[y * format.width + x] ?? 0
        count += 1
      }
    }
    return sum / count
  }
  const white = showing(generated('white'))
  const of = (name: string, more: object = {}): object => ({ ...showing(external(name)), ...more })

  const plain = ['-cpuflags', '0', '-filter_complex_threads', '1']
  /** Rendering without vector units and with one thread is the same as well: some windows are rendered so. */
  it.each([
    [25, { 2: plain, 7: [] }],
    [29.97, { 7: [] }],
    [59.94, { 3: plain }],
  ])('of the golden edit are the same in any window, on any CPU, at %d fps', (rate, ways) => {
    const edit = read(goldenEdit(rate))
    expect(
      checkMediaAgainstEdit(edit, new Map([...media].map(([k, index]) => [k, { state: 'indexed', index }]))),
    ).toEqual([])
    const whole = hashes(frames(edit))
    expect(new Set(whole).size).toBeGreaterThan(edit.frames * 0.6)
    for (const [key, options] of Object.entries(ways)) {
      const windows = Number(key)
      const bounds = Array.from({ length: windows + 1 }, (_, i) => Math.round((i * edit.frames) / windows))
      const parts = bounds.slice(1).flatMap((to, i) => hashes(frames(edit, bounds[i], to, options)))
      expect(parts.flatMap((hash, frame) => (hash === whole[frame] ? [] : [frame]))).toEqual([])
    }
  })

  it('fade in from black and out to it, in even steps', () => {
    const edit = read(timeline([track([turn(0, 10), clip('w', 0, 30, white), turn(10, 0)])]))
    expect(edit.video[0]!.items.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ['transition', 0, 10],
      ['clip', 10, 20],
      ['transition', 20, 30],
    ])
    const levels = frames(edit).map((picture) => luma(picture))
    for (let step = 0; step < 10; step++) {
      expect(Math.abs(levels[step]! - (16 + 21.9 * step))).toBeLessThan(1.5)
      expect(Math.abs(levels[20 + step]! - (235 - 21.9 * step))).toBeLessThan(1.5)
    }
    expect(levels.slice(10, 20).every((level) => level === 235)).toBe(true)
  })

  it('wipe from one side', () => {
    const edit = read(timeline([track([gap(10), turn(10, 10, 'Wipe Left'), clip('w', 0, 20, white)])]))
    const middle = frames(edit)[10]!
    expect(luma(middle, 'left')).toBeLessThan(22)
    expect(luma(middle, 'right')).toBeGreaterThan(229)
  })

  it('of an upper track dissolve into what lies below, not into black', () => {
    const below = track([clip('w', 0, 30, white)])
    const edit = read(timeline([below, track([gap(10), turn(0, 10), clip('u', 0, 20, white)])]))
    expect(frames(edit).every((picture) => luma(picture) === 235)).toBe(true)
  })

  it('that do not fill the canvas leave the track below to be seen beside them', () => {
    const edit = read(timeline([track([clip('w', 0, 5, white)]), track([clip('t', 0, 5, of('tall.mp4'))])]))
    const [picture] = frames(edit)
    expect(picture![0]).toBe(235)
    expect(picture![format.width * 36 + 64]).not.toBe(235)
  })

  it('run backwards through the same pictures, at their speed', () => {
    const forward = hashes(frames(read(timeline([track([clip('f', 30, 24, of('tall.mp4'))])]))))
    const backward = hashes(frames(read(timeline([track([clip('b', 30, 24, of('tall.mp4', warp(-1)))])]))))
    expect(backward).toEqual(forward.toReversed())
    const fast = hashes(frames(read(timeline([track([clip('f', 30, 12, of('tall.mp4', warp(2)))])]))))
    expect(fast).toEqual(forward.filter((_, frame) => frame % 2 === 0))
    const slow = hashes(frames(read(timeline([track([clip('f', 30, 24, of('tall.mp4', warp(0.5)))])]))))
    expect(new Set(slow).size).toBeLessThanOrEqual(13)
    expect(slow.filter((_, frame) => frame % 2 === 0)).toEqual(forward.slice(0, 12))
  })

  it('stand still where they are frozen', () => {
    const shown = hashes(frames(read(timeline([track([clip('s', 30, 9, of('tall.mp4', warp(0)))])]))))
    const moving = hashes(frames(read(timeline([track([clip('m', 30, 1, of('tall.mp4'))])]))))
    expect(new Set(shown)).toEqual(new Set(moving))
  })

  it('of a nested stack are those of its tracks, trimmed', () => {
    const inner = [track([clip('x', 10, 40, of('wide.mp4'))]), track([gap(8), clip('y', 3, 5, of('tall.mp4'))])]
    const nested = read(timeline([track([clip('a', 0, 6, of('pal.ts')), stack(range(5, 12), inner)])]))
    const flat = read(
      timeline([
        track([clip('a', 0, 6, of('pal.ts')), clip('x', 15, 12, of('wide.mp4'))]),
        track([gap(9), clip('y', 3, 5, of('tall.mp4'))]),
      ]),
    )
    expect(nested.frames).toBe(18)
    expect(hashes(frames(nested))).toEqual(hashes(frames(flat)))
    expect(mediaClipsOf(nested.video)).toHaveLength(3)
  })

  const still = (name: string, chain: string): MediaIndex => {
    const source = ['-f', 'lavfi', '-i', `color=c=white:s=64x36,format=rgba,${chain}`]
    ffmpeg(['-v', 'error', '-y', ...source, '-frames:v', '1', '-update', '1', `file:${pathOf(name)}`])
    const index = indexOf(pathOf(name))
    media.set(name, index)
    return index
  }

  it('of a still last as long as its clip, and let through what they do not cover', () => {
    const half = "geq=r=200:g=30:b=30:a='if(lt(X,W/2),255,0)'"
    still("title 'one'.png", half)
    still('photo.jpg', 'format=yuvj420p')
    const edit = read(
      timeline([
        track([clip('w', 0, 9, white)]),
        track([clip('t', 0, 5, of("title 'one'.png")), clip('p', 0, 4, of('photo.jpg'))]),
      ]),
    )
    const shown = frames(edit, 0, edit.frames).map((picture) => [luma(picture, 'left'), luma(picture, 'right')])
    for (const [left, right] of shown.slice(0, 5)) {
      expect(left).toBeLessThan(110)
      expect(right).toBeGreaterThan(232)
    }
    for (const [left, right] of shown.slice(5)) expect(Math.min(left!, right!)).toBeGreaterThan(232)
    expect(hashes(frames(edit, 2, 7))).toEqual(hashes(frames(edit)).slice(2, 7))
  })

  it('of a still in a fast edit come without a word of ffmpeg, which an engine takes for a failure', () => {
    still('photo.jpg', 'format=yuvj420p')
    const edit = read(timeline([track([clip('p', 0, 30, of('photo.jpg'))])], { global_start_time: time(0, 50) }))
    const call = compileCompositor({ edit, media, from: 0, to: 12, format })
    const { stdout, stderr } = spawnSync('ffmpeg', resolveCall(call, { pathOf }), { maxBuffer: 1 << 24 })
    expect([stderr.toString(), stdout.length]).toEqual(['', 12 * call.frameBytes])
  })

  it('that are hidden are not even opened', () => {
    const edit = read(timeline([track([clip('h', 0, 20, of('wide.mp4'))]), track([clip('t', 0, 20, of('ntsc.mkv'))])]))
    const call = compileCompositor({ edit, media, from: 0, to: 20, format })
    expect(call.inputs.map(({ assetId }) => assetId)).toEqual(['ntsc.mkv'])
  })
})
