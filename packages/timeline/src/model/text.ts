/** Text that lies over the picture. Lengths are in canvas heights, positions in canvas widths and heights. */
export interface TextPicture {
  /** Lines end with `\n`; longer ones are broken at words. */
  readonly text: string
  readonly style: TextStyle
}

/** How text looks and where it stands. */
export interface TextStyle {
  readonly font: FontName
  /** Of the font's em square, or of its line from ascent to descent as `measure` says. */
  readonly size: number
  readonly measure?: 'em' | 'line' | undefined
  readonly paint: Paint
  /** Around each glyph, outwards. */
  readonly outline?: { readonly width: number; readonly paint: Paint } | undefined
  readonly shadow?: { readonly x: number; readonly y: number; readonly blur: number; readonly paint: Paint } | undefined
  /** A box behind all lines, so much wider than they are. */
  readonly box?: { readonly padding: number; readonly paint: Paint } | undefined
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
export const TEXT_LIMITS = { characters: 2000, size: 2, edge: 0.1, padding: 0.5, leastLine: 0.1, mostLine: 10 } as const

/** What of a text is beyond {@link TEXT_LIMITS}, for people; undefined when it can be drawn. */
export function textFault({ text, style }: TextPicture): string | undefined {
  const { size, outline, shadow, box, lineHeight } = style
  const { characters, edge, padding, leastLine, mostLine } = TEXT_LIMITS
  if (text.length > characters) return `a text of ${text.length} characters; ${characters} are possible`
  if (!(size > 0 && size <= TEXT_LIMITS.size)) return tooLarge('a size of text', size, TEXT_LIMITS.size)
  const lengths: readonly (readonly [string, number | undefined, number])[] = [
    ['an outline', outline?.width, edge],
    ['the distance of a shadow', shadow && Math.max(Math.abs(shadow.x), Math.abs(shadow.y)), edge],
    ['the blur of a shadow', shadow?.blur, edge],
    ['the margin of a box', box?.padding, padding],
  ]
  for (const [what, length = 0, most] of lengths) {
    if (!(length >= 0 && length <= most)) return tooLarge(what, length, most)
  }
  if (lineHeight >= leastLine && lineHeight <= mostLine) return undefined
  return `lines ${lineHeight} times as far apart as usual; ${leastLine} to ${mostLine} times are possible`
}

const tooLarge = (what: string, length: number, most: number): string =>
  `${what} of ${Number(length.toPrecision(3))} heights of the picture; up to ${most} is possible`

/** A text of an edit: `media` names its picture in clips, as the path of a file does. */
export interface TextTarget extends TextPicture {
  readonly media: string
  /** The clips that show it. */
  readonly uses: readonly string[]
}
