import { type GlyphStyle, textPieces, type TextPicture } from '@sheaf/timeline'
import type { Font } from 'fontkit'
import { breakLines, wordsOf } from './break-lines.js'
import { boxOutline, glyphOutline } from './glyph-outline.js'
import { hasShape } from './has-shape.js'
import type { Box, OutlineStep } from './outline-mask.js'
import { type Paragraph, paragraphsOf, scalesOf, shapeLine, type ShapedStretch, type TypeCase } from './shape-line.js'
import type { Steps } from './steps.js'

/** Sizes of a canvas in pixels. */
export interface CanvasSize {
  readonly width: number
  readonly height: number
}

/** Text as outlines on the canvas, and the box of its lines. */
export interface SetText {
  /** Those that look alike, in the order in which they are first used. */
  readonly layers: readonly SetLayer[]
  readonly box: Box
}

/** Glyphs and lines that are painted in one way. */
export interface SetLayer {
  readonly style: Pick<GlyphStyle, 'paint' | 'outline' | 'shadow'>
  readonly outlines: readonly (readonly OutlineStep[])[]
}

interface SetLine {
  readonly stretches: readonly ShapedStretch[]
  readonly width: number
  /** Of the tallest of its stretches, in pixels: above the base line, below it, and to the next line. */
  readonly ascent: number
  readonly descent: number
  readonly gap: number
}

/**
 * Breaks, shapes and places the lines of a text. Right-to-left text and mixtures are ordered as they are read; what is
 * of different sizes stands on one base line. In steps, as long texts take half a second.
 */
export function* setLines(picture: TextPicture, fontOf: TypeCase['fontOf'], canvas: CanvasSize): Steps<SetText> {
  const { style } = picture
  const typeCase = { fontOf, canvasHeight: canvas.height }
  const lines: SetLine[] = []
  for (const paragraph of paragraphsOf(textPieces(picture))) {
    const wide = (from: number, to: number): number => widthOf(shapeLine(paragraph, from, to, typeCase))
    const spans = breakLines(yield* wordsOf(paragraph.text, wide), style.maxWidth * canvas.width, style.wrap)
    for (const { from, to } of spans.length > 0 ? spans : [{ from: 0, to: 0 }]) {
      lines.push(lineOf(paragraph, shapeLine(paragraph, from, to, typeCase), typeCase))
      yield
    }
  }
  const baselines = baselinesOf(lines, style.lineHeight)
  const width = Math.max(0, ...lines.map((line) => line.width))
  const height = (baselines.at(-1) ?? 0) + (lines.at(-1)?.descent ?? 0)
  const left = style.x * canvas.width - style.anchorX * width
  const top = style.y * canvas.height - style.anchorY * height
  const share = { left: 0, centre: 0.5, right: 1 }[style.align]
  const layers = new Map<string, { style: SetLayer['style']; outlines: OutlineStep[][] }>()
  for (const [i, line] of lines.entries()) {
    placeLine(line, { x: left + share * (width - line.width), y: top + (baselines[i] ?? 0) }, layers)
    yield
  }
  return { layers: [...layers.values()], box: { left, top, right: left + width, bottom: top + height } }
}

/** The characters that are to be seen and that their fonts cannot draw. */
export function missingIn(
  picture: TextPicture,
  fontOf: TypeCase['fontOf'],
): { readonly style: GlyphStyle; readonly characters: readonly string[] }[] {
  return textPieces(picture).flatMap(({ text, style }) => {
    const font = fontOf(style)
    const characters = [...new Set(text)].filter((character) => !hasShape(font, character))
    return characters.length > 0 ? [{ style, characters }] : []
  })
}

const widthOf = (stretches: readonly ShapedStretch[]): number => stretches.reduce((sum, { width }) => sum + width, 0)

function lineOf(
  { pieces }: Paragraph,
  stretches: readonly ShapedStretch[],
  { fontOf, canvasHeight }: TypeCase,
): SetLine {
  const [first] = pieces
  const tall = stretches.map(({ font, scaleY }) => ({ font, scaleY }))
  if (tall.length === 0 && first) {
    const font = fontOf(first.style)
    tall.push({ font, scaleY: scalesOf(first.style, font, canvasHeight).scaleY })
  }
  const greatest = (of: (font: Font) => number): number =>
    Math.max(0, ...tall.map(({ font, scaleY }) => of(font) * scaleY))
  return {
    stretches,
    width: widthOf(stretches),
    ascent: greatest((font) => font.ascent),
    descent: greatest((font) => -font.descent),
    gap: greatest((font) => font.lineGap),
  }
}

/** Of each line, from the upper edge of the first. */
function baselinesOf(lines: readonly SetLine[], lineHeight: number): number[] {
  const baselines: number[] = []
  for (const [i, { ascent }] of lines.entries()) {
    const before = lines[i - 1]
    const at = baselines.at(-1) ?? 0
    baselines.push(before ? at + (before.descent + before.gap + ascent) * lineHeight : ascent)
  }
  return baselines
}

function placeLine(
  { stretches }: SetLine,
  { x, y }: { readonly x: number; readonly y: number },
  layers: Map<string, { style: SetLayer['style']; outlines: OutlineStep[][] }>,
): void {
  let left = x
  for (const stretch of stretches) {
    const { paint, outline, shadow } = stretch.style
    const key = JSON.stringify([paint, outline, shadow])
    const layer = layers.get(key) ?? { style: { paint, outline, shadow }, outlines: [] }
    layers.set(key, layer)
    const { scaleX, scaleY } = stretch
    for (const glyph of stretch.glyphs) {
      const outlined = glyphOutline(glyph.path, { x: left + glyph.x, y: y - glyph.y, scaleX, scaleY })
      if (outlined.length > 0) layer.outlines.push(outlined)
    }
    layer.outlines.push(...linesAlong(stretch, { left, y }))
    left += stretch.width
  }
}

/** Lines below and through a stretch, as its font has them; the usual ones where it says nothing of them. */
function linesAlong(
  { style, font, scaleY, width }: ShapedStretch,
  { left, y }: { readonly left: number; readonly y: number },
): OutlineStep[][] {
  const em = font.unitsPerEm
  const os2 = font['OS/2'] as { readonly yStrikeoutPosition?: number; readonly yStrikeoutSize?: number }
  const lines: { readonly upper: number; readonly thick: number }[] = []
  if (style.underline === true) {
    lines.push({ upper: font.underlinePosition || -0.1 * em, thick: font.underlineThickness || 0.05 * em })
  }
  if (style.strikeOut === true) {
    lines.push({ upper: os2.yStrikeoutPosition || 0.3 * em, thick: os2.yStrikeoutSize || 0.05 * em })
  }
  // Whole pixels at the sides, so that no seam is seen where two stretches meet.
  const [from, to] = [Math.round(left), Math.round(left + width)]
  if (to <= from) return []
  return lines.map(({ upper, thick }) =>
    boxOutline({ left: from, right: to, top: y - upper * scaleY, bottom: y - (upper - thick) * scaleY }),
  )
}
