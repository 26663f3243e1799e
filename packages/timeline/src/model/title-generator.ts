import type { OtioGeneratorReference } from '../otio/otio-types.js'
import { rgbOf } from './generator.js'
import { type Paint, SUBTITLE_STYLE, textFault, type TextPicture, type TextStyle } from './text.js'

/** A title, no title at all, or why it cannot be made. */
export type TitleReading =
  | { readonly kind: 'title'; readonly picture: TextPicture }
  | { readonly kind: 'other' }
  | { readonly kind: 'refused'; readonly reason: string }

const KINDS: ReadonlySet<string> = new Set(['title', 'text', 'titles', 'texttitle', 'subtitle', 'caption'])

/**
 * Reads a generator that is a title: its `parameters` hold `text` and `font`, and may hold `weight`, `italic`, `size`,
 * `color`, `opacity`, `align`, `x`, `y`, `outline_color`, `outline_width`, `box_color`, `box_opacity`, `box_padding`.
 */
export function titleOf({ generatorKind, name, parameters }: OtioGeneratorReference): TitleReading {
  const kind = (generatorKind || name).toLowerCase().replace(/[^a-z]/g, '')
  if (!KINDS.has(kind)) return { kind: 'other' }
  const { text, font } = parameters
  if (typeof text !== 'string') return { kind: 'refused', reason: 'a title without a text' }
  if (typeof font !== 'string' || font === '') return { kind: 'refused', reason: 'a title that names no font' }
  const picture = { text, style: styleOf(parameters, font) }
  const reason = textFault(picture)
  return reason === undefined ? { kind: 'title', picture } : { kind: 'refused', reason }
}

/** Any length: those that are too large are refused by name. */
const ANY = [0, Infinity] as const

function styleOf(parameters: OtioGeneratorReference['parameters'], family: string): TextStyle {
  const number = (key: string, otherwise: number, [least, most]: readonly [number, number]): number => {
    const value = parameters[key]
    return typeof value === 'number' && value >= least && value <= most ? value : otherwise
  }
  const paint = (key: string, otherwise: string, opacity: number): Paint => ({
    rgb: rgbOf(parameters[key]) ?? otherwise,
    opacity,
  })
  const outline = number('outline_width', 0, ANY)
  const align = (['left', 'right'] as const).find((side) => side === parameters['align']) ?? 'centre'
  return {
    ...SUBTITLE_STYLE,
    font: { family, weight: number('weight', 400, [1, 1000]), italic: parameters['italic'] === true },
    size: number('size', 0.1, ANY),
    paint: paint('color', 'ffffff', number('opacity', 1, [0, 1])),
    outline: outline > 0 ? { width: outline, paint: paint('outline_color', '000000', 1) } : undefined,
    ...(parameters['box_color'] === undefined
      ? {}
      : {
          box: {
            padding: number('box_padding', 0.02, ANY),
            paint: paint('box_color', '000000', number('box_opacity', 1, [0, 1])),
          },
        }),
    align,
    x: number('x', 0.5, [-1, 2]),
    y: number('y', 0.5, [-1, 2]),
    anchorX: { left: 0, centre: 0.5, right: 1 }[align],
    anchorY: 0.5,
  }
}
