import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
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
  ['a 25%20.mp4', '25', '320x180', ['-g', '50', '-bf', '3']],
  ['-b:30.mkv', '30', '160x120', ['-g', '25', '-bf', '2']],
  ["c'29 97 🎬.mp4", '30000/1001', '192x108', ['-g', '250', '-bf', '3']],
  ['d.ts', '24', '200x200', ['-g', '24', '-bf', '2']],
  [
    'f vfr.mp4',
    '25',
    '160x90',
    [
      '-vf',
      "setpts='PTS+gt(mod(N,7),3)*0.02/TB',select='mod(n,11)'",
      '-fps_mode',
      'passthrough',
      '-enc_time_base',
      '1:12800',
    ],
  ],
  ['e.mov', '60', '320x180', ['-g', '1', '-bf', '0', '-pix_fmt', 'yuvj422p']],
]

// Real processes on a machine that may be busy: the limit only ends a hang.
describe.runIf(hasFfmpeg())('the compositor', { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sheaf-timeline-'))
  const media = new Map<string, MediaIndex>()
  const pathOf = (assetId: string): string => join(folder, assetId)

  beforeAll(() => {
    for (const [name, rate, size, extra] of SOURCES) {
      ffmpeg([
        '-v',
        'error',
        '-f',
        'lavfi',
        '-i',
        `testsrc2=r=${rate}:s=${size}:d=${name === 'd.ts' ? 30 : 14}`,
        '-c:v',
        'libx264',
        '-preset',
        'ultrafast',
        ...(extra.includes('-pix_fmt') ? [] : ['-pix_fmt', 'yuv420p']),
        ...extra,
        `file:${pathOf(name)}`,
      ])
      media.set(name, indexOf(pathOf(name)))
    }
  }, 180_000)
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  const editAt = (rate: Rational): Edit => {
    const starts = [
      rational(0),
      rational(21, 10),
      rational(1001 * 37, 30000),
      rational(619, 24),
      rational(7, 3),
      // The last clip ends where its file does.
      subRational(rational(14), divRational(rational(25), rate)),
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

  it.each([rational(24), rational(25), rational(30000, 1001)])(
    'makes the same frames in 1, 2, 5 and 9 windows at $num/$den fps',
    (rate) => {
      const edit = editAt(rate)
      const whole = hashes(edit, 0, edit.frames)
      expect(new Set(whole).size).toBeGreaterThan(edit.frames * 0.7)
      for (const windows of [2, 5, 9]) {
        const bounds = Array.from({ length: windows + 1 }, (_, i) => Math.round((i * edit.frames) / windows))
        const parts = bounds.slice(1).flatMap((to, i) => hashes(edit, bounds[i]!, to))
        const differing = parts.filter((hash, i) => hash !== whole[i]).length
        expect(differing).toBe(0)
      }
    },
  )

  it.each([rational(24), rational(25), rational(30000, 1001)])(
    'shows the source frame that the definition names, at $num/$den fps',
    (rate) => {
      const edit = editAt(rate)
      const shown = hashes(edit, 0, edit.frames)
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
        const all = hashes(still, 0, video.frameCount)
        expect(new Set(all).size).toBe(video.frameCount)
        for (let frame = item.from; frame < item.to; frame++) {
          expect([frame, all.indexOf(shown[frame]!)]).toEqual([frame, expectedFrame(item, rate, frame)])
        }
      }
    },
  )

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
    const whole = hashes(edit, 0, edit.frames)
    expect(hashes(edit, 0, edit.frames, ['-cpuflags', '0', '-filter_complex_threads', '1'])).toEqual(whole)
  })

  it('encodes a segment whose bytes do not depend on the run it came from', () => {
    const edit = editAt(rational(25))
    const encode = (from: number, skip: number, name: string, preset: 'h264' | 'ffv1'): Buffer => {
      const call = compileCompositor({ edit, media, from, to: 80, format })
      const raw = ffmpeg(resolveCall(call, { pathOf })).subarray(skip * call.frameBytes)
      const output = join(folder, name)
      const chosen = parsePreset(preset === 'h264' ? 'h264:speed=fast' : 'ffv1')
      ffmpeg(compileEncoder({ preset: chosen, format, frames: 40, rate: edit.rate, output }), raw)
      const index = indexOf(output)
      expect(index.video?.frameCount).toBe(40)
      return ffmpeg(['-v', 'error', '-i', `file:${output}`, '-map', '0', '-c', 'copy', '-f', 'data', '-'])
    }
    for (const preset of ['h264', 'ffv1'] as const) {
      const extension = preset === 'h264' ? 'mp4' : 'mov'
      const alone = encode(40, 0, `alone.${extension}`, preset)
      const inRun = encode(10, 30, `run.${extension}`, preset)
      expect(alone.length).toBeGreaterThan(0)
      expect(alone.equals(inRun)).toBe(true)
    }
  })
})
