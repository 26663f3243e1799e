import { rational } from '@sheaf/protocol'
import { afterAll, describe, expect, it } from 'vitest'
import { ffmpeg, hasFfmpeg } from '../testing/ffmpeg.js'
import { Footage, lavfi, sampleAt, SMALL } from '../testing/footage.js'
import { clipOf } from '../testing/media-fixtures.js'
import { parsePreset } from '../preset/preset-text.js'
import { compileEncoder } from './compile-encoder.js'
import { type FrameFormat, frameFormat } from './frame-format.js'

type Pixel = readonly [number, number, number]

/** Red, green and blue of 0 to 1 as YUV of a matrix, in steps of full or limited range. */
function yuv([r, g, b]: Pixel, matrix: 'bt601' | 'bt709' | 'bt2020', bits: number, full = false): Pixel {
  const [kr, kb] = ({ bt601: [0.299, 0.114], bt709: [0.2126, 0.0722], bt2020: [0.2627, 0.0593] } as const)[matrix]
  const y = kr * r + (1 - kr - kb) * g + kb * b
  const unit = 2 ** (bits - 8)
  const [low, span, chroma] = full ? [0, 2 ** bits - 1, 2 ** bits - 1] : [16 * unit, 219 * unit, 224 * unit]
  const colour = (difference: number, k: number): number => 128 * unit + (chroma * difference) / (2 * (1 - k))
  return [low + span * y, colour(b - y, kb), colour(r - y, kr)]
}

/** One colour as raw pictures of 4:4:4, for an encoder to take. */
const flat = ([y, u, v]: Pixel, bits: number): string =>
  `nullsrc=s=96x54:r=25:d=0.2,format=yuv444p${bits === 8 ? '' : `${bits}le`},` +
  `geq=lum=${Math.round(y)}:cb=${Math.round(u)}:cr=${Math.round(v)}`
const deep = (colour: FrameFormat['colour']): FrameFormat =>
  frameFormat({ width: 96, height: 54, pixFmt: 'yuv444p10le', colour })
const tags = (matrix: string, primaries: string, transfer: string, range = 'tv'): string[] => [
  ...['-colorspace', matrix, '-color_primaries', primaries, '-color_trc', transfer, '-color_range', range],
]
const FFV1 = ['-c:v', 'ffv1']
/** For each format one that is made, then what is white and black in it. */
const edges: Readonly<Record<string, readonly [string, string, string]>> = {
  rgb24: ['gbrp', 'r=255:g=255:b=255', 'r=0:g=0:b=0'],
  rgb48be: ['gbrp16le', 'r=65535:g=65535:b=65535', 'r=0:g=0:b=0'],
  gray: ['gray', 'lum=255', 'lum=0'],
  gray16be: ['gray16le', 'lum=65535', 'lum=0'],
  rgba: ['gbrap', 'r=255:g=255:b=255:a=255', 'r=0:g=0:b=0:a=255'],
  rgba64be: ['gbrap16le', 'r=65535:g=65535:b=65535:a=65535', 'r=0:g=0:b=0:a=65535'],
}
const ORANGE: Pixel = [0.8, 0.5, 0.2]

// Real processes on a machine that may be busy: the limit only ends a hang.
describe.runIf(hasFfmpeg())('colours of footage', { timeout: 240_000 }, () => {
  const footage = new Footage()
  afterAll(() => footage.remove())
  const middle = (name: string, format: FrameFormat): Pixel => {
    return sampleAt(footage.frames(footage.editOf(name, 1), format)[0]!, format, [48, 27])
  }
  const stable = (name: string, format: FrameFormat): void => {
    expect(footage.proof(footage.editOf(name, 3), format).unstable).toEqual([])
  }
  const near = (pixel: Pixel, expected: Pixel, tolerance: number): void => {
    pixel.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(tolerance))
  }

  it.each([
    ['bt601', 'smpte170m', 8, 'tv'],
    ['bt601', 'smpte170m', 10, 'tv'],
    ['bt709', 'bt709', 8, 'pc'],
    ['bt709', 'bt709', 10, 'pc'],
    ['bt709', 'bt709', 12, 'tv'],
  ] as const)('of %s (%s, %d bits, %s) become those of the edit', (matrix, tag, bits, range) => {
    const name = `${matrix}-${bits}-${range}.mkv`
    const source = flat(yuv(ORANGE, matrix, bits, range === 'pc'), bits)
    const video = footage.shoot(name, [...lavfi(source), ...FFV1, ...tags(tag, tag, tag, range)])
    expect(video).toMatchObject({ matrix, range: range === 'pc' ? 'full' : 'limited' })
    near(middle(name, SMALL), yuv(ORANGE, 'bt709', 8), 1.5)
    near(middle(name, deep('bt709')), yuv(ORANGE, 'bt709', 10), bits === 8 ? 4 : 1)
  })

  it('of 10 bits come down to 8 without a shift', () => {
    const ramp = "nullsrc=s=96x54:r=25:d=0.2,format=yuv420p10le,geq=lum='400+X/3':cb=512:cr=512"
    footage.shoot('ramp.mkv', [...lavfi(ramp), ...FFV1, ...tags('bt709', 'bt709', 'bt709')])
    stable('ramp.mkv', SMALL)
    const shown = footage.frames(footage.editOf('ramp.mkv', 1), SMALL)
    for (let x = 0; x < 96; x += 8) {
      const rows = Array.from({ length: 48 }, (_, y) => shown[0]!.subarray(y * 96 + x, y * 96 + x + 8)).flatMap((r) => [
        ...r,
      ])
      const mean = rows.reduce((sum, value) => sum + value, 0) / rows.length
      expect(Math.abs(mean - (400 + (x + 3) / 3) / 4)).toBeLessThan(0.3)
    }
  })

  const hdr = (name: string, signal: Pixel, transfer: string): void => {
    const source = flat(yuv(signal, 'bt2020', 10), 10)
    footage.shoot(name, [...lavfi(source), ...FFV1, ...tags('bt2020nc', 'bt2020', transfer)])
  }
  const grey = (value: number): Pixel => [value, value, value]

  it.each([
    ['hlg', 'arib-std-b67', 'bt2020-hlg', 0.75],
    ['pq', 'smpte2084', 'bt2020-pq', 0.5807],
  ] as const)('of %s stay as they are in a film of that kind', (...[name, transfer, colour]) => {
    hdr(`${name}.mkv`, ORANGE, transfer)
    expect(footage.index(`${name}.mkv`)).toMatchObject({ colour, matrix: 'bt2020' })
    near(middle(`${name}.mkv`, deep(colour)), yuv(ORANGE, 'bt2020', 10), 1)
  })

  it('of HDR have their white where SDR has it, black at black, and nothing above white', () => {
    // White of SDR is 75 % of HLG and 203 cd/m² of PQ; below the knee it is the very signal, white itself is held back.
    for (const [name, transfer, white, peak] of [
      ['hlg', 'arib-std-b67', 0.75, 1],
      ['pq', 'smpte2084', 0.5807, 0.751],
    ] as const) {
      hdr(`${name}-white.mkv`, grey(white), transfer)
      hdr(`${name}-peak.mkv`, grey(peak), transfer)
      hdr(`${name}-black.mkv`, grey(0), transfer)
      const [held, brightest] = [middle(`${name}-white.mkv`, SMALL), middle(`${name}-peak.mkv`, SMALL)]
      near(held, yuv(grey(0.926), 'bt709', 8), 2)
      near(brightest, [235, 128, 128], 2)
      expect(middle(`${name}-black.mkv`, SMALL)).toEqual([16, 128, 128])
      stable(`${name}-white.mkv`, SMALL)
    }
  })

  it('of SDR come into HDR and back as they were', () => {
    footage.shoot('sdr.mkv', [
      ...lavfi(flat(yuv(grey(1), 'bt709', 10), 10)),
      ...FFV1,
      ...tags('bt709', 'bt709', 'bt709'),
    ])
    near(middle('sdr.mkv', deep('bt2020-hlg')), yuv(grey(0.75), 'bt2020', 10), 2)
    near(middle('sdr.mkv', deep('bt2020-pq')), yuv(grey(0.5807), 'bt2020', 10), 2)
    // There and back, of a colour below the knee.
    const dim: Pixel = [0.5, 0.4, 0.3]
    footage.shoot('dim.mkv', [...lavfi(flat(yuv(dim, 'bt709', 10), 10)), ...FFV1, ...tags('bt709', 'bt709', 'bt709')])
    for (const [colour, transfer] of [
      ['bt2020-hlg', 'arib-std-b67'],
      ['bt2020-pq', 'smpte2084'],
    ] as const) {
      const [y, u, v] = middle('dim.mkv', deep(colour))
      stable('dim.mkv', deep(colour))
      footage.shoot('back.mkv', [...lavfi(flat([y, u, v], 10)), ...FFV1, ...tags('bt2020nc', 'bt2020', transfer)])
      near(middle('back.mkv', deep('bt709')), yuv(dim, 'bt709', 10), 4)
    }
  })

  it('of BT.2020 in SDR keep their light', () => {
    // A red that BT.709 has as well: its linear light by the matrix of BT.2087, and back to the signal.
    const light = (signal: number): number => (signal < 0.081 ? signal / 4.5 : ((signal + 0.099) / 1.099) ** (1 / 0.45))
    const signal = (value: number): number => (value < 0.018 ? 4.5 * value : 1.099 * value ** 0.45 - 0.099)
    const [r, g, b] = [light(0.6), light(0.5), light(0.4)]
    const expected: Pixel = [
      signal(1.6605 * r - 0.5876 * g - 0.0729 * b),
      signal(-0.1246 * r + 1.1329 * g - 0.0083 * b),
      signal(-0.0182 * r - 0.1006 * g + 1.1188 * b),
    ]
    const source = flat(yuv([0.6, 0.5, 0.4], 'bt2020', 10), 10)
    footage.shoot('wide.mkv', [...lavfi(source), ...FFV1, ...tags('bt2020nc', 'bt2020', 'bt2020-10')])
    near(middle('wide.mkv', deep('bt709')), yuv(expected, 'bt709', 10), 2)
  })

  it('say the light levels of HDR10, from the pictures or from the file', () => {
    const display =
      'master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50):max-cll=1000,400'
    const x265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p10le', '-x265-params']
    const params = `log-level=0:hdr10=1:repeat-headers=1:${display}:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc`
    const source = lavfi('testsrc2=s=96x54:r=25:d=0.2')
    const light = {
      mastering: {
        red: { x: 34_000, y: 16_000 },
        green: { x: 13_250, y: 34_500 },
        blue: { x: 7500, y: 3000 },
        white: { x: 15_635, y: 16_450 },
        ...{ maxLuminance: 10_000_000, minLuminance: 50 },
      },
      content: { maxContent: 1000, maxAverage: 400 },
    }
    for (const name of ['hdr10.mp4', 'hdr10.ts']) {
      expect(footage.shoot(name, [...source, ...x265, params])).toMatchObject({ colour: 'bt2020-pq', light })
    }
    // And a segment says them again.
    const format = frameFormat({ width: 96, height: 54, pixFmt: 'yuv420p10le', colour: 'bt2020-pq', light })
    const pictures = footage.frames(footage.editOf('hdr10.mp4', 5), format)
    const output = footage.path('again.mp4')
    const preset = parsePreset('h265')
    ffmpeg(compileEncoder({ preset, format, frames: 5, rate: rational(25), output }), Buffer.concat(pictures))
    expect(footage.index('again.mp4')).toMatchObject({ colour: 'bt2020-pq', matrix: 'bt2020', light })
  })

  describe('with transparency', () => {
    const white = { ...clipOf('x', 0, 3), content: { kind: 'colour', rgb: 'ffffff' } } as const
    /** A red that hides everything on the left, half of it in the middle, nothing on the right. */
    const strip = "nullsrc=s=96x54:r=25:d=0.2,format=gbrap,geq=r=200:g=40:b=40:a='if(lt(X,32),255,if(lt(X,64),128,0))'"
    const over = (name: string, format: FrameFormat): readonly Pixel[] => {
      const edit = footage.editOfItems([white], rational(25), [clipOf(name, 0, 3)])
      const [picture] = footage.frames(edit, format, { to: 1 })
      return [16, 48, 80].map((x) => sampleAt(picture!, format, [x, 26]))
    }
    const red: Pixel = [200 / 255, 40 / 255, 40 / 255]
    const half: Pixel = [(200 / 255 + 1) / 2, (40 / 255 + 1) / 2, (40 / 255 + 1) / 2]

    it.each([
      ['prores.mov', ['-c:v', 'prores_ks', '-profile:v', '4', '-pix_fmt', 'yuva444p10le'], 3],
      ['eight.png', ['-frames:v', '1', '-pix_fmt', 'rgba'], 1.5],
      ['sixteen.png', ['-frames:v', '1', '-pix_fmt', 'rgba64be'], 1.5],
      ['ffv1.mkv', [...FFV1, '-pix_fmt', 'yuva444p12le', ...tags('bt709', 'bt709', 'bt709')], 1.5],
      ['vp9.webm', ['-c:v', 'libvpx-vp9', '-pix_fmt', 'yuva420p', '-crf', '4', '-b:v', '0', '-auto-alt-ref', '0'], 6],
      ['vp8.webm', ['-c:v', 'libvpx', '-pix_fmt', 'yuva420p', '-b:v', '4M', '-auto-alt-ref', '0'], 8],
    ] as const)('of %s let through what lies below', (name, encoder, tolerance) => {
      const matrix = name.startsWith('ffv1') ? ':out_color_matrix=bt709' : ''
      const filter = ['-vf', `scale=flags=accurate_rnd${matrix}`]
      expect(footage.shoot(name, [...lavfi(strip), ...filter, ...encoder]).alpha).toBe('straight')
      for (const format of [SMALL, deep('bt709')]) {
        const unit = format === SMALL ? 1 : 4
        const [left, middleOne, right] = over(name, format)
        near(left!, yuv(red, 'bt709', 8).map((value) => value * unit) as unknown as Pixel, tolerance * unit)
        near(middleOne!, yuv(half, 'bt709', 8).map((value) => value * unit) as unknown as Pixel, (tolerance + 1) * unit)
        expect(right).toEqual([235 * unit, 128 * unit, 128 * unit])
      }
    })

    it('of OpenEXR are linear light, and multiplied by it', () => {
      const linear = (signal: number): number => ((signal + 0.099) / 1.099) ** (1 / 0.45)
      const [r, g, b] = [linear(0.8), linear(0.5), linear(0.4)]
      // As compositors write it: half of it there, so half of its light.
      const halves = [r, g, b].map((value) => Math.round((value / 2) * 65535))
      const source =
        `nullsrc=s=96x54:r=25:d=0.04,format=gbrap16le,` +
        `geq=r=${halves[0]}:g=${halves[1]}:b=${halves[2]}:a=32768,format=gbrapf32le`
      const video = footage.shoot('half.exr', [...lavfi(source), '-frames:v', '1', '-c:v', 'exr'])
      expect(video).toMatchObject({ alpha: 'premultiplied', colour: 'linear', pixFmt: 'gbrapf32le' })
      stable('half.exr', deep('bt709'))
      for (const format of [SMALL, deep('bt709')]) {
        const unit = format === SMALL ? 1 : 4
        const expected = yuv([0.9, 0.75, 0.7], 'bt709', 8).map((value) => value * unit) as unknown as Pixel
        near(over('half.exr', format)[1]!, expected, 2 * unit)
      }
    })
  })

  it('of pictures with a palette or grey are read; what a tag cannot mean is refused by name', () => {
    // White and black of every depth are white and black of the film, exactly; 255 is opaque.
    for (const pixFmt of ['rgb24', 'rgb48be', 'gray', 'gray16be', 'rgba', 'rgba64be']) {
      for (const [rgb, luma] of [
        ['white', 940],
        ['black', 64],
      ] as const) {
        footage.shoot('edge.png', [
          ...lavfi(
            `color=c=black:s=96x54,format=${edges[pixFmt]?.[0]},geq=${edges[pixFmt]?.[rgb === 'white' ? 1 : 2]}`,
          ),
          '-frames:v',
          '1',
          '-pix_fmt',
          pixFmt,
        ])
        const edit = footage.editOfItems(
          [{ ...clipOf('x', 0, 1), content: { kind: 'colour', rgb: '808080' } }],
          rational(25),
          [clipOf('edge.png', 0, 1)],
        )
        expect([pixFmt, rgb, sampleAt(footage.frames(edit, deep('bt709'))[0]!, deep('bt709'), [48, 27])]).toEqual([
          pixFmt,
          rgb,
          [luma, 512, 512],
        ])
      }
    }
    footage.shoot('grey.png', [...lavfi('color=c=0x808080:s=96x54'), '-frames:v', '1', '-pix_fmt', 'gray16be'])
    near(middle('grey.png', SMALL), yuv(grey(128 / 255), 'bt709', 8), 1)
    const args = [...lavfi('testsrc2=s=96x54:r=25:d=0.1'), ...FFV1, ...tags('ictcp', 'bt2020', 'smpte2084')]
    expect(() => footage.shoot('ictcp.mkv', args)).toThrow('colours with the matrix ictcp')
  })
})
