import type { TextFrame } from '@sheaf/timeline'
import type { Steps } from './steps.js'

/** A part of a line that is not broken, and the blanks behind it. */
export interface LineWord {
  readonly from: number
  /** Where its blanks begin. */
  readonly to: number
  /** In pixels, without and with its blanks. */
  readonly width: number
  readonly advance: number
}

/** A line of words, as characters [from, to) of its paragraph. */
export interface LineSpan {
  readonly from: number
  readonly to: number
}

/**
 * A paragraph's parts between which it may be broken: at words; punctuation stays with the one before it. In steps, for
 * each of them is shaped to be measured.
 */
export function* wordsOf(text: string, widthOf: (from: number, to: number) => number): Steps<LineWord[]> {
  const starts: number[] = []
  for (const { segment, index } of new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text)) {
    if (starts.length === 0 || /[\p{L}\p{N}]/u.test(segment)) starts.push(index)
  }
  const words: LineWord[] = []
  for (const [i, from] of starts.entries()) {
    const end = starts[i + 1] ?? text.length
    const to = from + text.slice(from, end).trimEnd().length
    const width = widthOf(from, to)
    words.push({ from, to, width, advance: to === end ? width : width + widthOf(to, end) })
    yield
  }
  return words
}

/** Breaks words into lines no wider than `most`, as far as none of them alone is; see `TextFrame.wrap`. */
export function breakLines(words: readonly LineWord[], most: number, wrap: TextFrame['wrap']): LineSpan[] {
  const filled = wrap === 'none' ? [words] : fill(words, most)
  if (filled.length <= 1 || wrap === 'none' || wrap === undefined || wrap === 'fill') return filled.map(spanOf)
  if (wrap === 'even') return evenly(words, most, filled.length).map(spanOf)
  return evenly(backwards(words), most, filled.length)
    .map((line) => [...line].reverse())
    .reverse()
    .map(spanOf)
}

/** The words from the last to the first, each with the blanks that stand before it. */
function backwards(words: readonly LineWord[]): LineWord[] {
  return words
    .map((word, i) => {
      const before = words[i - 1]
      return { ...word, advance: word.width + (before ? before.advance - before.width : 0) }
    })
    .reverse()
}

function fill(words: readonly LineWord[], most: number): LineWord[][] {
  const lines: LineWord[][] = []
  let width = 0
  for (const word of words) {
    const line = lines.at(-1)
    if (line && width + word.width <= most) {
      line.push(word)
      width += word.advance
    } else {
      lines.push([word])
      width = word.advance
    }
  }
  return lines
}

/** Halvings of the width that is sought: far below a pixel at the end. */
const HALVINGS = 16

/** As many lines, of which the widest is as narrow as can be. */
function evenly(words: readonly LineWord[], most: number, lines: number): LineWord[][] {
  let [tooLittle, enough] = [0, most]
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (tooLittle + enough) / 2
    if (fill(words, middle).length <= lines) enough = middle
    else tooLittle = middle
  }
  return fill(words, enough)
}

function spanOf(line: readonly LineWord[]): LineSpan {
  return { from: line[0]?.from ?? 0, to: line.at(-1)?.to ?? 0 }
}
