import { readFileSync, writeFileSync } from 'node:fs'
import { rational } from '@sheaf/protocol'
import { afterAll, describe, expect, it } from 'vitest'
import type { EditItem } from '../model/edit.js'
import { ffmpeg, hasFfmpeg } from '../testing/ffmpeg.js'
import { Footage, hashes, sampleAt } from '../testing/footage.js'
import { clipOf } from '../testing/media-fixtures.js'
import { frameFormat, outputSize, PIXEL_FORMATS } from './frame-format.js'

const BT709 = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709']
const lavfi = (source: string): string[] => ['-f', 'lavfi', '-i', source]
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', ...BT709]

// Real processes on a machine that may be busy: the limit only ends a hang.
describe.runIf(hasFfmpeg())('footage', { timeout: 240_000 }, () => {
  const footage = new Footage()
  afterAll(() => footage.remove())

  describe('that is turned', () => {
    const matrices = [
      ['none', [1, 0, 0, 1]],
      ['right', [0, 1, -1, 0]],
      ['half', [-1, 0, 0, -1]],
      ['left', [0, -1, 1, 0]],
      ['mirrored', [-1, 0, 0, 1]],
      ['mirrored-half', [1, 0, 0, -1]],
      ['mirrored-left', [0, 1, 1, 0]],
      ['mirrored-right', [0, -1, -1, 0]],
    ] as const
    const write = (name: string, [a, b, c, d]: readonly number[]): void => {
      const bytes = readFileSync(footage.path('upright.mp4'))
      const at = bytes.indexOf('tkhd') + 44
      ;[a, b, 0, c, d, 0, 0, 0].forEach((value, i) => bytes.writeInt32BE((value ?? 0) * 65536, at + i * 4))
      writeFileSync(footage.path(name), bytes)
    }

    it('is shown upright, as players show it', () => {
      footage.shoot('upright.mp4', [...lavfi('testsrc2=s=96x54:r=25:d=0.2'), ...X264, '-bf', '0'])
      for (const [turn, matrix] of matrices) {
        write('turned.mp4', matrix)
        const video = footage.index('turned.mp4')
        expect(video.turn ?? 'none').toBe(turn)
        const edit = footage.editOf('turned.mp4', 5)
        const size = outputSize(edit, new Map([['turned.mp4', { container: 'mov', video, audio: undefined }]]))
        const player = [
          '-v',
          'error',
          '-i',
          footage.path('turned.mp4'),
          '-f',
          'rawvideo',
          '-pix_fmt',
          'yuv420p',
          'pipe:1',
        ]
        expect([turn, Buffer.concat(footage.frames(edit, frameFormat(size))).equals(ffmpeg(player))]).toEqual([
          turn,
          true,
        ])
      }
    })
  })

  describe('that is interlaced', () => {
    const tall = frameFormat({ width: 96, height: 56 })
    const waves = (rate: number): string =>
      `nullsrc=s=96x56:r=${rate}:d=0.6,format=yuv420p,geq=lum='128+90*sin((X+200*T)/9)':cb=128:cr=128`
    const source = [...lavfi(waves(50)), '-vf', 'tinterlace=interleave_top,setfield=tff']

    it.each([
      ['h264.mp4', [...X264, '-qp', '1', '-flags', '+ildct+ilme', '-x264-params', 'tff=1', '-g', '5']],
      ['mpeg2.ts', ['-c:v', 'mpeg2video', '-q:v', '1', '-flags', '+ildct+ilme', '-top', '1', '-bf', '2', ...BT709]],
      ['prores.mov', ['-c:v', 'prores_ks', '-flags', '+ildct+ilme', '-top', '1', '-pix_fmt', 'yuv422p10le', ...BT709]],
    ])('is deinterlaced, each frame the same in every window (%s)', (name, encoder) => {
      expect(footage.shoot(name, [...source, ...encoder]).fields).toBe('top-first')
      const edit = footage.editOf(name, 14)
      const { shown, unstable } = footage.proof(edit, tall)
      expect(unstable).toEqual([])
      // Woven, the second field is of another time: far from the truth wherever something moves.
      const raw = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', 'pipe:1']
      const truth = ffmpeg(['-v', 'error', ...lavfi(waves(25)), ...raw])
      const woven = ffmpeg(['-v', 'error', '-i', footage.path(name), ...raw])
      const frame = (pictures: Buffer): Buffer => pictures.subarray(8 * 8064, 9 * 8064)
      expect(distance(shown[8]!, frame(truth))).toBeLessThan(distance(frame(woven), frame(truth)) * 0.3)
      const still = footage.editOfItems([clipOf(name, 0, 2, rational(8, 25), rational(0))])
      expect(hashes(footage.frames(still, tall))).toEqual([hashes(shown)[8], hashes(shown)[8]])
    })
  })

  it('is made for what follows', () => {
    footage.shoot('a.mp4', [...lavfi('testsrc2=s=96x54:r=25:d=0.6'), ...X264])
    const prores = ['-c:v', 'prores_ks', '-profile:v', '4', '-pix_fmt', 'yuva444p10le']
    footage.shoot('tall.mov', [...lavfi('testsrc2=s=40x54:r=25:d=0.6'), ...prores])
    footage.shoot('lying.mp4', [...lavfi('testsrc2=s=60x60:r=30:d=0.5'), ...X264])
    const turned = ['-i', footage.path('lying.mp4'), '-c', 'copy', '-metadata:s:v', 'rotate=90']
    expect(footage.shoot('b.mp4', turned).turn).toBe('left')
  })

  it.each(PIXEL_FORMATS)('is composed in %s, the same in every window', (pixFmt) => {
    const span = { from: 4, to: 10 }
    const items: readonly EditItem[] = [
      clipOf('a.mp4', 0, 4),
      {
        ...{ kind: 'transition', ...span, whole: span, style: 'dissolve', where: 'x' },
        out: clipOf('a.mp4', 4, 10, rational(4, 25)),
        in: clipOf('tall.mov', 4, 10),
      },
      { ...clipOf('x', 10, 12), content: { kind: 'colour', rgb: 'ffffff' } },
      { ...clipOf('x', 12, 13), content: { kind: 'bars' } },
      { kind: 'gap', from: 13, to: 14 },
    ]
    const format = frameFormat({ width: 96, height: 54, pixFmt })
    const edit = footage.editOfItems(items, rational(25), [
      { kind: 'gap', from: 0, to: 2 },
      clipOf('tall.mov', 2, 9),
      clipOf('b.mp4', 9, 14),
    ])
    const { shown, unstable } = footage.proof(edit, format)
    expect(unstable).toEqual([])
    const deep = pixFmt.endsWith('10le') ? 4 : 1
    // Beside the square picture above: white, and then black.
    expect(sampleAt(shown[10]!, format, [4, 20])).toEqual([235 * deep, 128 * deep, 128 * deep])
    expect(sampleAt(shown[13]!, format, [4, 20])).toEqual([16 * deep, 128 * deep, 128 * deep])
    if (pixFmt === 'yuva444p10le') expect(shown[5]!.readUInt16LE(3 * 96 * 54 * 2 + 100)).toBe(1023)
    // What is laid over something is there exactly as it is alone.
    const alone = footage.frames(footage.editOf('b.mp4', 5), format)
    const inside: [number, number] = [47, 20]
    for (const i of [0, 4]) expect(sampleAt(shown[9 + i]!, format, inside)).toEqual(sampleAt(alone[i]!, format, inside))
  })
})

/** Mean difference of two pictures. */
function distance(a: Buffer, b: Buffer): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / a.length
}
