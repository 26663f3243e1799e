import { rational } from '@sheaf/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ffmpeg, hasFfmpeg } from '../testing/ffmpeg.js'
import { Footage, lavfi, sampleAt, type Shot, SMALL } from '../testing/footage.js'
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

/** Up to four colours beside each other, as raw pictures of 4:4:4, for an encoder to take. */
const stripes = (bits: number, ...colours: readonly Pixel[]): string => {
  const plane = (at: 0 | 1 | 2): string =>
    colours.reduceRight(
      (rest, colour, i) =>
        rest === '' ? `${Math.round(colour[at])}` : `if(lt(X,${(i + 1) * 24}),${Math.round(colour[at])},${rest})`,
      '',
    )
  const size = 'nullsrc=s=96x54:r=25:d=0.2'
  return `${size},format=yuv444p${bits === 8 ? '' : `${bits}le`},geq=lum='${plane(0)}':cb='${plane(1)}':cr='${plane(2)}'`
}
/** The middle of the first four stripes. */
const MIDDLES = [12, 36, 60, 84] as const
const deep = (colour: FrameFormat['colour']): FrameFormat =>
  frameFormat({ width: 96, height: 54, pixFmt: 'yuv444p10le', colour })
const tags = (matrix: string, primaries: string, transfer: string, range = 'tv'): string[] => [
  ...['-colorspace', matrix, '-color_primaries', primaries, '-color_trc', transfer, '-color_range', range],
]
const FFV1 = ['-c:v', 'ffv1']
const still = ['-frames:v', '1', '-update', '1']
/** White on the left and black on the right, of each format: one that is made, and white and black in it. */
const edges = (
  [
    ['rgb24', 'gbrp', { r: 255, g: 255, b: 255 }],
    ['rgb48be', 'gbrp16le', { r: 65_535, g: 65_535, b: 65_535 }],
    ['gray', 'gray', { lum: 255 }],
    ['gray16be', 'gray16le', { lum: 65_535 }],
    ['rgba', 'gbrap', { r: 255, g: 255, b: 255 }],
    ['rgba64be', 'gbrap16le', { r: 65_535, g: 65_535, b: 65_535 }],
  ] as const
).map(([pixFmt, made, white]): Shot & { readonly pixFmt: string } => {
  const planes = Object.entries(white).map(([plane, value]) => `${plane}='${value}*lt(X,48)'`)
  const opaque = 'r' in white && made.startsWith('gbrap') ? [`a=${white.r}`] : []
  return {
    pixFmt,
    name: `${pixFmt}.png`,
    source: `color=c=black:s=96x54,format=${made},geq=${[...planes, ...opaque].join(':')}`,
    output: [...still, '-pix_fmt', pixFmt],
  }
})
const ORANGE: Pixel = [0.8, 0.5, 0.2]

// Real processes on a machine that may be busy: the limit only ends a hang.
describe.runIf(hasFfmpeg())('colours of footage', { timeout: 240_000 }, () => {
  const footage = new Footage()
  afterAll(() => footage.remove())
  const sample = (picture: Buffer | undefined, format: FrameFormat, x = 12): Pixel =>
    sampleAt(picture!, format, [x, 27])
  const near = (pixel: Pixel, expected: Pixel, tolerance: number): void => {
    pixel.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(tolerance))
  }
  /** The pictures of a file, which are the same in every window. */
  const proven = (name: string, format: FrameFormat): readonly Buffer[] => {
    const { shown, unstable } = footage.proof(footage.editOf(name, 3), format)
    expect(unstable).toEqual([])
    return shown
  }

  it('become those of the edit, whatever their matrix, depth and range', () => {
    const kinds = (
      [
        ['bt601', 'smpte170m', 8, 'tv'],
        ['bt601', 'smpte170m', 10, 'tv'],
        ['bt709', 'bt709', 8, 'pc'],
        ['bt709', 'bt709', 10, 'pc'],
        ['bt709', 'bt709', 12, 'tv'],
      ] as const
    ).map(([matrix, tag, bits, range]) => ({
      ...{ matrix, bits, range, name: `${matrix}-${bits}-${range}.mkv` },
      source: stripes(bits, yuv(ORANGE, matrix, bits, range === 'pc')),
      output: [...FFV1, ...tags(tag, tag, tag, range)],
    }))
    footage.shootAll(kinds)
    const sheet = footage.sheetOf(kinds.map(({ name }) => name))
    const [small, large] = [SMALL, deep('bt709')].map((format) => footage.frames(sheet, format))
    for (const [i, { name, matrix, range, bits }] of kinds.entries()) {
      expect(footage.video(name)).toMatchObject({ matrix, range: range === 'pc' ? 'full' : 'limited' })
      near(sample(small?.[i], SMALL), yuv(ORANGE, 'bt709', 8), 1.5)
      near(sample(large?.[i], deep('bt709')), yuv(ORANGE, 'bt709', 10), bits === 8 ? 4 : 1)
    }
  })

  it('of 10 bits come down to 8 without a shift', () => {
    const ramp = "nullsrc=s=96x54:r=25:d=0.2,format=yuv420p10le,geq=lum='400+X/3':cb=512:cr=512"
    footage.shoot('ramp.mkv', [...lavfi(ramp), ...FFV1, ...tags('bt709', 'bt709', 'bt709')])
    const shown = proven('ramp.mkv', SMALL)
    for (let x = 0; x < 96; x += 8) {
      const rows = Array.from({ length: 48 }, (_, y) => shown[0]!.subarray(y * 96 + x, y * 96 + x + 8)).flatMap((r) => [
        ...r,
      ])
      const mean = rows.reduce((sum, value) => sum + value, 0) / rows.length
      expect(Math.abs(mean - (400 + (x + 3) / 3) / 4)).toBeLessThan(0.3)
    }
  })

  const grey = (value: number): Pixel => [value, value, value]

  // White of SDR is 75 % of HLG and 203 cd/m² of PQ.
  describe.each([
    ['hlg', 'arib-std-b67', 'bt2020-hlg', 0.75, 1],
    ['pq', 'smpte2084', 'bt2020-pq', 0.5807, 0.751],
  ] as const)('of %s', (...[kind, transfer, colour, white, peak]) => {
    const name = `${kind}.mkv`
    const wide = ['bt2020nc', 'bt2020', transfer] as const
    beforeAll(() => {
      const colours = [ORANGE, grey(white), grey(peak), grey(0)].map((signal) => yuv(signal, 'bt2020', 10))
      footage.shoot(name, [...lavfi(stripes(10, ...colours)), ...FFV1, ...tags(...wide)])
    })

    it('stay as they are in a film of that kind', () => {
      expect(footage.video(name)).toMatchObject({ colour, matrix: 'bt2020' })
      const [picture] = footage.frames(footage.editOf(name, 1), deep(colour))
      near(sample(picture, deep(colour)), yuv(ORANGE, 'bt2020', 10), 1)
    })

    it('have their white where SDR has it, black at black, and nothing above white', () => {
      // Below the knee it is the very signal, white itself is held back.
      const [picture] = proven(name, SMALL)
      const [, held, brightest, black] = MIDDLES.map((x) => sample(picture, SMALL, x))
      near(held!, yuv(grey(0.926), 'bt709', 8), 2)
      near(brightest!, [235, 128, 128], 2)
      expect(black).toEqual([16, 128, 128])
    })

    it('are what those of SDR become, and turn back into them', () => {
      // A white, and a colour below the knee.
      const dim: Pixel = [0.5, 0.4, 0.3]
      const colours = [dim, grey(1)].map((signal) => yuv(signal, 'bt709', 10))
      const sdr = tags('bt709', 'bt709', 'bt709')
      footage.shoot(`${kind}-sdr.mkv`, [...lavfi(stripes(10, ...colours)), ...FFV1, ...sdr])
      const [picture] = proven(`${kind}-sdr.mkv`, deep(colour))
      near(sample(picture, deep(colour), 60), yuv(grey(white), 'bt2020', 10), 2)
      const there = stripes(10, sample(picture, deep(colour)))
      footage.shoot(`${kind}-back.mkv`, [...lavfi(there), ...FFV1, ...tags(...wide)])
      const [back] = footage.frames(footage.editOf(`${kind}-back.mkv`, 1), deep('bt709'))
      near(sample(back, deep('bt709')), yuv(dim, 'bt709', 10), 4)
    })
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
    const source = stripes(10, yuv([0.6, 0.5, 0.4], 'bt2020', 10))
    footage.shoot('wide.mkv', [...lavfi(source), ...FFV1, ...tags('bt2020nc', 'bt2020', 'bt2020-10')])
    const [picture] = footage.frames(footage.editOf('wide.mkv', 1), deep('bt709'))
    near(sample(picture, deep('bt709')), yuv(expected, 'bt709', 10), 2)
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
      const args = name.endsWith('.ts') ? ['-i', footage.path('hdr10.mp4'), '-c', 'copy'] : [...source, ...x265, params]
      expect(footage.shoot(name, args)).toMatchObject({ colour: 'bt2020-pq', light })
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
    const white = { kind: 'colour', rgb: 'ffffff' } as const
    /** A red that hides everything on the left, half of it in the middle, nothing on the right. */
    const strip = "nullsrc=s=96x54:r=25:d=0.2,format=gbrap,geq=r=200:g=40:b=40:a='if(lt(X,32),255,if(lt(X,64),128,0))'"
    const red: Pixel = [200 / 255, 40 / 255, 40 / 255]
    const half: Pixel = [(200 / 255 + 1) / 2, (40 / 255 + 1) / 2, (40 / 255 + 1) / 2]
    const inUnits = (pixel: Pixel, unit: number): Pixel => [pixel[0] * unit, pixel[1] * unit, pixel[2] * unit]

    it('let through what lies below, whatever holds it', () => {
      const kinds = (
        [
          ['prores.mov', ['-c:v', 'prores_ks', '-profile:v', '4', '-pix_fmt', 'yuva444p10le'], 3],
          ['eight.png', [...still, '-pix_fmt', 'rgba'], 1.5],
          ['sixteen.png', [...still, '-pix_fmt', 'rgba64be'], 1.5],
          ['ffv1.mkv', [...FFV1, '-pix_fmt', 'yuva444p12le', ...tags('bt709', 'bt709', 'bt709')], 1.5],
          [
            'vp9.webm',
            ['-c:v', 'libvpx-vp9', '-pix_fmt', 'yuva420p', '-crf', '4', '-b:v', '0', '-auto-alt-ref', '0'],
            6,
          ],
          ['vp8.webm', ['-c:v', 'libvpx', '-pix_fmt', 'yuva420p', '-b:v', '4M', '-auto-alt-ref', '0'], 8],
        ] as const
      ).map(([name, encoder, tolerance]) => {
        const matrix = name.startsWith('ffv1') ? ':out_color_matrix=bt709' : ''
        const output = ['-vf', `scale=flags=accurate_rnd${matrix}`, ...encoder]
        return { name, tolerance, source: strip, output }
      })
      footage.shootAll(kinds)
      for (const { name } of kinds) expect([name, footage.video(name).alpha]).toEqual([name, 'straight'])
      const sheet = footage.sheetOf(
        kinds.map(({ name }) => name),
        white,
      )
      for (const format of [SMALL, deep('bt709')]) {
        const unit = format === SMALL ? 1 : 4
        const pictures = footage.frames(sheet, format)
        for (const [i, { tolerance }] of kinds.entries()) {
          const [left, middle, right] = [16, 48, 80].map((x) => sample(pictures[i], format, x))
          near(left!, inUnits(yuv(red, 'bt709', 8), unit), tolerance * unit)
          near(middle!, inUnits(yuv(half, 'bt709', 8), unit), (tolerance + 1) * unit)
          expect(right).toEqual([235 * unit, 128 * unit, 128 * unit])
        }
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
      proven('half.exr', deep('bt709'))
      for (const format of [SMALL, deep('bt709')]) {
        const unit = format === SMALL ? 1 : 4
        const [picture] = footage.frames(footage.sheetOf(['half.exr'], white), format)
        near(sample(picture, format, 48), inUnits(yuv([0.9, 0.75, 0.7], 'bt709', 8), unit), 2 * unit)
      }
    })
  })

  it('of pictures with a palette or grey are read; what a tag cannot mean is refused by name', () => {
    // White and black of every depth are white and black of the film, exactly; 255 is opaque.
    const grey: Shot = {
      name: 'grey.png',
      source: 'color=c=0x808080:s=96x54',
      output: [...still, '-pix_fmt', 'gray16be'],
    }
    footage.shootAll([...edges, grey])
    const names = [...edges, grey].map(({ name }) => name)
    const pictures = footage.frames(footage.sheetOf(names, { kind: 'colour', rgb: '303030' }), deep('bt709'))
    for (const [i, { pixFmt }] of edges.entries()) {
      const [white, black] = [24, 72].map((x) => sample(pictures[i], deep('bt709'), x))
      expect([pixFmt, white, black]).toEqual([pixFmt, [940, 512, 512], [64, 512, 512]])
    }
    near(sample(pictures.at(-1), deep('bt709')), yuv([128 / 255, 128 / 255, 128 / 255], 'bt709', 10), 4)
    const args = [...lavfi('testsrc2=s=96x54:r=25:d=0.1'), ...FFV1, ...tags('ictcp', 'bt2020', 'smpte2084')]
    expect(() => footage.shoot('ictcp.mkv', args)).toThrow('colours with the matrix ictcp')
  })
})
