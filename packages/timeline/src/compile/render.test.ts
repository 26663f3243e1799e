import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  addRational,
  ceilRational,
  divRational,
  mulRational,
  parseRational,
  rational,
  type Rational,
  subRational,
} from '@sheaf/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MediaIndex } from '../media/media-index.js'
import type { Edit, EditItem, MediaClip } from '../model/edit.js'
import { mediaClipsOf } from '../model/walk-edit.js'
import { parsePreset } from '../preset/preset-text.js'
import { ffmpeg, hasFfmpeg, indexOf } from '../testing/ffmpeg.js'
import { clipOf } from '../testing/media-fixtures.js'
import { compileCompositor } from './compile-compositor.js'
import { compileEncoder } from './compile-encoder.js'
import { resolveCall } from './ffmpeg-call.js'
import { frameFormat } from './frame-format.js'

const format = frameFormat({ width: 160, height: 90 })

/** Names that would mean something to a shell, to ffmpeg or to a URL. */
const SOURCES: readonly (readonly [name: string, rate: string, size: string, extra: readonly string[]])[] = [
  ['a 25%20.mp4', '25', '192x108', ['-g', '50', '-bf', '3']],
  ['-b:30.mkv', '30', '160x120', ['-g', '25', '-bf', '2']],
  ["c'29 97 🎬.mp4", '30000/1001', '128x72', ['-g', '250', '-bf', '3']],
  ['d.ts', '24', '96x96', ['-g', '24', '-bf', '2']],
  [
    'f vfr.mp4',
    '25',
    '160x90',
    [
      ...['-vf', "setpts='PTS+gt(mod(N,7),3)*0.02/TB',select='mod(n,11)'"],
      ...['-fps_mode', 'passthrough', '-enc_time_base', '1:12800'],
    ],
  ],
  ['e.mov', '60', '192x108', ['-g', '1', '-bf', '0', '-pix_fmt', 'yuvj422p']],
]
/** Seconds of each; the one without an index is read from ten seconds before what is wanted. */
const secondsOf = (name: string): number => (name === 'd.ts' ? 16 : 5)

// Real processes on a machine that may be busy: the limit only ends a hang.
describe.runIf(hasFfmpeg())('the compositor', { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sheaf-timeline-'))
  const media = new Map<string, MediaIndex>()
  const pathOf = (assetId: string): string => join(folder, assetId)

  beforeAll(() => {
    const made = SOURCES.map(([name, , , extra], input) => [
      ...['-map', `${input}`, '-c:v', 'libx264', '-preset', 'ultrafast'],
      ...(extra.includes('-pix_fmt') ? [] : ['-pix_fmt', 'yuv420p']),
      ...[...extra, `file:${pathOf(name)}`],
    ])
    const sources = SOURCES.map(([name, rate, size]) => `testsrc2=r=${rate}:s=${size}:d=${secondsOf(name)}`)
    ffmpeg(['-v', 'error', ...sources.flatMap((source) => ['-f', 'lavfi', '-i', source]), ...made.flat()])
    for (const [name] of SOURCES) media.set(name, indexOf(pathOf(name)))
  }, 180_000)
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  const editAt = (rate: Rational): Edit => {
    const starts = [
      rational(0),
      rational(21, 10),
      rational(1001 * 37, 30000),
      rational(283, 24),
      rational(7, 3),
      // The last clip ends where its file does.
      subRational(rational(5), divRational(rational(25), rate)),
    ]
    const items: EditItem[] = []
    let from = 0
    SOURCES.forEach(([name], i) => {
      const to = from + [50, 33, 61, 40, 37, 25][i]!
      items.push(clipOf(name, from, to, starts[i]))
      from = to
      if (i === 1) items.push({ kind: 'gap', from, to: (from += 7) })
    })
    return { name: 'test', rate, frames: from, video: [{ name: 'V1', items }], audio: [] }
  }
  const hashes = (edit: Edit, from: number, to: number, options: readonly string[] = []): string[] => {
    const call = compileCompositor({ edit, media, from, to, format })
    const raw = ffmpeg([...options, ...resolveCall(call, { pathOf })])
    expect(raw.length).toBe(call.frameBytes * call.frames)
    return Array.from({ length: call.frames }, (_, i) =>
      createHash('md5')
        .update(raw.subarray(i * call.frameBytes, (i + 1) * call.frameBytes))
        .digest('hex'),
    )
  }
  const rates = [rational(24), rational(25), rational(30000, 1001)]
  /** All of an edit, or of a file at its own rate: rendered once. */
  const known = new Map<string, readonly string[]>()
  const wholeOf = (key: string, edit: Edit): readonly string[] => {
    const whole = known.get(key) ?? hashes(edit, 0, edit.frames)
    known.set(key, whole)
    return whole
  }
  const wholeAt = (rate: Rational): readonly string[] => wholeOf(`${rate.num}/${rate.den}`, editAt(rate))

  it.each(rates)('makes the same frames in 1, 2 and 7 windows at $num/$den fps', (rate) => {
    const edit = editAt(rate)
    const whole = wholeAt(rate)
    expect(new Set(whole).size).toBeGreaterThan(edit.frames * 0.7)
    for (const windows of [2, 7]) {
      const bounds = Array.from({ length: windows + 1 }, (_, i) => Math.round((i * edit.frames) / windows))
      const parts = bounds.slice(1).flatMap((to, i) => hashes(edit, bounds[i]!, to))
      const differing = parts.filter((hash, i) => hash !== whole[i]).length
      expect(differing).toBe(0)
    }
  })

  it.each(rates)('shows the source frame that the definition names, at $num/$den fps', (rate) => {
    const edit = editAt(rate)
    const shown = wholeAt(rate)
    for (const item of mediaClipsOf(edit.video)) {
      const name = item.content.media
      const video = media.get(name)!.video!
      if (video.variableRate) continue
      // The same pictures without any timing: every frame of the file, in order.
      const still: Edit = {
        ...edit,
        rate: videoRate(name),
        frames: video.frameCount,
        video: [{ name: 'V1', items: [clipOf(name, 0, video.frameCount)] }],
      }
      const all = wholeOf(name, still)
      expect(new Set(all).size).toBe(video.frameCount)
      for (let frame = item.from; frame < item.to; frame++) {
        expect([frame, all.indexOf(shown[frame]!)]).toEqual([frame, expectedFrame(item, rate, frame)])
      }
    }
  })

  const videoRate = (name: string): Rational => parseRational(SOURCES.find((s) => s[0] === name)![1])

  /** The last frame of the file whose time, counted from the clip's start, is below n + 1/2 frames. */
  const expectedFrame = (clip: MediaClip, rate: Rational, frame: number): number => {
    const { num, den } = divRational(videoRate(clip.content.media), rate)
    const start = mulRational(clip.content.start, videoRate(clip.content.media))
    const limit = addRational(start, rational((2 * (frame - clip.from) + 1) * num, 2 * den))
    return ceilRational(limit) - 1
  }

  it('makes the same frames on a CPU without vector units, and with one thread', () => {
    const edit = editAt(rational(25))
    expect(media.get('f vfr.mp4')?.video?.variableRate).toBe(true)
    const plain = hashes(edit, 0, edit.frames, ['-cpuflags', '0', '-filter_complex_threads', '1'])
    expect(plain).toEqual(wholeAt(rational(25)))
  })

  it('encodes a segment whose bytes do not depend on the run it came from', () => {
    const edit = editAt(rational(25))
    const render = (from: number): Buffer => {
      const call = compileCompositor({ edit, media, from, to: 80, format })
      return ffmpeg(resolveCall(call, { pathOf })).subarray((40 - from) * call.frameBytes)
    }
    const [alone, inRun] = [render(40), render(10)]
    for (const text of ['h264:speed=fast', 'ffv1']) {
      const preset = parsePreset(text)
      const encode = (pictures: Buffer, name: string): Buffer => {
        const output = join(folder, `${name}${preset.endings[0]}`)
        ffmpeg(compileEncoder({ preset, format, frames: 40, rate: edit.rate, output }), pictures)
        return readFileSync(output)
      }
      const first = encode(alone, 'alone')
      expect(indexOf(join(folder, `alone${preset.endings[0]}`)).video?.frameCount).toBe(40)
      expect(encode(inRun, 'run').equals(first)).toBe(true)
    }
  })
})
