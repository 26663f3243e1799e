import type { Notes } from '../model/refusal.js'
import { SUBTITLE_STYLE } from '../model/text.js'
import { cuePlace, type SubtitleCue } from './cue.js'

const TIMES = /^\s*((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})\s*-->\s*((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})(.*)$/
const LIKE_TIMES = /^[\s\d:.,]*-->[\s\d:.,]*$/
const MARKUP = /<\/?[a-z][^>]*>|\{\\[^}]*\}/gi
const WHOLLY = /^\s*<(i|b)>([^<]*)<\/\1>\s*$/i

/** What a block without times may begin with in WebVTT; any other text outside of a subtitle is said. */
const HEADS = /^\s*(?:WEBVTT|NOTE|STYLE|REGION)\b/

/**
 * Reads SubRip and WebVTT. Markup of a whole subtitle (`<i>`, `<b>`) is kept; within one, and places in WebVTT, it is
 * left out with one warning. A subtitle begins with its line of times, and holds all up to the next one's number.
 */
export function readSrt(text: string, family: string, notes: Notes): SubtitleCue[] {
  const cues: SubtitleCue[] = []
  let plain = true
  const { hasHead, blocks } = blocksOf(text, notes)
  if (hasHead) notes.warn('text before the first subtitle has no times; it is not shown')
  for (const { times, lines } of blocks) {
    const [from, to] = [secondsOf(times[1] ?? ''), secondsOf(times[2] ?? '')]
    const where = cuePlace(cues.length + 1, from)
    const { words, weight, italic, lost } = unmarked(lines.join('\n').trim())
    plain &&= !lost && (times[3] ?? '').trim() === ''
    if (to <= from) notes.refuse('a subtitle that ends before it begins', where)
    const style = { ...SUBTITLE_STYLE, font: { family, weight, italic } }
    if (words !== '')
      cues.push({ text: words, style, from, to, fadeIn: 0, fadeOut: 0, layer: 0, isPlaced: false, where })
  }
  if (!plain) notes.warn('styles within subtitles, and places that WebVTT gives them, are left out')
  return cues
}

interface Block {
  readonly times: RegExpExecArray
  readonly lines: readonly string[]
}

/** The subtitles of a file, and whether other text stands before them; times that are none are refused. */
function blocksOf(text: string, notes: Notes): { readonly hasHead: boolean; readonly blocks: readonly Block[] } {
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
  const hasHead = paragraphs(before).some((block) => !HEADS.test(block))
  const blocks = starts.map(({ at, times }, i) => {
    const own = lines.slice(at + 1, starts[i + 1]?.from ?? lines.length)
    return { times, lines: isVtt ? withoutRemarks(own) : own }
  })
  return { hasHead, blocks }
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

function unmarked(written: string): {
  readonly words: string
  readonly weight: number
  readonly italic: boolean
  readonly lost: boolean
} {
  const whole = WHOLLY.exec(written)
  const inside = whole?.[2] ?? written
  const words = inside.replace(MARKUP, '').replace(/&(amp|lt|gt|nbsp);/g, (_, name: string) => ENTITIES[name] ?? '')
  const tag = whole?.[1]?.toLowerCase()
  return { words, weight: tag === 'b' ? 700 : 400, italic: tag === 'i', lost: inside.search(MARKUP) !== -1 }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', nbsp: '\u00a0' }

function secondsOf(time: string): number {
  return time
    .replace(',', '.')
    .split(':')
    .reduce((sum, part) => sum * 60 + Number(part), 0)
}
