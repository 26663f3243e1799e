import { SUBTITLE_STYLE, type Paint, textFault, type TextPicture, type TextStyle } from '../model/text.js'
import type { Notes } from '../model/refusal.js'
import { said } from './project-fields.js'
import { cssColour } from '../model/css-colour.js'

/** How a project says that a text looks. Lengths are pixels of its picture. */
export interface StudioTextStyle {
  readonly family: string | undefined
  readonly size: number | undefined
  readonly weight: string | number | undefined
  readonly italic: boolean
  readonly colour: string | undefined
  readonly outline: { readonly colour: string | undefined; readonly width: number } | undefined
  readonly shadow:
    { readonly colour: string | undefined; readonly x: number; readonly y: number; readonly blur: number } | undefined
  readonly box: { readonly colour: string; readonly opacity: number; readonly padding: number } | undefined
  readonly lineHeight: number | undefined
  /** Percent of the picture's width. */
  readonly maxWidth: number | undefined
  readonly align: TextStyle['align']
}

/** Where a text stands: see `TextStyle`. */
export type StudioTextPlace = Pick<TextStyle, 'x' | 'y' | 'anchorX' | 'anchorY'>

/** A font's own distance of lines, as a factor of its size, that style sheets count from. */
const USUAL_LINE = 1.2
/** What Timeline Studio takes when a text names no font. */
const USUAL_FAMILY = 'Arial'
const WEIGHTS: Readonly<Record<string, number>> = {
  thin: 100,
  extralight: 200,
  light: 300,
  lighter: 300,
  normal: 400,
  medium: 500,
  semibold: 600,
  bold: 700,
  bolder: 700,
  extrabold: 800,
  black: 900,
}

/** A text with its style, from one of a project; what its style says and cannot be drawn is noted. */
export function textPicture(
  text: string,
  style: StudioTextStyle,
  of: {
    readonly place: StudioTextPlace
    /** Of the project's picture. */
    readonly height: number
    readonly where: string
    readonly notes: Notes
  },
): TextPicture {
  const { place, height, where, notes } = of
  const paint = (colour: string | undefined, fallback: Paint): Paint => {
    const read = colour === undefined ? fallback : cssColour(colour)
    if (!read) notes.refuseOrDrop(`the colour "${said(colour ?? '')}"`, where)
    return read ?? fallback
  }
  const black = { rgb: '000000', opacity: 1 }
  const { outline, shadow, box } = style
  const boxPaint = box && paint(box.colour, black)
  const drawn: TextStyle = {
    ...SUBTITLE_STYLE,
    ...place,
    font: {
      // A list of families is what a browser falls back along; here a font that is missing is said.
      family: firstFamily(style.family ?? USUAL_FAMILY),
      weight: weightOf(style.weight),
      italic: style.italic,
    },
    size: style.size === undefined ? SUBTITLE_STYLE.size : style.size / height,
    paint: paint(style.colour, SUBTITLE_STYLE.paint),
    outline:
      outline && outline.width > 0 ? { width: outline.width / height, paint: paint(outline.colour, black) } : undefined,
    shadow: shadow && {
      x: shadow.x / height,
      y: shadow.y / height,
      blur: shadow.blur / height,
      paint: paint(shadow.colour, black),
    },
    box:
      box && boxPaint && boxPaint.opacity * box.opacity > 0
        ? { padding: box.padding / height, paint: { ...boxPaint, opacity: boxPaint.opacity * box.opacity } }
        : undefined,
    lineHeight: style.lineHeight === undefined ? 1 : style.lineHeight / USUAL_LINE,
    align: style.align,
    maxWidth: style.maxWidth === undefined ? SUBTITLE_STYLE.maxWidth : style.maxWidth / 100,
  }
  const picture = { text: printable(text), style: drawn }
  const fault = textFault(picture)
  if (fault !== undefined) notes.refuse(fault, where)
  return picture
}

function firstFamily(families: string): string {
  return (families.split(',')[0] ?? '').trim().replace(/^["']|["']$/g, '')
}

function weightOf(weight: string | number | undefined): number {
  if (weight === undefined) return 400
  const number = Number(weight)
  if (Number.isFinite(number)) return Math.min(900, Math.max(100, Math.round(number / 100) * 100))
  return WEIGHTS[String(weight).toLowerCase()] ?? 400
}

/** Lines without characters that no font draws. */
function printable(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, ' ')
}
