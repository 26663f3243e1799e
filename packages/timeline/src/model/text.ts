/** Text that lies over the picture. Lengths are in canvas heights, positions in canvas widths and heights. */
export interface TextPicture {
  /** Lines end with `\n`; longer ones are broken at words. */
  readonly text: string
  readonly style: TextStyle
  /** Stretches whose letters look otherwise than `style` says, in rising order, none over another. */
  readonly runs?: readonly TextRun[] | undefined
  /** Its clip moves it, so all of it must lie within the canvas where it is drawn; what does not is an error. */
  readonly moves?: true | undefined
}

/** The characters [from, to) of a text, counted as a string counts them. */
export interface TextRun {
  readonly from: number
  readonly to: number
  readonly style: GlyphStyle
}

/** How text looks and where it stands. */
export interface TextStyle extends GlyphStyle, TextFrame {}

/** How letters look. */
export interface GlyphStyle {
  readonly font: FontName
  /** Of the font's em square, or of its line from ascent to descent as `measure` says. */
  readonly size: number
  readonly measure?: 'em' | 'line' | undefined
  readonly paint: Paint
  /** Around each glyph, outwards; not behind it where it is not opaque. */
  readonly outline?: { readonly width: number; readonly paint: Paint } | undefined
  readonly shadow?: { readonly x: number; readonly y: number; readonly blur: number; readonly paint: Paint } | undefined
  /** Lines below and through, where and as thick as the font says. */
  readonly underline?: boolean | undefined
  readonly strikeOut?: boolean | undefined
  /** So many times as wide and as tall as the font has them; 1 without. */
  readonly stretchX?: number | undefined
  readonly stretchY?: number | undefined
  /** Added behind each letter; below 0 they move closer. */
  readonly spacing?: number | undefined
}

/** Where text stands, and what all of it has in common. */
export interface TextFrame {
  /** A box behind all lines, so much wider than they are, and the shadow that it throws. */
  readonly box?:
    | {
        readonly padding: number
        readonly paint: Paint
        readonly shadow?: { readonly x: number; readonly y: number; readonly paint: Paint } | undefined
      }
    | undefined
  /** From one line to the next, as a factor of the font's own distance. */
  readonly lineHeight: number
  /** How lines stand to each other. */
  readonly align: 'left' | 'centre' | 'right'
  /** The point of the canvas, from its upper left corner … */
  readonly x: number
  readonly y: number
  /** … and the point of the text that comes to lie there: 0 its left or upper edge, 1 its right or lower one. */
  readonly anchorX: number
  readonly anchorY: number
  /** How wide lines may become before they are broken. */
  readonly maxWidth: number
  /**
   * How they are broken: each filled first (also without this), all about as wide as each other, the same with what is
   * over in the last one, or not at all.
   */
  readonly wrap?: 'fill' | 'even' | 'even-last' | 'none' | undefined
}

/** A font as an edit names it: the file is found when the job is submitted, and never another one taken. */
export interface FontName {
  /** Family, full name or PostScript name. */
  readonly family: string
  /** 100 to 900; 400 is regular, 700 bold. */
  readonly weight: number
  readonly italic: boolean
}

/** A colour of eight bits each of sRGB, `1f2e3d`, and how much of it is seen, 0 to 1. */
export interface Paint {
  readonly rgb: string
  readonly opacity: number
}

/** White, in the middle near the lower edge, with a thin black outline: as subtitles look. They name their font. */
export const SUBTITLE_STYLE: Omit<TextStyle, 'font'> = {
  size: 0.05,
  paint: { rgb: 'ffffff', opacity: 1 },
  outline: { width: 0.003, paint: { rgb: '000000', opacity: 1 } },
  lineHeight: 1,
  align: 'centre',
  x: 0.5,
  y: 0.94,
  anchorX: 0.5,
  anchorY: 1,
  maxWidth: 0.9,
}

/** How large texts may be: far more than is of use, and few enough pixels to be drawn. Lengths are in canvas heights. */
export const TEXT_LIMITS = {
  characters: 2000,
  runs: 200,
  size: 2,
  edge: 0.1,
  padding: 0.5,
  leastLine: 0.1,
  mostLine: 10,
  leastStretch: 0.01,
  mostStretch: 10,
} as const

/** What of a text is beyond {@link TEXT_LIMITS}, for people; undefined when it can be drawn. */
export function textFault({ text, style, runs = [] }: TextPicture): string | undefined {
  const { box, lineHeight } = style
  const { characters, padding, edge, leastLine, mostLine } = TEXT_LIMITS
  if (text.length > characters) return `a text of ${text.length} characters; ${characters} are possible`
  if (runs.length > TEXT_LIMITS.runs) {
    return `a text whose style changes ${runs.length} times; ${TEXT_LIMITS.runs} times are possible`
  }
  for (const one of [style, ...runs.map((run) => run.style)]) {
    const fault = glyphFault(one)
    if (fault !== undefined) return fault
  }
  const shadow = box?.shadow
  const fault =
    lengthFault('the margin of a box', box?.padding ?? 0, padding) ??
    lengthFault('the distance of a shadow', shadow ? Math.max(Math.abs(shadow.x), Math.abs(shadow.y)) : 0, edge)
  if (fault !== undefined) return fault
  if (lineHeight >= leastLine && lineHeight <= mostLine) return undefined
  return `lines ${lineHeight} times as far apart as usual; ${leastLine} to ${mostLine} times are possible`
}

function glyphFault({ size, outline, shadow, spacing = 0, ...style }: GlyphStyle): string | undefined {
  const { edge, leastStretch, mostStretch } = TEXT_LIMITS
  for (const stretch of [style.stretchX ?? 1, style.stretchY ?? 1]) {
    if (stretch >= leastStretch && stretch <= mostStretch) continue
    return `letters stretched ${stretch} times; ${leastStretch} to ${mostStretch} times are possible`
  }
  return (
    (size > 0 ? undefined : tooLarge('a size of text', size, TEXT_LIMITS.size)) ??
    lengthFault('a size of text', size * (style.stretchY ?? 1), TEXT_LIMITS.size) ??
    lengthFault('an outline', outline?.width ?? 0, edge) ??
    lengthFault('the distance of a shadow', shadow ? Math.max(Math.abs(shadow.x), Math.abs(shadow.y)) : 0, edge) ??
    lengthFault('the blur of a shadow', shadow?.blur ?? 0, edge) ??
    lengthFault('the space between letters', Math.abs(spacing), TEXT_LIMITS.size)
  )
}

const lengthFault = (what: string, length: number, most: number): string | undefined =>
  length >= 0 && length <= most ? undefined : tooLarge(what, length, most)

const tooLarge = (what: string, length: number, most: number): string =>
  `${what} of ${Number(length.toPrecision(3))} heights of the picture; up to ${most} is possible`

/** A text of an edit: `media` names its picture in clips, as the path of a file does. */
export interface TextTarget extends TextPicture {
  readonly media: string
  /** The clips that show it. */
  readonly uses: readonly string[]
}
