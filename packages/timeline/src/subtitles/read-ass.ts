import { SheafError } from '@sheaf/protocol'
import { parse, type ParsedASS } from 'ass-compiler'
import type { Notes } from '../model/refusal.js'
import type { TextFrame } from '../model/text.js'
import { textOfPieces } from '../model/text-pieces.js'
import { type AssLine, type AssPlace, readAssLine } from './ass-line.js'
import { assPaint, glyphStyleOf } from './ass-look.js'
import { type AssStyle, assStyles, noteUndrawn } from './ass-style.js'
import { assMoments } from './ass-moments.js'
import { cuePlace, type SubtitleCue } from './cue.js'

type AssEvent = ParsedASS['events']['dialogue'][number]

/** What lines have in common: lengths are counted in the pixels of the script's canvas. */
interface Script {
  readonly width: number
  readonly height: number
  readonly wrap: number
  readonly styles: ReadonlyMap<string, AssStyle>
}

/**
 * Reads SubStation Alpha, old and Advanced: styles, and the tags of its lines for fonts, colours, edges, place,
 * movement and fades. Transformations, drawings, karaoke, clips and turning are refused by name, and can be dropped.
 */
export function readAss(text: string, notes: Notes): SubtitleCue[] {
  const parsed = parseAss(text)
  const script = { ...canvasOf(parsed.info), wrap: wrapOf(parsed.info['WrapStyle']), styles: assStyles(parsed, text) }
  const { styles } = script
  const [first] = styles.values()
  return parsed.events.dialogue.flatMap((event, i): SubtitleCue[] => {
    const where = cuePlace(i + 1, event.Start)
    const style = styles.get(event.Style.replace(/^\*/, '')) ?? styles.get('Default') ?? first
    if (!style) {
      notes.refuse('a subtitle without a style', where)
      return []
    }
    if (style.family === '') notes.refuse('a style that names no font', `the style "${style.name.slice(0, 40)}"`)
    if (event.End <= event.Start) notes.refuse('a subtitle that ends before it begins', where)
    noteEffect(event, where, notes)
    const line = readAssLine(event.Text.raw, { style, styles, wrap: script.wrap, where, notes })
    const cue = cueOf(line, { event, style, script, where, notes })
    if (cue) noteUndrawn(style, notes)
    return cue ? [cue] : []
  })
}

interface LineContext {
  readonly event: AssEvent
  readonly style: AssStyle
  readonly script: Script
  readonly where: string
  readonly notes: Notes
}

function cueOf(line: AssLine, { event, style, script, where, notes }: LineContext): SubtitleCue | undefined {
  const { hasBox } = style
  const { height } = script
  const boxes = new Set(line.runs.map(({ look }) => [look.outline, look.edge, look.shadowX, look.shadowY].join(' ')))
  if (hasBox && boxes.size > 1) notes.refuseOrDrop('a box that changes within a line', where)
  const look = line.runs[0]?.look ?? style
  const frame: TextFrame = {
    ...(hasBox && {
      box: {
        padding: look.outline / height,
        paint: assPaint(look.edge),
        ...((look.shadowX !== 0 || look.shadowY !== 0) && {
          shadow: { x: look.shadowX / height, y: look.shadowY / height, paint: assPaint(look.back) },
        }),
      },
    }),
    lineHeight: 1,
    wrap: WRAPS[line.wrap] ?? 'even',
    ...frameOf(line, { style, script, event }),
  }
  const pieces = line.runs.map((run) => ({ text: run.words, style: glyphStyleOf(run.look, { height, hasBox }) }))
  const text = textOfPieces(pieces, frame)
  if (!text || text.text.trim() === '') return undefined
  const [from, to] = [event.Start, event.End]
  const moments = assMoments(line, { from, to, canvas: script, frame })
  const order = { layer: Number.isFinite(event.Layer) ? event.Layer : 0, isPlaced: line.place !== undefined }
  const moves = line.place?.kind === 'moving' && ({ moves: true } as const)
  return { ...text, ...moves, from, to, ...moments, ...order, where }
}

const WRAPS: readonly TextFrame['wrap'][] = ['even', 'fill', 'none', 'even-last']

/** Other effects than these are notes of whoever wrote the script. */
function noteEffect({ Effect }: AssEvent, where: string, notes: Notes): void {
  if (!Effect || !/^\s*(?:banner|scroll)/i.test(Effect.name)) return
  notes.refuseOrDrop(`the effect ${JSON.stringify(Effect.name.slice(0, 40))}`, where)
}

/** Of the two sizes that a script may leave out, the one follows from the other as players have it. */
function canvasOf(info: ParsedASS['info']): { readonly width: number; readonly height: number } {
  const [width, height] = [lengthOf(info['PlayResX']), lengthOf(info['PlayResY'])]
  if (width !== undefined && height !== undefined) return { width, height }
  if (height !== undefined) return { width: height === 1024 ? 1280 : (height * 4) / 3, height }
  if (width !== undefined) return { width, height: width === 1280 ? 1024 : (width * 3) / 4 }
  return { width: 384, height: 288 }
}

function wrapOf(written: string | undefined): number {
  const value = Number(written ?? 0)
  return [0, 1, 2, 3].includes(value) ? value : 0
}

/** The library takes the square of a line's braces; no editor writes so many. */
const MOST_BRACES = 1000
const LONGEST_LINE = 20_000

function parseAss(text: string): ParsedASS {
  if (text.split(/\r?\n|\r/).some(isExcessive)) throw notAss()
  try {
    const script = parse(text.replace(/^\uFEFF/, ''))
    if (script.events.dialogue.every(isWhole)) return script
  } catch (cause) {
    throw notAss(cause)
  }
  throw notAss()
}

const isExcessive = (line: string): boolean => line.length > LONGEST_LINE || line.split('{').length > MOST_BRACES

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

function lengthOf(value: string | undefined): number | undefined {
  const length = Number(value)
  return length >= 1 && length <= 100_000 ? length : undefined
}

type Place = Pick<TextFrame, 'align' | 'x' | 'y' | 'anchorX' | 'anchorY' | 'maxWidth'>

/** Alignment counts as on a numeric keypad: 1 lower left to 9 upper right. */
function frameOf(
  { alignment, place }: AssLine,
  { style, script, event }: { readonly style: AssStyle; readonly script: Script; readonly event: AssEvent },
): Place {
  const across = (alignment - 1) % 3
  const upwards = Math.floor((alignment - 1) / 3)
  const margin = (own: number, styles: number): number => own || styles
  const left = margin(event.MarginL, style.marginLeft) / script.width
  const right = 1 - margin(event.MarginR, style.marginRight) / script.width
  const upright = margin(event.MarginV, style.marginUpright) / script.height
  const x = [left, (left + right) / 2, right][across] ?? 0.5
  const y = [1 - upright, 0.5, upright][upwards] ?? 1
  const [anchorX, anchorY] = [across / 2, 1 - upwards / 2]
  return {
    align: (['left', 'centre', 'right'] as const)[across] ?? 'centre',
    ...placedAt(place, { x, y, anchorX, anchorY }, script),
    anchorX,
    anchorY,
    maxWidth: Math.max(0.1, right - left),
  }
}

/** How far from the edges of the canvas a text is drawn that its clip then moves: its outline is whole there. */
const INSET = 0.05

function placedAt(
  place: AssPlace | undefined,
  otherwise: { readonly x: number; readonly y: number; readonly anchorX: number; readonly anchorY: number },
  { width, height }: Script,
): { readonly x: number; readonly y: number } {
  if (place?.kind === 'still') return { x: place.x / width, y: place.y / height }
  const inside = (anchor: number): number => INSET + anchor * (1 - 2 * INSET)
  const { x, y, anchorX, anchorY } = otherwise
  return place ? { x: inside(anchorX), y: inside(anchorY) } : { x, y }
}
