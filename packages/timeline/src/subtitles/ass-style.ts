import type { ParsedASS } from 'ass-compiler'
import type { Notes } from '../model/refusal.js'
import type { AssLook } from './ass-look.js'
import { oldAlignment } from './old-alignment.js'

/** A style of a script, its numbers read, whichever of the two generations of the format it is written in. */
export interface AssStyle extends AssLook {
  readonly name: string
  /** Whether the edge is a box behind the text instead of an outline. */
  readonly hasBox: boolean
  /** As keys lie on a numeric keypad: 1 lower left to 9 upper right. */
  readonly alignment: number
  readonly marginLeft: number
  readonly marginRight: number
  readonly marginUpright: number
  /** What it asks for that is not drawn. */
  readonly undrawn: readonly string[]
}

type Fields = Readonly<Partial<Record<string, string>>>

/** Fields that change how text looks and are not drawn, with the value at which they change nothing. */
const UNDRAWN = { Angle: 0 } as const

/**
 * The styles of a script by their names. The older generation (`[V4 Styles]`, .ssa files) counts alignment in another
 * way, and its outline has the colour of its shadow (as libass and its specification have it).
 */
export function assStyles(script: ParsedASS, text: string): ReadonlyMap<string, AssStyle> {
  const isOld = /^\s*\[V4 Styles\]/im.test(text)
  const styles = (script.styles.style as readonly Fields[]).map((fields) => styleOf(fields, isOld))
  return new Map(styles.map((style) => [style.name, style]))
}

/** Notes once what a style that is used asks for in vain. */
export function noteUndrawn({ name, undrawn }: AssStyle, notes: Notes): void {
  for (const what of undrawn) notes.refuseOrDrop(what, `the style "${name.slice(0, 40)}"`)
}

function styleOf(fields: Fields, isOld: boolean): AssStyle {
  const number = (key: string, otherwise = 0): number => {
    const value = Number(fields[key] ?? otherwise)
    return Number.isFinite(value) ? value : otherwise
  }
  const back = colourDigits(fields['BackColour'], '00000000')
  const alignment = number('Alignment', 2)
  const key = isOld ? oldAlignment(alignment) : alignment
  return {
    name: (fields['Name'] ?? '').replace(/^\*/, ''),
    family: fields['Fontname'] ?? '',
    size: number('Fontsize', 18),
    weight: number('Bold') === 0 ? 400 : 700,
    italic: number('Italic') !== 0,
    underline: number('Underline') !== 0,
    strikeOut: number('StrikeOut') !== 0,
    stretchX: number('ScaleX', 100),
    stretchY: number('ScaleY', 100),
    spacing: number('Spacing'),
    primary: colourDigits(fields['PrimaryColour'], '00ffffff'),
    edge: isOld ? back : colourDigits(fields['OutlineColour'], '00000000'),
    back,
    hasBox: number('BorderStyle', 1) === 3,
    outline: number('Outline'),
    shadowX: Math.max(0, number('Shadow')),
    shadowY: Math.max(0, number('Shadow')),
    alignment: key !== undefined && key >= 1 && key <= 9 ? Math.floor(key) : 2,
    marginLeft: number('MarginL'),
    marginRight: number('MarginR'),
    marginUpright: number('MarginV'),
    undrawn: Object.entries(UNDRAWN).flatMap(([field, usual]) =>
      number(field, usual) === usual ? [] : [`${field} ${number(field, usual)}`],
    ),
  }
}

/** `&HAABBGGRR`, or the same number in decimal digits, which may be negative, as eight hexadecimal digits. */
function colourDigits(written: string | undefined, otherwise: string): string {
  if (written === undefined || written.trim() === '') return otherwise
  const value = written.trim()
  if (/^-?\d+$/.test(value)) return (Number(value) >>> 0).toString(16).padStart(8, '0')
  return value
    .replace(/[^0-9a-f]/gi, '')
    .padStart(8, '0')
    .slice(-8)
    .toLowerCase()
}
