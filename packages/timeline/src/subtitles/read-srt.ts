import type { Notes } from '../model/refusal.js'
import { SUBTITLE_STYLE } from '../model/text.js'
import { cuePlace, type SubtitleCue } from './cue.js'

const TIMES = /^\s*((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})\s*-->\s*((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})(.*)$/
const MARKUP = /<\/?[a-z][^>]*>|\{\\[^}]*\}/gi
const WHOLLY = /^\s*<(i|b)>([^<]*)<\/\1>\s*$/i

/**
 * Reads SubRip and WebVTT. Markup of a whole subtitle (`<i>`, `<b>`) is kept; within one, and places in WebVTT, it is
 * left out with one warning. Blocks without times are no subtitles.
 */
export function readSrt(text: string, family: string, notes: Notes): SubtitleCue[] {
  const cues: SubtitleCue[] = []
  let plain = true
  for (const block of text.replace(/\r\n?/g, '\n').split(/\n[ \t]*\n+/)) {
    const lines = block.split('\n')
    const at = lines.findIndex((line) => TIMES.test(line))
    const times = TIMES.exec(lines[at] ?? '')
    if (!times) continue
    const [from, to] = [secondsOf(times[1] ?? ''), secondsOf(times[2] ?? '')]
    const where = cuePlace(cues.length + 1, from)
    const written = lines
      .slice(at + 1)
      .join('\n')
      .trim()
    const { words, weight, italic, lost } = unmarked(written)
    plain &&= !lost && (times[3] ?? '').trim() === ''
    if (to <= from) notes.refuse('a subtitle that ends before it begins', where)
    const style = { ...SUBTITLE_STYLE, font: { family, weight, italic } }
    if (words !== '') cues.push({ text: words, style, from, to, fadeIn: 0, fadeOut: 0, where })
  }
  if (!plain) notes.warn('styles within subtitles, and places that WebVTT gives them, are left out')
  return cues
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
