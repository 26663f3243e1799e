import type { GlyphStyle, TextPiece } from '@sheaf/timeline'
import bidiFactory from 'bidi-js'
import type { Font } from 'fontkit'

/** Text between two line ends, without characters that no font draws. */
export interface Paragraph {
  readonly text: string
  /** Its stretches; at least one, which may be empty. */
  readonly pieces: readonly TextPiece[]
  /** Of each character: odd where text runs from right to left. */
  readonly levels: ArrayLike<number>
}

/** A stretch of a line of one style that runs in one direction, shaped. */
export interface ShapedStretch {
  readonly style: GlyphStyle
  readonly font: Font
  readonly glyphs: readonly ShapedGlyph[]
  /** Pixels of a unit of the font, across and upwards. */
  readonly scaleX: number
  readonly scaleY: number
  /** In pixels. */
  readonly width: number
}

/** A glyph and where it lies on the base line, in pixels from the beginning of its stretch. */
export interface ShapedGlyph {
  readonly path: ReturnType<Font['layout']>['glyphs'][number]['path']
  readonly x: number
  readonly y: number
}

/** What setting text needs to know of the canvas and its fonts. */
export interface TypeCase {
  /** In pixels: styles count in canvas heights. */
  readonly canvasHeight: number
  readonly fontOf: (style: GlyphStyle) => Font
}

/** Its types speak of a default export; the module is the function itself. */
const bidi = (bidiFactory as unknown as typeof bidiFactory.default)()

/** A text's paragraphs, tabs as four spaces. */
export function paragraphsOf(pieces: readonly TextPiece[]): Paragraph[] {
  const paragraphs: TextPiece[][] = [[]]
  for (const { text, style } of pieces) {
    for (const [i, line] of text.split(/\r\n|[\n\r\u2028\u2029]/).entries()) {
      if (i > 0) paragraphs.push([])
      const clean = line.replace(/\t/g, '    ').replace(/\p{Cc}/gu, '')
      const last = paragraphs.at(-1)
      // An empty line is as tall as what stands before its end.
      if (clean !== '' || i > 0 || last?.length === 0) last?.push({ text: clean, style })
    }
  }
  return paragraphs.map((all) => {
    const shown = all.filter(({ text }) => text !== '')
    const text = shown.map((piece) => piece.text).join('')
    const levels = text === '' ? [] : bidi.getEmbeddingLevels(text).levels
    return { text, pieces: shown.length > 0 ? shown : all.slice(0, 1), levels }
  })
}

/** Pixels of a unit of the font in this style. */
export function scalesOf(
  style: GlyphStyle,
  font: Font,
  canvasHeight: number,
): { readonly scaleX: number; readonly scaleY: number } {
  const scale = (style.size * canvasHeight) / (style.measure === 'line' ? font.ascent - font.descent : font.unitsPerEm)
  return { scaleX: scale * (style.stretchX ?? 1), scaleY: scale * (style.stretchY ?? 1) }
}

/** Characters [from, to) of a paragraph as one line: its stretches as they stand from left to right. */
export function shapeLine(paragraph: Paragraph, from: number, to: number, typeCase: TypeCase): ShapedStretch[] {
  return visualOrder(stretchesOf(paragraph, from, to)).map((stretch) => shapeStretch(paragraph, stretch, typeCase))
}

interface Stretch {
  readonly from: number
  readonly to: number
  readonly level: number
  readonly style: GlyphStyle
}

function stretchesOf({ pieces, levels }: Paragraph, from: number, to: number): Stretch[] {
  const stretches: Stretch[] = []
  let begin = 0
  for (const { text, style } of pieces) {
    const end = begin + text.length
    let at = Math.max(from, begin)
    while (at < Math.min(to, end)) {
      const level = levels[at] ?? 0
      const start = at
      while (at < Math.min(to, end) && (levels[at] ?? 0) === level) at++
      stretches.push({ from: start, to: at, level, style })
    }
    begin = end
  }
  return stretches
}

/** Rule L2 of the bidirectional algorithm: from the highest level down, what lies at it or above is turned round. */
function visualOrder(stretches: readonly Stretch[]): Stretch[] {
  const runs = [...stretches]
  const highest = Math.max(0, ...runs.map(({ level }) => level))
  for (let level = highest; level >= 1; level--) {
    for (let from = 0; from < runs.length; from++) {
      let to = from
      while ((runs[to]?.level ?? -1) >= level) to++
      if (to > from) runs.splice(from, to - from, ...runs.slice(from, to).reverse())
      from = Math.max(from, to - 1)
    }
  }
  return runs
}

/** Joins letters without being seen itself. */
const JOINER = '\u200d'
const JOINED = /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Nko}\p{Script=Mongolian}]/u

function shapeStretch(
  { text }: Paragraph,
  { from, to, level, style }: Stretch,
  { fontOf, canvasHeight }: TypeCase,
): ShapedStretch {
  const font = fontOf(style)
  const { scaleX, scaleY } = scalesOf(style, font, canvasHeight)
  // Where a style changes within a word of a joined script, its letters keep the forms that they have within it.
  const joins = (at: number): string => (JOINED.test(text.charAt(at - 1)) && JOINED.test(text.charAt(at)) ? JOINER : '')
  const written = joins(from) + text.slice(from, to) + joins(to)
  const run = font.layout(written, undefined, undefined, undefined, level % 2 === 1 ? 'rtl' : 'ltr')
  const spacing = (style.spacing ?? 0) * canvasHeight * (style.stretchX ?? 1)
  const glyphs: ShapedGlyph[] = []
  let pen = 0
  for (const [i, glyph] of run.glyphs.entries()) {
    const at = run.positions[i]
    if (!at || (glyph.codePoints.length === 1 && glyph.codePoints[0] === JOINER.codePointAt(0))) continue
    glyphs.push({ path: glyph.path, x: pen + at.xOffset * scaleX, y: at.yOffset * scaleY })
    // Marks above other letters take no room of their own.
    pen += at.xAdvance * scaleX + (at.xAdvance > 0 ? spacing : 0)
  }
  return { style, font, glyphs, scaleX, scaleY, width: pen }
}
