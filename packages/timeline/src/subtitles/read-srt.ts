import type { Notes } from '../model/refusal.js'
import { SUBTITLE_STYLE, type TextFrame } from '../model/text.js'
import { textOfPieces, trimPieces } from '../model/text-pieces.js'
import { cuePlace, type SubtitleCue } from './cue.js'
import { readMarkup } from './read-markup.js'
import { readVttSheet } from './vtt-sheet.js'

const TIMES = /^\s*((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})\s*-->\s*((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})(.*)$/
const LIKE_TIMES = /^[\s\d:.,]*-->[\s\d:.,]*$/
/** What a block without times may begin with in WebVTT; any other text outside of a subtitle is said. */
const HEADS = /^\s*(?:WEBVTT|NOTE|STYLE|REGION)\b/

/**
 * Reads SubRip and WebVTT with their markup. Places in WebVTT are left out with one warning. A subtitle begins with its
 * line of times, and holds all up to the next one's number.
 */
export function readSrt(text: string, family: string, notes: Notes): SubtitleCue[] {
  const cues: SubtitleCue[] = []
  let hasPlaces = false
  const { before, isVtt, blocks } = blocksOf(text, notes)
  if (paragraphs(before).some((block) => !HEADS.test(block))) {
    notes.warn('text before the first subtitle has no times; it is not shown')
  }
  const sheet = readVttSheet(isVtt ? before : [], notes)
  for (const { times, lines } of blocks) {
    const [from, to] = [secondsOf(times[1] ?? ''), secondsOf(times[2] ?? '')]
    const where = cuePlace(cues.length + 1, from)
    const { pieces, alignment } = readMarkup(lines.join('\n').trim(), { family, sheet, isVtt, where, notes })
    hasPlaces ||= (times[3] ?? '').trim() !== ''
    if (to <= from) notes.refuse('a subtitle that ends before it begins', where)
    const picture = textOfPieces(trimPieces(pieces), frameOf(alignment))
    if (!picture) continue
    cues.push({ ...picture, from, to, opacity: [], motion: [], layer: 0, isPlaced: false, where })
  }
  if (hasPlaces) notes.warn('places that WebVTT gives subtitles are left out')
  return cues
}

/** Where a text stands: in the middle below, or as keys lie on a numeric keypad. */
function frameOf(alignment = 2): TextFrame {
  const across = (alignment - 1) % 3
  const anchorY = 1 - Math.floor((alignment - 1) / 3) / 2
  const { y } = SUBTITLE_STYLE
  return {
    ...FRAME,
    align: (['left', 'centre', 'right'] as const)[across] ?? 'centre',
    x: [(1 - FRAME.maxWidth) / 2, 0.5, (1 + FRAME.maxWidth) / 2][across] ?? 0.5,
    y: anchorY === 0.5 ? 0.5 : anchorY === 0 ? 1 - y : y,
    anchorX: across / 2,
    anchorY,
  }
}

const { lineHeight, maxWidth } = SUBTITLE_STYLE
const FRAME = { lineHeight, maxWidth } as const

interface Block {
  readonly times: RegExpExecArray
  readonly lines: readonly string[]
}

/** The subtitles of a file, and the lines before them; times that are none are refused. */
function blocksOf(
  text: string,
  notes: Notes,
): { readonly before: readonly string[]; readonly isVtt: boolean; readonly blocks: readonly Block[] } {
  const isVtt = /^\uFEFF?WEBVTT\b/.test(text)
  const lines = text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .split('\n')
  const starts = lines.flatMap((line, at) => {
    const times = TIMES.exec(line)
    if (!times && LIKE_TIMES.test(line)) {
      notes.refuse(`times that cannot be read (${JSON.stringify(line.trim().slice(0, 80))})`, `line ${at + 1}`)
    }
    return times ? [{ at, times, from: at - nameLines(lines, at, isVtt) }] : []
  })
  const before = lines.slice(0, starts[0]?.from ?? lines.length)
  const blocks = starts.map(({ at, times }, i) => {
    const own = lines.slice(at + 1, starts[i + 1]?.from ?? lines.length)
    return { times, lines: isVtt ? withoutRemarks(own) : own }
  })
  return { before, isVtt, blocks }
}

/** Lines right before a line of times that only number or name it: a number, or in WebVTT a name after a blank line. */
function nameLines(lines: readonly string[], at: number, isVtt: boolean): number {
  const before = lines[at - 1] ?? ''
  if (/^\s*\d+\s*$/.test(before)) return 1
  const isName = isVtt && before.trim() !== '' && (lines[at - 2] ?? '').trim() === '' && !HEADS.test(before)
  return isName ? 1 : 0
}

const paragraphs = (lines: readonly string[]): string[] =>
  lines
    .join('\n')
    .split(/\n[ \t]*\n+/)
    .filter((block) => block.trim() !== '')

/** Remarks and styles stand in blocks of their own between subtitles. */
function withoutRemarks(lines: readonly string[]): readonly string[] {
  const [first = '', ...rest] = lines.join('\n').split(/\n[ \t]*\n/)
  return [first, ...rest.filter((block) => !HEADS.test(block))].join('\n\n').split('\n')
}

function secondsOf(time: string): number {
  return time
    .replace(',', '.')
    .split(':')
    .reduce((sum, part) => sum * 60 + Number(part), 0)
}
