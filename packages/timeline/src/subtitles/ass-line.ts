import type { Notes } from '../model/refusal.js'
import { type AssLook, lookAfter } from './ass-look.js'
import { assParts, type AssPart, type AssTag } from './ass-override.js'
import type { AssStyle } from './ass-style.js'
import { oldAlignment } from './old-alignment.js'

/** Words of a line and how they look. */
export interface AssRun {
  readonly words: string
  readonly look: AssLook
}

/** A line taken apart: its words with their looks, and what it says of its place and time. */
export interface AssLine {
  readonly runs: readonly AssRun[]
  /** As keys lie on a numeric keypad: 1 lower left to 9 upper right. */
  readonly alignment: number
  readonly place: AssPlace | undefined
  readonly fade: AssFade | undefined
  /** How lines are broken: 0 evenly, 1 filled, 2 not at all, 3 evenly with what is over in the last. */
  readonly wrap: number
}

/** Where a line stands, in the script's pixels; one that moves is at `to` after `toMs`. */
export type AssPlace =
  | { readonly kind: 'still'; readonly x: number; readonly y: number }
  | {
      readonly kind: 'moving'
      readonly from: readonly [number, number]
      readonly to: readonly [number, number]
      /** From the beginning of the line; none: over all of it. */
      readonly fromMs: number | undefined
      readonly toMs: number | undefined
    }

/** `\fad(in,out)`, or `\fade` with three alphas (0 opaque to 255) and the times of the four corners between them. */
export type AssFade =
  | { readonly kind: 'ends'; readonly inMs: number; readonly outMs: number }
  | {
      readonly kind: 'corners'
      readonly alphas: readonly [number, number, number]
      readonly atMs: readonly [number, number, number, number]
    }

/** What reading a line needs of its script. */
export interface AssLineContext {
  readonly style: AssStyle
  readonly styles: ReadonlyMap<string, AssStyle>
  /** The script's `WrapStyle`. */
  readonly wrap: number
  readonly where: string
  readonly notes: Notes
}

/** Reads a line with its tags, wherever in it they stand; what cannot be done is noted by name. */
export function readAssLine(text: string, context: AssLineContext): AssLine {
  const parts = assParts(text)
  const tags = parts.flatMap((part) => (part.kind === 'tags' ? part.tags : []))
  const wrap = wrapOf(tags, context)
  return {
    runs: runsOf(parts, wrap, context),
    alignment: alignmentOf(tags, context),
    place: placeOf(tags, context),
    fade: fadeOf(tags, context),
    wrap,
  }
}

/** Tags about the line as a whole, which are read by themselves. */
const OF_LINE: ReadonlySet<string> = new Set(['an', 'a', 'pos', 'move', 'fad', 'fade', 'q'])
/** Tags that change nothing that is shown: colours of karaoke, code pages, what drawings and turning need. */
const IDLE: ReadonlySet<string> = new Set(['2c', '2a', 'fe', 'pbo', 'org'])
/** Tags that are not done, and that change nothing when their number is nought. */
const IDLE_AT_NOUGHT: ReadonlySet<string> = new Set(['frx', 'fry', 'frz', 'fr', 'fax', 'fay', 'blur', 'be', 'p'])

function runsOf(parts: readonly AssPart[], wrap: number, context: AssLineContext): AssRun[] {
  const { style, where, notes } = context
  const runs: AssRun[] = []
  let own: AssLook = style
  let look = own
  let draws = false
  for (const part of parts) {
    if (part.kind === 'words') {
      const words = draws ? '' : plainWords(part.words, wrap)
      if (words !== '') runs.push({ words, look })
      continue
    }
    for (const tag of part.tags) {
      if (tag.name === 'p') draws = Number(tag.value) > 0
      if (tag.name === 'r') {
        own = resetTo(tag, context)
        look = own
        continue
      }
      const next = lookAfter(tag, own, look)
      if (next === undefined) notes.refuseOrDrop(`the tag \\${tag.name}${said(tag.value)}`, where)
      else if (next !== 'other') look = next
      else if (!isIdle(tag)) notes.refuseOrDrop(`the tag \\${tag.name}`, where)
    }
  }
  return runs
}

const isIdle = ({ name, value }: AssTag): boolean =>
  OF_LINE.has(name) || IDLE.has(name) || (IDLE_AT_NOUGHT.has(name) && Number(value) === 0)

/** `\r` goes back to the style of the line, `\rName` on with another one. */
function resetTo({ value }: AssTag, { style, styles, where, notes }: AssLineContext): AssLook {
  if (value === '') return style
  const other = styles.get(value.replace(/^\*/, ''))
  if (!other) notes.refuseOrDrop(`the tag \\r${said(value)}, which is no style of the file,`, where)
  else if (other.hasBox !== style.hasBox) notes.refuseOrDrop(`a style with ${other.hasBox ? 'a' : 'no'} box`, where)
  return other ?? style
}

const said = (value: string): string => value.slice(0, 40)

/** `\N` ends a line; `\n` does where lines are not broken by themselves, and is a blank elsewhere. */
function plainWords(words: string, wrap: number): string {
  return words
    .replace(/\\N/g, '\n')
    .replace(/\\n/g, wrap === 2 ? '\n' : ' ')
    .replace(/\\h/g, '\u00a0')
}

function wrapOf(tags: readonly AssTag[], { wrap, where, notes }: AssLineContext): number {
  const written = tags.filter(({ name }) => name === 'q').at(-1)
  if (!written || written.value === '') return wrap
  const value = Number(written.value)
  if ([0, 1, 2, 3].includes(value)) return value
  notes.refuseOrDrop(`the tag \\q${said(written.value)}`, where)
  return wrap
}

/** The first of them counts. */
function alignmentOf(tags: readonly AssTag[], { style, where, notes }: AssLineContext): number {
  const tag = tags.find(({ name }) => name === 'an' || name === 'a')
  if (!tag || tag.value === '' || tag.value === '0') return style.alignment
  const value = Number(tag.value)
  const key = tag.name === 'a' ? oldAlignment(value) : value
  if (key !== undefined && Number.isInteger(key) && key >= 1 && key <= 9) return key
  notes.refuseOrDrop(`the tag \\${tag.name}${said(tag.value)}`, where)
  return style.alignment
}

/** The first of them counts. */
function placeOf(tags: readonly AssTag[], { where, notes }: AssLineContext): AssPlace | undefined {
  const tag = tags.find(({ name }) => name === 'pos' || name === 'move')
  if (!tag) return undefined
  const numbers = numbersOf(tag.value)
  const [x, y, toX, toY, fromMs, toMs] = numbers ?? []
  if (tag.name === 'pos' && numbers?.length === 2 && x !== undefined && y !== undefined) return { kind: 'still', x, y }
  const isMove = tag.name === 'move' && (numbers?.length === 4 || numbers?.length === 6)
  if (isMove && x !== undefined && y !== undefined && toX !== undefined && toY !== undefined) {
    // Without a time between them, as without times, it moves as long as the line is seen.
    const hasTimes = fromMs !== undefined && toMs !== undefined && (fromMs > 0 || toMs > 0)
    const [begin, end] = hasTimes ? [Math.min(fromMs, toMs), Math.max(fromMs, toMs)] : []
    return { kind: 'moving', from: [x, y], to: [toX, toY], fromMs: begin, toMs: end }
  }
  notes.refuseOrDrop(`the tag \\${tag.name}(${said(tag.value)})`, where)
  return undefined
}

/** The first of them counts. */
function fadeOf(tags: readonly AssTag[], { where, notes }: AssLineContext): AssFade | undefined {
  const tag = tags.find(({ name }) => name === 'fad' || name === 'fade')
  if (!tag) return undefined
  const numbers = numbersOf(tag.value) ?? []
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0] = numbers
  if (numbers.length === 2 && a >= 0 && b >= 0) return { kind: 'ends', inMs: a, outMs: b }
  const isAlpha = [a, b, c].every((one) => one >= 0 && one <= 255)
  if (numbers.length === 7 && isAlpha && d >= 0 && d <= e && e <= f && f <= g) {
    return { kind: 'corners', alphas: [a, b, c], atMs: [d, e, f, g] }
  }
  notes.refuseOrDrop(`the tag \\${tag.name}(${said(tag.value)})`, where)
  return undefined
}

function numbersOf(value: string): number[] | undefined {
  const numbers = value.split(',').map((one) => (one.trim() === '' ? NaN : Number(one)))
  return numbers.every((one) => Number.isFinite(one) && Math.abs(one) < 1e6) ? numbers : undefined
}
