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

/** A text of an edit: `media` names its picture in clips, as the path of a file does. */
export interface TextTarget extends TextPicture {
  readonly media: string
  /** The clips that show it. */
  readonly uses: readonly string[]
}
