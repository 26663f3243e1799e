import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pngIndex, SUBTITLE_STYLE, type TextStyle, type TextTarget } from '@sheaf/timeline'
import { execa } from 'execa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { probeMedia } from '../engine/index.js'
import { drawTexts } from './draw-texts.js'
import { chooseFace, type FontFace, openFace, readFaces } from './font-library.js'
import { fontFolders } from './font-folders.js'
import { growMask } from './grow-mask.js'
import { emptyMask, fillOutline } from './outline-mask.js'
import { missingIn, setLines } from './set-lines.js'
import { atOnce } from './steps.js'

/** Alef, a font of Latin and Hebrew; one file for each of the two. */
const fonts = join(dirname(fileURLToPath(import.meta.resolve('@fontsource/alef/package.json'))), 'files')
const latin = ['400', '700'].map((weight) => join(fonts, `alef-latin-${weight}-normal.woff2`))
const canvas = { width: 320, height: 180 }
const style: TextStyle = { ...SUBTITLE_STYLE, font: { family: 'Alef', weight: 400, italic: false }, size: 0.2 }
const target = (text: string, change: Partial<TextStyle> = {}): TextTarget => ({
  text,
  style: { ...style, ...change },
  media: '<text 1>',
  uses: ['track V2 item 1 "title" at 00:00:00:00'],
})

async function draw(texts: readonly TextTarget[], places: readonly string[] = latin): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sheaf-titles-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const paths = await drawTexts({ texts, canvas, folder, fontPlaces: places })
  return paths.get('<text 1>') ?? ''
}

/** Opacity of each pixel, and the colours. */
async function pixels(path: string): Promise<Uint8Array> {
  const args = ['-v', 'error', '-i', path, '-f', 'rawvideo', '-pix_fmt', 'rgba', 'pipe:1']
  return (await execa('ffmpeg', args, { encoding: 'buffer' })).stdout
}

/** The box of what is seen at all. */
function seen(rgba: Uint8Array): { left: number; top: number; right: number; bottom: number; inked: number } {
  const box = { left: canvas.width, top: canvas.height, right: 0, bottom: 0, inked: 0 }
  for (let i = 3; i < rgba.length; i += 4) {
    if ((rgba[i] ?? 0) < 20) continue
    const [x, y] = [((i - 3) / 4) % canvas.width, Math.floor((i - 3) / 4 / canvas.width)]
    box.left = Math.min(box.left, x)
    box.right = Math.max(box.right, x)
    box.top = Math.min(box.top, y)
    box.bottom = Math.max(box.bottom, y)
    box.inked += 1
  }
  return box
}

describe('a text', () => {
  it('is drawn in its colours where its style says, as a picture of the index that is given for it', async () => {
    const path = await draw([target('Hello', { paint: { rgb: 'ff0000', opacity: 1 }, outline: undefined })])
    expect(await probeMedia({ tools: { ffprobe: 'ffprobe' }, path })).toEqual(pngIndex(canvas))
    const rgba = await pixels(path)
    const box = seen(rgba)
    expect((box.left + box.right) / 2).toBeCloseTo(160, -1)
    expect(box.bottom).toBeGreaterThan(140)
    expect(box.bottom).toBeLessThan(175)
    expect(box.inked).toBeGreaterThan(300)
    for (let i = 0; i < rgba.length; i += 4)
      if ((rgba[i + 3] ?? 0) > 0) expect([...rgba.slice(i, i + 3)]).toEqual([255, 0, 0])
  })

  it('that is too large to be drawn is refused before any memory is taken for it', async () => {
    for (const change of [{ size: 50 }, { outline: { width: 278, paint: style.paint } }, { lineHeight: 1e9 }])
      await expect(draw([target('x', change)])).rejects.toMatchObject({ code: 'SHEAF_EDIT_UNSUPPORTED' })
    await expect(draw([target('x'.repeat(2001))])).rejects.toThrow('a text of 2001 characters; 2000 are possible')
  })

  it('that is far taller than the canvas costs no more than what is seen of it', async () => {
    const tall = target('x\n'.repeat(900), { size: 2, lineHeight: 10, anchorY: 0, y: -0.5 })
    expect(seen(await pixels(await draw([tall]))).inked).toBeGreaterThan(1000)
  })

  it('is the same file when it is drawn again', async () => {
    const text = target('Häuser', { shadow: { x: 0.01, y: 0.01, blur: 0.01, paint: { rgb: '000000', opacity: 0.5 } } })
    const [one, two] = [await draw([text]), await draw([text])]
    expect(await readFile(one)).toEqual(await readFile(two))
  })

  it('grows with its outline, its shadow and its box', async () => {
    const plain = seen(await pixels(await draw([target('Ox', { outline: undefined })])))
    const outlined = seen(
      await pixels(await draw([target('Ox', { outline: { width: 0.02, paint: { rgb: '0000ff', opacity: 1 } } })])),
    )
    for (const grown of [plain.left - outlined.left, outlined.right - plain.right]) expect([3, 4]).toContain(grown)
    const shadow = { x: 0.1, y: 0, blur: 0, paint: { rgb: '000000', opacity: 1 } }
    const shaded = seen(await pixels(await draw([target('Ox', { outline: undefined, shadow })])))
    expect([shaded.left, shaded.right - plain.right]).toEqual([plain.left, 18])
    const box = { padding: 0.05, paint: { rgb: '202020', opacity: 1 } }
    const boxed = seen(await pixels(await draw([target('Ox', { outline: undefined, box })])))
    expect(boxed.inked).toBe((boxed.right - boxed.left + 1) * (boxed.bottom - boxed.top + 1))
  })

  it('is broken between words where it would be too wide, and at its line ends', async () => {
    const font = await alef()
    const lines = (text: string): number => {
      const { box } = atOnce(setLines({ text, style }, () => font, canvas))
      return Math.round((box.bottom - box.top) / ((font.ascent - font.descent) * (36 / font.unitsPerEm)))
    }
    expect([lines('one'), lines('one\ntwo'), lines('a title that is far too long for one line')]).toEqual([1, 2, 3])
    const { box } = atOnce(setLines({ text: 'a title that is far too long for one line', style }, () => font, canvas))
    expect(box.right - box.left).toBeLessThanOrEqual(0.9 * canvas.width)
  })

  it('of two directions stands as it is read', async () => {
    const font = await openFace(found(await readFaces([join(fonts, 'alef-hebrew-400-normal.woff2')])), 400)
    const glyphs = (text: string): unknown[] => {
      const set = atOnce(setLines({ text, style: { ...style, align: 'left', x: 0, anchorX: 0 } }, () => font, canvas))
      return set.layers.flatMap(({ outlines }) => outlines).map((steps) => Math.round((steps[0]?.x ?? 0) * 10))
    }
    // Alef lies to the right of bet, although it comes first.
    const [alone] = glyphs('ב')
    expect(glyphs('אב')[0]).toBe(alone)
  })

  it.each(['movie=/etc/passwd', "it's; [out] \\ % %{pts}", 'a:b=c,d', '%d %03d'])(
    'says %j as it is written',
    async (text) => {
      const font = await alef()
      const { box } = atOnce(setLines({ text, style }, () => font, canvas))
      expect(missingIn({ text, style }, () => font)).toEqual([])
      expect(box.right).toBeGreaterThan(box.left)
    },
  )
})

describe('a font', () => {
  it('that is not there is an error with the clips that need it, and never another font', async () => {
    const other = target('x', { font: { family: 'Nowhere Grotesk', weight: 400, italic: false } })
    await expect(draw([other])).rejects.toMatchObject({
      code: 'SHEAF_FONT_MISSING',
      message: expect.stringMatching(/Nowhere Grotesk: no font of this name was found \(track V2 item 1/) as string,
      hint: expect.stringContaining('--font') as string,
    })
    await expect(draw([target('x', { font: { ...style.font, italic: true } })])).rejects.toThrow(
      /Alef italic: this family was found only as 400, 700/,
    )
  })

  it('that lacks a character is an error that names it', async () => {
    await expect(draw([target('日本')], latin)).rejects.toThrow(
      /Alef has no "日" \(U\+65E5\), "本" \(U\+672C\): track V2/,
    )
  })

  it('is chosen by family, weight and slant, or by its full name', () => {
    const face = (weight: number, more: Partial<FontFace> = {}): FontFace => ({
      path: `/${weight}`,
      postscriptName: `Foo-${weight}`,
      families: ['Foo'],
      fullName: `Foo ${weight}`,
      weight: { least: weight, most: weight },
      italic: false,
      normalWidth: true,
      ...more,
    })
    const faces = [
      face(400, { normalWidth: false, path: '/narrow' }),
      face(400),
      face(700),
      face(700, { italic: true, path: '/it' }),
    ]
    const pick = (family: string, weight = 400, italic = false): unknown => {
      const choice = chooseFace(faces, { family, weight, italic })
      return choice.kind === 'found' ? choice.face.path : choice.kind
    }
    expect([pick('foo'), pick(' FOO ', 700), pick('Foo', 700, true), pick('Foo 700')]).toEqual([
      '/400',
      '/700',
      '/it',
      '/700',
    ])
    expect([pick('Foo', 300), pick('Bar'), pick('Foo', 400, true)]).toEqual(['missing', 'missing', 'missing'])
    const variable = [face(400, { weight: { least: 100, most: 900 }, path: '/var' })]
    expect(chooseFace(variable, { family: 'Foo', weight: 650, italic: false })).toMatchObject({
      face: { path: '/var' },
    })
  })

  it('is looked for where each system keeps them', () => {
    const at = (platform: NodeJS.Platform, env = {}): string[] => fontFolders({ platform, home: '/home/u', env })
    expect(at('linux')).toContain('/usr/share/fonts')
    expect(at('darwin')[0]).toContain('Library/Fonts')
    expect(at('win32', { WINDIR: 'D:\\Win' }).at(-1)).toContain('Fonts')
  })
})

describe('coverage', () => {
  it('is exact at any place, also of slanting edges', () => {
    const box = { left: 1.25, top: 2.5, right: 9.75, bottom: 7.25 }
    const sum = (mask: { readonly cover: Float32Array }): number => mask.cover.reduce((all, one) => all + one, 0)
    const rectangle = emptyMask(box)
    fillOutline(rectangle, [
      { kind: 'move', x: box.left, y: box.top },
      { kind: 'line', x: box.right, y: box.top },
      { kind: 'line', x: box.right, y: box.bottom },
      { kind: 'line', x: box.left, y: box.bottom },
    ])
    expect(sum(rectangle)).toBeCloseTo(8.5 * 4.75, 4)
    const triangle = emptyMask(box)
    fillOutline(triangle, [
      { kind: 'move', x: box.left, y: box.bottom },
      { kind: 'line', x: 4, y: box.top },
      { kind: 'line', x: box.right, y: box.bottom },
    ])
    expect(sum(triangle)).toBeCloseTo((8.5 * 4.75) / 2, 4)
    expect(sum(atOnce(growMask(rectangle, 1)))).toBeGreaterThan(sum(rectangle))
  })
})

async function alef(): Promise<Awaited<ReturnType<typeof openFace>>> {
  return openFace(found(await readFaces([join(fonts, 'alef-latin-400-normal.woff2')])), 400)
}

function found(faces: readonly FontFace[]): FontFace {
  const [face] = faces
  if (!face) throw new Error('the test font is not installed')
  return face
}
