import type { TextPicture } from '@sheaf/timeline'
import bidiFactory from 'bidi-js'
import type { Font } from 'fontkit'
import type { OutlineStep } from './outline-mask.js'

/** Sizes of a canvas in pixels. */
export interface CanvasSize {
  readonly width: number
  readonly height: number
}

/** Text as outlines on the canvas, and the box of its lines. */
export interface SetText {
  readonly glyphs: readonly (readonly OutlineStep[])[]
  readonly box: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }
  /** Characters that the font has no glyph for. */
  readonly missing: readonly string[]
}

/** Its types speak of a default export; the module is the function itself. */
const bidi = (bidiFactory as unknown as typeof bidiFactory.default)()

/** A piece of a line that runs in one direction, shaped. */
interface ShapedRun {
  readonly glyphs: ReturnType<Font['layout']>['glyphs']
  readonly positions: ReturnType<Font['layout']>['positions']
}
interface ShapedLine {
  readonly runs: readonly ShapedRun[]
  /** In units of the font. */
  readonly width: number
}

/** Breaks, shapes and places the lines of a text. Right-to-left text and mixtures are ordered as they are read. */
export function setLines({ text, style }: TextPicture, font: Font, canvas: CanvasSize): SetText {
  const pixels = style.size * canvas.height
  const scale = pixels / (style.measure === 'line' ? font.ascent - font.descent : font.unitsPerEm)
  const most = (style.maxWidth * canvas.width) / scale
  const lines = text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .flatMap((line) => breakLine(line, font, most))
    .map((line) => shapeLine(line, font))
  const ascent = font.ascent * scale
  const distance = (font.ascent - font.descent + font.lineGap) * scale * style.lineHeight
  const width = Math.max(0, ...lines.map((line) => line.width)) * scale
  const height = (lines.length - 1) * distance + (font.ascent - font.descent) * scale
  const left = style.x * canvas.width - style.anchorX * width
  const top = style.y * canvas.height - style.anchorY * height
  const share = { left: 0, centre: 0.5, right: 1 }[style.align]
  const glyphs = lines.flatMap((line, i) =>
    placeLine(line, { x: left + share * (width - line.width * scale), y: top + ascent + i * distance, scale }),
  )
  return { glyphs, box: { left, top, right: left + width, bottom: top + height }, missing: missingIn(text, font) }
}

/** The characters that are to be seen and have no glyph. */
function missingIn(text: string, font: Font): string[] {
  const seen = [...new Set(text.replace(/[\s\p{Cc}\p{Default_Ignorable_Code_Point}]/gu, ''))]
  return seen.filter((character) => !font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0))
}

/** A line as it is, or broken between words where it would become too wide. */
function breakLine(line: string, font: Font, most: number): string[] {
  const widthOf = (text: string): number => shapeLine(text.trimEnd(), font).width
  if (widthOf(line) <= most) return [line]
  const lines: string[] = []
  let now = ''
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'word' }).segment(line)) {
    // Punctuation stays with the word before it.
    const mayBreak = now !== '' && /[\p{L}\p{N}]/u.test(segment)
    if (mayBreak && widthOf(now + segment) > most) {
      lines.push(now.trimEnd())
      now = ''
    }
    now += now === '' ? segment.trimStart() : segment
  }
  return [...lines, now.trimEnd()]
}

function shapeLine(line: string, font: Font): ShapedLine {
  const runs = visualRuns(line).map(({ text, direction }): ShapedRun =>
    font.layout(text, undefined, undefined, undefined, direction),
  )
  const width = runs.reduce((sum, run) => sum + run.positions.reduce((all, one) => all + one.xAdvance, 0), 0)
  return { runs, width }
}

/** A line's stretches of one direction, in the order in which they stand from left to right. */
function visualRuns(line: string): { readonly text: string; readonly direction: 'ltr' | 'rtl' }[] {
  const clean = line.replace(/\t/g, '    ').replace(/\p{Cc}/gu, '')
  if (clean === '') return []
  const { levels } = bidi.getEmbeddingLevels(clean)
  const runs: { text: string; level: number }[] = []
  for (const [at, level] of levels.entries()) {
    const last = runs.at(-1)
    if (last && last.level === level) last.text += clean.charAt(at)
    else runs.push({ text: clean.charAt(at), level })
  }
  const highest = Math.max(...runs.map(({ level }) => level))
  // Rule L2 of the bidirectional algorithm: from the highest level down, what lies at it or above is turned round.
  for (let level = highest; level >= 1; level--) {
    for (let from = 0; from < runs.length; from++) {
      let to = from
      while ((runs[to]?.level ?? -1) >= level) to++
      if (to > from) runs.splice(from, to - from, ...runs.slice(from, to).reverse())
      from = Math.max(from, to - 1)
    }
  }
  return runs.map(({ text, level }) => ({ text, direction: level % 2 === 1 ? 'rtl' : 'ltr' }))
}

function placeLine(
  { runs }: ShapedLine,
  origin: { readonly x: number; readonly y: number; readonly scale: number },
): OutlineStep[][] {
  const outlines: OutlineStep[][] = []
  const { y, scale } = origin
  let pen = origin.x
  for (const { glyphs, positions } of runs) {
    for (const [i, glyph] of glyphs.entries()) {
      const at = positions[i]
      if (!at) continue
      const place = { x: pen + at.xOffset * scale, y: y - at.yOffset * scale, scale }
      const outline = flatten(glyph.path.commands, place)
      if (outline.length > 0) outlines.push(outline)
      pen += at.xAdvance * scale
    }
  }
  return outlines
}

/** Pieces that a curve is drawn in: at the size of a glyph they are far below a pixel. */
const PIECES = 12

function flatten(
  commands: ShapedRun['glyphs'][number]['path']['commands'],
  place: { readonly x: number; readonly y: number; readonly scale: number },
): OutlineStep[] {
  const steps: OutlineStep[] = []
  let at: readonly [number, number] = [0, 0]
  const put = (kind: 'move' | 'line', [x, y]: readonly [number, number]): void => {
    steps.push({ kind, x: place.x + x * place.scale, y: place.y - y * place.scale })
  }
  for (const { command, args } of commands) {
    const points = pairs(args)
    const end = points.at(-1)
    if (command === 'closePath' || !end) continue
    if (command === 'moveTo' || command === 'lineTo') put(command === 'moveTo' ? 'move' : 'line', end)
    else for (let i = 1; i <= PIECES; i++) put('line', onCurve([at, ...points], i / PIECES))
    at = end
  }
  return steps
}

function pairs(args: readonly number[]): (readonly [number, number])[] {
  return Array.from({ length: args.length / 2 }, (_, i) => [args[2 * i] ?? 0, args[2 * i + 1] ?? 0] as const)
}

/** A point of a Bézier curve, by de Casteljau. */
function onCurve(points: readonly (readonly [number, number])[], share: number): readonly [number, number] {
  const [first = [0, 0] as const, ...rest] = points
  if (rest.length === 0) return first
  const between = rest.map(([x, y], i): readonly [number, number] => {
    const [px, py] = points[i] ?? [x, y]
    return [px + (x - px) * share, py + (y - py) * share]
  })
  return onCurve(between, share)
}
