import { cssColour } from '../model/css-colour.js'
import { type GlyphStyle, type Paint, SUBTITLE_STYLE } from '../model/text.js'

/** How letters look in a file that names no styles: as all do, and what its markup says. */
export interface MarkupLook {
  readonly bold: boolean
  readonly italic: boolean
  readonly underline: boolean
  readonly strikeOut: boolean
  readonly paint: Paint
  readonly family: string
}

/** What something within a text says of its letters. */
export type LookChange = Partial<MarkupLook>

/** As subtitles look of which nothing is said. */
export const plainLook = (family: string): MarkupLook => ({
  ...{ bold: false, italic: false, underline: false, strikeOut: false },
  paint: SUBTITLE_STYLE.paint,
  family,
})

/** A look as the letters of a text have it. */
export function markupGlyphs({ bold, italic, underline, strikeOut, paint, family }: MarkupLook): GlyphStyle {
  const { size, outline } = SUBTITLE_STYLE
  return {
    ...{ size, outline, paint },
    font: { family, weight: bold ? 700 : 400, italic },
    ...(underline && { underline }),
    ...(strikeOut && { strikeOut }),
  }
}

/** What an element says of letters; undefined when it is none of those that say something. */
export function elementChange(name: string): LookChange | undefined {
  return Object.hasOwn(ELEMENTS, name) ? ELEMENTS[name] : undefined
}

const ELEMENTS: Readonly<Record<string, LookChange>> = {
  b: { bold: true },
  strong: { bold: true },
  i: { italic: true },
  em: { italic: true },
  u: { underline: true },
  s: { strikeOut: true },
  strike: { strikeOut: true },
  del: { strikeOut: true },
}

/** What WebVTT's own classes of colours say; undefined for other classes. */
export function colourClass(name: string): LookChange | undefined {
  if (!/^(?:white|lime|cyan|red|yellow|magenta|blue|black)$/.test(name)) return undefined
  const paint = cssColour(name)
  return paint && { paint }
}

/** A declaration of a style sheet as a change of letters; undefined when it cannot be done. */
export function declaredChange(property: string, value: string): LookChange | undefined {
  const said = value.trim().toLowerCase()
  switch (property) {
    case 'color': {
      const paint = cssColour(said)
      return paint && { paint }
    }
    case 'font-style':
      return said === 'italic' || said === 'oblique' || said === 'normal' ? { italic: said !== 'normal' } : undefined
    case 'font-weight':
      return said === 'bold' || said === 'normal' ? { bold: said === 'bold' } : undefined
    case 'text-decoration': {
      const lines = said.split(/\s+/)
      if (!lines.every((line) => ['none', 'underline', 'line-through'].includes(line))) return undefined
      return { underline: lines.includes('underline'), strikeOut: lines.includes('line-through') }
    }
    default:
      return undefined
  }
}
