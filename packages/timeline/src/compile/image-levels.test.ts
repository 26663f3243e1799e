import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { PictureCoding } from '../preset/picture-coding.js'
import { ffmpeg, hasFfmpeg } from '../testing/ffmpeg.js'
import { encoderArgs } from './encoder-args.js'
import { frameFormat, type PictureColour, type PixelFormat } from './frame-format.js'

/** Levels of limited range in eight bits: black, just above, middle grey, white. */
const LEVELS = [16, 17, 126, 235] as const
const full = (level: number): number => (level - 16) / 219
/** BT.709's light of a signal. */
const light = (signal: number): number => (signal < 0.081 ? signal / 4.5 : ((signal + 0.099) / 1.099) ** (1 / 0.45))
const [WIDTH, HEIGHT] = [16 * LEVELS.length, 16] as const

describe.runIf(hasFfmpeg())('levels in files of pictures', { timeout: 60_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'sheaf-levels-'))
  afterAll(() => {
    rmSync(dir, { recursive: true, force: true })
  })

  /** The first channel of each band, as the file's own decoder gives it; bands are of one value each. */
  function written(
    coding: PictureCoding,
    pixFmt: PixelFormat,
    read: string,
    colour: PictureColour = 'bt709',
  ): number[] {
    const bits = pixFmt.endsWith('10le') ? 10 : 8
    const bands = Array.from({ length: WIDTH * HEIGHT }, (_, i) => LEVELS[Math.floor((i % WIDTH) / 16)] ?? 0)
    const samples = [...bands, ...bands.map(() => 128), ...bands.map(() => 128)].map((value) => value << (bits - 8))
    const raw = join(dir, 'raw')
    writeFileSync(raw, Buffer.from(bits === 8 ? Uint8Array.from(samples).buffer : Uint16Array.from(samples).buffer))
    const file = join(dir, `picture.${coding.encoder}`)
    const format = frameFormat({ width: WIDTH, height: HEIGHT, pixFmt, colour })
    const input = ['-f', 'rawvideo', '-pixel_format', pixFmt, '-video_size', `${WIDTH}x${HEIGHT}`, '-i', `file:${raw}`]
    const encoder = encoderArgs({ coding, format, part: { kind: 'segment' } })
    ffmpeg([
      '-v',
      'error',
      '-y',
      ...input,
      '-frames:v',
      '1',
      ...encoder,
      '-f',
      'image2',
      '-update',
      '1',
      `file:${file}`,
    ])
    const bytes = ffmpeg(['-v', 'error', '-i', `file:${file}`, '-f', 'rawvideo', '-pix_fmt', read, 'pipe:1'])
    const [size, step] = read === 'gbrpf32le' ? [4, 4] : read === 'rgb48be' ? [2, 6] : [1, 3]
    const at = (pixel: number): number =>
      size === 4
        ? bytes.readFloatLE(pixel * step)
        : size === 2
          ? bytes.readUInt16BE(pixel * step)
          : bytes[pixel * step]!
    return LEVELS.map((_, band) => {
      const values = new Set(Array.from({ length: 16 }, (_, x) => at(band * 16 + x)))
      expect([...values]).toHaveLength(1)
      return [...values][0]!
    })
  }

  it('PNG of 16 and of 8 bits: white is all ones, the rest where it belongs', () => {
    const deep = written({ encoder: 'png' }, 'yuv444p10le', 'rgb48be')
    expect([deep[0], deep[3]]).toEqual([0, 65_535])
    for (const [i, level] of LEVELS.entries()) expect(Math.abs(deep[i]! - full(level) * 65_535)).toBeLessThan(1)
    expect(written({ encoder: 'png' }, 'yuv444p', 'rgb24')).toEqual([0, 1, 128, 255])
  })

  it.each(['half', 'float'] as const)('EXR of %s: linear light, white is 1', (format) => {
    const values = written({ encoder: 'exr', format }, 'yuv444p10le', 'gbrpf32le')
    expect([values[0], values[3]]).toEqual([0, 1])
    const most = format === 'half' ? 2 ** -11 : 2 ** -16
    for (const [i, level] of LEVELS.entries()) expect(Math.abs(values[i]! - light(full(level)))).toBeLessThan(most)
  })

  it('EXR of HDR: white of SDR is 1, what is brighter above it', () => {
    // HLG of 75 % is white; of 50 % a twelfth of its peak, which is 3.77.
    const values = written({ encoder: 'exr', format: 'float' }, 'yuv444p10le', 'gbrpf32le', 'bt2020-hlg')
    expect(values[3]).toBeCloseTo(1 / 0.264_962_56, 3)
    expect(values[2]).toBeCloseTo((full(126) ** 2 / 3 + 0.0006) / 0.264_962_56, 2)
  })
})
