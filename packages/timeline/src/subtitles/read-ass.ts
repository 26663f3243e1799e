import { SheafError } from '@sheaf/protocol'
import { parse, type ParsedASS } from 'ass-compiler'
import type { Notes } from '../model/refusal.js'
import type { Paint, TextStyle } from '../model/text.js'
import { type AssStyle, assStyles, noteUndrawn, oldAlignment } from './ass-style.js'
import { cuePlace, type SubtitleCue } from './cue.js'

type AssEvent = ParsedASS['events']['dialogue'][number]

/** Those tags that are read; the library's own type of them does not resolve. */
interface AssTags {
  readonly a?: number
  readonly an?: number
  readonly b?: number
  readonly i?: number
  readonly fn?: string
  readonly fs?: string
  readonly pos?: readonly [number, number]
  readonly fad?: readonly [number, number]
  readonly c1?: string
  readonly c3?: string
  readonly c4?: string
  readonly a1?: string
  readonly a3?: string
  readonly a4?: string
  readonly alpha?: string
  readonly bord?: number
  readonly shad?: number
}

/** The size of the script's canvas, in which its lengths are counted. */
interface Script {
  readonly width: number
  readonly height: number
}

/** Tags that are read at the beginning of a line; all others are named. */
const KNOWN = new Set([
  'a',
  'an',
  'b',
  'i',
  'fn',
  'fs',
  'pos',
  'fad',
  'c1',
  'c3',
  'c4',
  'a1',
  'a3',
  'a4',
  'alpha',
  'bord',
  'shad',
])

/**
 * Reads SubStation Alpha, old and Advanced: styles and, at the beginning of a line, tags for place, font, colours and fades.
 * Movement, drawings, karaoke, clips and styles that change within a line are refused by name, and can be dropped.
 */
export function readAss(text: string, notes: Notes): SubtitleCue[] {
  const script = parseAss(text)
  const canvas = { width: lengthOf(script.info['PlayResX'], 384), height: lengthOf(script.info['PlayResY'], 288) }
  const styles = assStyles(script, text)
  const [first] = styles.values()
  return script.events.dialogue.flatMap((event, i): SubtitleCue[] => {
    const where = cuePlace(i + 1, event.Start)
    const style = styles.get(event.Style.replace(/^\*/, '')) ?? styles.get('Default') ?? first
    if (!style) {
      notes.refuse('a subtitle without a style', where)
      return []
    }
    if (style.family === '') notes.refuse('a style that names no font', `the style "${style.name.slice(0, 40)}"`)
    const tags = tagsOf(event, where, notes)
    const words = wordsOf(event)
    if (event.End <= event.Start) notes.refuse('a subtitle that ends before it begins', where)
    if (words.trim() === '') return []
    noteUndrawn(style, notes)
    const [fadeIn = 0, fadeOut = 0] = (tags.fad ?? [0, 0]).map((millis) => millis / 1000)
    const order = { layer: Number.isFinite(event.Layer) ? event.Layer : 0, isPlaced: tags.pos !== undefined }
    const look = styleOf(style, tags, { canvas, event })
    return [{ text: words, style: look, from: event.Start, to: event.End, fadeIn, fadeOut, ...order, where }]
  })
}

function parseAss(text: string): ParsedASS {
  try {
    const script = parse(text.replace(/^\uFEFF/, ''))
    if (script.events.dialogue.every(isWhole)) return script
  } catch (cause) {
    throw notAss(cause)
  }
  throw notAss()
}

/** A line may be cut off, and the script may leave out what its lines are made of: the library then leaves fields out. */
function isWhole(event: Partial<AssEvent>): boolean {
  const { Start, End, Style, Text } = event
  return Number.isFinite(Start) && Number.isFinite(End) && Style !== undefined && Text !== undefined
}

function notAss(cause?: unknown): SheafError {
  return new SheafError({
    code: 'SHEAF_EDIT_INVALID',
    message: 'the subtitles cannot be read as SubStation Alpha',
    hint: 'Save them again in an editor of subtitles, as .ass or .srt.',
    cause,
  })
}

const lengthOf = (value: string | undefined, otherwise: number): number => {
  const length = Number(value)
  return length >= 1 && length <= 100_000 ? length : otherwise
}

/** The tags at the beginning of a line; what cannot be done is noted. */
function tagsOf({ Text, Effect }: AssEvent, where: string, notes: Notes): AssTags {
  const [head, ...rest] = Text.parsed
  const tags = Object.assign({}, ...((head?.tags ?? []) as readonly AssTags[])) as AssTags
  const named = new Set(Object.keys(tags).filter((key) => !KNOWN.has(key)))
  if (Text.parsed.some(({ drawing }) => drawing.length > 0)) named.add('p')
  for (const key of [...named].sort()) notes.refuseOrDrop(`the tag \\${key}`, where)
  if (rest.some(({ tags: later, text }) => later.length > 0 && text !== '')) {
    notes.refuseOrDrop('a style that changes within a line', where)
  }
  if (Effect) notes.refuseOrDrop(`the effect ${JSON.stringify(Effect.name.slice(0, 40))}`, where)
  return tags
}

function wordsOf({ Text }: AssEvent): string {
  const words = Text.parsed.map(({ text, drawing }) => (drawing.length > 0 ? '' : text)).join('')
  return words.replace(/\\N/g, '\n').replace(/\\n/g, ' ').replace(/\\h/g, '\u00a0')
}

function styleOf(
  style: AssStyle,
  tags: AssTags,
  { canvas, event }: { readonly canvas: Script; readonly event: AssEvent },
): TextStyle {
  const number = (value: unknown, otherwise: number): number =>
    Number.isFinite(Number(value)) ? Number(value) : otherwise
  const down = (value: number): number => value / canvas.height
  const outline = tags.bord ?? style.outline
  const shadow = tags.shad ?? style.shadow
  const edge = paintOf(style.edge, tags.c3, tags.a3 ?? tags.alpha)
  const bold = tags.b ?? (style.bold ? 1 : 0)
  return {
    font: {
      family: (tags.fn ?? style.family).replace(/^@/, ''),
      weight: bold === 0 ? 400 : 700,
      italic: tags.i === undefined ? style.italic : tags.i !== 0,
    },
    size: down(number(tags.fs, style.size)),
    measure: 'line',
    paint: paintOf(style.primary, tags.c1, tags.a1 ?? tags.alpha),
    ...(style.hasBox
      ? { box: { padding: down(outline), paint: edge } }
      : { outline: { width: down(outline), paint: edge } }),
    ...(shadow > 0 && {
      shadow: {
        x: down(shadow),
        y: down(shadow),
        blur: 0,
        paint: paintOf(style.back, tags.c4, tags.a4 ?? tags.alpha),
      },
    }),
    lineHeight: 1,
    ...placeOf(tags, { style, canvas, event }),
  }
}

type Place = Pick<TextStyle, 'align' | 'x' | 'y' | 'anchorX' | 'anchorY' | 'maxWidth'>

/** Alignment counts as on a numeric keypad: 1 lower left to 9 upper right. */
function placeOf(
  tags: AssTags,
  { style, canvas, event }: { readonly style: AssStyle; readonly canvas: Script; readonly event: AssEvent },
): Place {
  const key = tags.an ?? oldAlignment(tags.a ?? 0) ?? style.alignment
  const across = (key - 1) % 3
  const upwards = Math.floor((key - 1) / 3)
  const margin = (own: number, styles: number): number => own || styles
  const left = margin(event.MarginL, style.marginLeft) / canvas.width
  const right = 1 - margin(event.MarginR, style.marginRight) / canvas.width
  const upright = margin(event.MarginV, style.marginUpright) / canvas.height
  const x = [left, (left + right) / 2, right][across] ?? 0.5
  const y = [1 - upright, 0.5, upright][upwards] ?? 1
  return {
    align: (['left', 'centre', 'right'] as const)[across] ?? 'centre',
    x: tags.pos ? tags.pos[0] / canvas.width : x,
    y: tags.pos ? tags.pos[1] / canvas.height : y,
    anchorX: across / 2,
    anchorY: 1 - upwards / 2,
    maxWidth: Math.max(0.1, right - left),
  }
}

/** `AABBGGRR`, its alpha counting from opaque to transparent; tags say colour and alpha each by themselves. */
function paintOf(written: string, colour: string | undefined, alpha: string | undefined): Paint {
  const bgr = (colour ?? written.slice(2)).padStart(6, '0').slice(-6).toLowerCase()
  const clear = Number.parseInt(alpha ?? written.slice(0, 2), 16)
  const rgb = `${bgr.slice(4)}${bgr.slice(2, 4)}${bgr.slice(0, 2)}`
  return { rgb: /^[0-9a-f]{6}$/.test(rgb) ? rgb : 'ffffff', opacity: 1 - (Number.isNaN(clear) ? 0 : clear) / 255 }
}
