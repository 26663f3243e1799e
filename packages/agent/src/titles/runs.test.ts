import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type GlyphStyle, SUBTITLE_STYLE, type TextPicture, type TextStyle } from '@sheaf/timeline'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { breakLines, type LineWord } from './break-lines.js'
import { drawTexts } from './draw-texts.js'
import { openFace, readFaces } from './font-library.js'
import { paintText } from './paint-text.js'
import { setLines } from './set-lines.js'
import { atOnce, inTurns } from './steps.js'

const fonts = join(dirname(fileURLToPath(import.meta.resolve('@fontsource/alef/package.json'))), 'files')
const canvas = { width: 160, height: 90 }
const style: TextStyle = {
  ...SUBTITLE_STYLE,
  ...{
    font: { family: 'Alef', weight: 400, italic: false },
    size: 0.3,
    outline: undefined,
    x: 0.5,
    y: 0.5,
    anchorY: 0.5,
  },
}
const red: GlyphStyle = { ...style, paint: { rgb: 'ff0000', opacity: 1 } }

/** Whose pixels are seen, by a letter each: `.` none, `w` white, `r` red, `k` black. */
async function rows(picture: TextPicture, file = 'alef-latin-400-normal.woff2'): Promise<string[]> {
  const [face] = await readFaces([join(fonts, file)])
  if (!face) throw new Error('the test font is not installed')
  const font = await openFace(face, 400)
  const { rgba } = atOnce(paintText(picture, atOnce(setLines(picture, () => font, canvas)), canvas))
  return Array.from({ length: canvas.height }, (_, y) =>
    Array.from({ length: canvas.width }, (__, x) => {
      const [r = 0, g = 0, , a = 0] = rgba.subarray((y * canvas.width + x) * 4)
      return a < 100 ? '.' : g > 128 ? 'w' : r > 128 ? 'r' : 'k'
    }).join(''),
  )
}
const columns = (all: readonly string[], ink: string): { readonly first: number; readonly last: number } => ({
  first: Math.min(...all.map((row) => row.indexOf(ink)).filter((at) => at >= 0)),
  last: Math.max(...all.map((row) => row.lastIndexOf(ink))),
})
const lowest = (all: readonly string[], ink: string): number => all.findLastIndex((row) => row.includes(ink))
const highest = (all: readonly string[], ink: string): number => all.findIndex((row) => row.includes(ink))

describe('a text of several styles', () => {
  it('has each stretch in its own, of different sizes on one base line', async () => {
    const all = await rows({ text: 'xEx', style, runs: [{ from: 1, to: 2, style: { ...red, size: 0.6 } }] })
    expect(columns(all, 'w').first).toBeLessThan(columns(all, 'r').first)
    expect(columns(all, 'w').last).toBeGreaterThan(columns(all, 'r').last)
    expect(Math.abs(lowest(all, 'w') - lowest(all, 'r'))).toBeLessThanOrEqual(1)
    expect(lowest(all, 'r') - highest(all, 'r')).toBeGreaterThan(2 * (lowest(all, 'w') - highest(all, 'w')))
  })

  it('has lines as far apart as the largest letters in them need', async () => {
    const runs = [
      { from: 2, to: 3, style: { ...style, size: 0.2, paint: { rgb: '000000', opacity: 1 } } },
      { from: 3, to: 4, style: { ...red, size: 0.4 } },
    ]
    const all = await rows({ text: 'p\nxE', style: { ...style, size: 0.2 }, runs })
    expect(lowest(all, 'w')).toBeLessThan(highest(all, 'r'))
    expect(Math.abs(lowest(all, 'k') - lowest(all, 'r'))).toBeLessThanOrEqual(1)
  })

  it('reads from right to left across them', async () => {
    const picture = { text: 'אב', style, runs: [{ from: 1, to: 2, style: red }] }
    const all = await rows(picture, 'alef-hebrew-400-normal.woff2')
    expect(columns(all, 'r').last).toBeLessThan(columns(all, 'w').first)
  })

  it('has lines below and through it without a seam, as its font places them', async () => {
    const lined = { ...style, underline: true, strikeOut: true }
    const plain = await rows({ text: 'nnn', style })
    const all = await rows({
      text: 'nnn',
      style: lined,
      runs: [{ from: 1, to: 2, style: { ...lined, ...red, underline: true } }],
    })
    const under = all.slice(lowest(plain, 'w') + 2).find((row) => row.includes('w'))
    expect(under).toMatch(/^\.+w+r+w+\.+$/)
    const middle = (rowsOf: readonly string[]): string[] =>
      rowsOf.slice(highest(plain, 'w') + 2, lowest(plain, 'w') - 2)
    const isWhole = (row: string): boolean => /^\.+[wr]{20,}\.+$/.test(row)
    expect([middle(plain).some(isWhole), middle(all).some(isWhole)]).toEqual([false, true])
  })

  it('lets through what lies below it, not its own outline', async () => {
    const outline = { width: 0.05, paint: { rgb: '000000', opacity: 1 } }
    const hollow = await rows({
      text: 'I',
      style: { ...style, size: 0.9, outline, paint: { rgb: 'ffffff', opacity: 0 } },
    })
    expect(hollow[45]).toMatch(/^\.+k+\.+k+\.+$/)
    const opaque = await rows({ text: 'I', style: { ...style, size: 0.9, outline } })
    expect(opaque[45]).toMatch(/^\.+k+w+k+\.+$/)
  })

  it('is stretched and spaced', async () => {
    const wide = (picture: Partial<GlyphStyle>): Promise<number> =>
      rows({ text: 'nn', style: { ...style, ...picture } }).then(
        (all) => columns(all, 'w').last - columns(all, 'w').first,
      )
    const [plain, stretched, spaced] = [await wide({}), await wide({ stretchX: 2 }), await wide({ spacing: 0.2 })]
    expect(Math.abs(stretched - 2 * plain)).toBeLessThan(4)
    expect(Math.abs(spaced - plain - 18)).toBeLessThan(2)
  })

  it('has the shadow of its box', async () => {
    const box = { padding: 0.1, paint: red.paint, shadow: { x: 0.1, y: 0, paint: { rgb: '000000', opacity: 1 } } }
    const all = await rows({ text: 'n', style: { ...style, box } })
    expect(columns(all, 'k').last - columns(all, 'r').last).toBe(9)
  })

  it('needs a real face for each of them, and all its characters in it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sheaf-runs-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const draw = (more: Partial<TextPicture>): Promise<unknown> => {
      const fontPlaces = ['400', '700'].map((weight) => join(fonts, `alef-latin-${weight}-normal.woff2`))
      const text = { text: 'some words', style, media: '<text 1>', uses: ['subtitle 3'], ...more }
      return drawTexts({ texts: [text], canvas, folder, fontPlaces })
    }
    const slanted = { ...style, font: { ...style.font, italic: true } }
    await expect(draw({ runs: [{ from: 5, to: 10, style: slanted }] })).rejects.toMatchObject({
      code: 'SHEAF_FONT_MISSING',
      message: expect.stringContaining('Alef italic: this family was found only as 400, 700 (subtitle 3)') as string,
      hint: expect.stringContaining('bold and italic faces are files of their own, and never made up') as string,
    })
    const bold = { ...style, font: { ...style.font, weight: 700 } }
    await expect(draw({ text: 'a日', runs: [{ from: 1, to: 2, style: bold }] })).rejects.toThrow(
      'Alef 700 has no "日" (U+65E5): subtitle 3',
    )
    await expect(draw({ runs: [{ from: 5, to: 10, style: bold }] })).resolves.toBeDefined()
    const moving = { moves: true, style: { ...style, maxWidth: 3 } } as const
    await expect(draw({ ...moving, text: 'far too long to be moved' })).rejects.toThrow(
      /subtitle 3: a text that moves, and is larger/,
    )
    await expect(draw({ ...moving, text: 'short' })).resolves.toBeDefined()
  })
})

describe('words', () => {
  const word = (width: number, blank: number, at: number): LineWord => ({
    ...{ from: at * 10, to: at * 10 + 9, width, advance: width + blank },
  })
  const lists = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 9 })), { maxLength: 30 })
    .map((list) => list.map(([width, blank], at) => word(width, blank, at)))
  const widthOf = (words: readonly LineWord[]): number =>
    words.reduce((sum, one, i) => sum + (i === words.length - 1 ? one.width : one.advance), 0)

  it('are broken into as few lines as they need, in their order, none too wide that could be broken', () => {
    fc.assert(
      fc.property(lists, fc.integer({ min: 10, max: 200 }), (words, most) => {
        const linesOf = (wrap: 'fill' | 'even' | 'even-last' | 'none'): LineWord[][] =>
          breakLines(words, most, wrap).map(({ from, to }) => words.filter((one) => one.from >= from && one.to <= to))
        const filled = linesOf('fill')
        expect(linesOf('none')).toHaveLength(1)
        for (const lines of [filled, linesOf('even'), linesOf('even-last')]) {
          expect(lines.flat()).toEqual(words)
          expect(lines).toHaveLength(filled.length)
          for (const line of lines) expect(line.length <= 1 || widthOf(line) <= most).toBe(true)
        }
        const widest = (lines: LineWord[][]): number => Math.max(0, ...lines.map(widthOf))
        expect(widest(linesOf('even'))).toBeLessThanOrEqual(widest(filled))
      }),
    )
  })
})

it('long work lets others have the thread between its steps', async () => {
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => (now += 20))
  onTestFinished(() => void vi.restoreAllMocks())
  let turns = 0
  const count = (): void => void ((turns += 1), (timer = setImmediate(count)))
  let timer = setImmediate(count)
  const seen: number[] = []
  function* work(): Generator<undefined, string> {
    for (let i = 0; i < 6; i++) {
      seen.push(turns)
      yield
    }
    return 'done'
  }
  expect(await inTurns(work())).toBe('done')
  clearImmediate(timer)
  expect(new Set(seen).size).toBeGreaterThanOrEqual(3)
})
