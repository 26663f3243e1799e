import stringWidth from 'string-width'

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/**
 * Text that came from elsewhere (names, messages of other machines) made safe for a terminal:
 * control characters and direction marks become `?`, so that nobody moves the cursor or hides a name.
 */
export function safeText(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '?')
}

/** Columns that the text takes on a terminal; styles take none. */
export function textWidth(text: string): number {
  return stringWidth(text)
}

/** Plain text cut to `width` columns, with `…` where something is missing. Emoji and wide letters stay whole. */
export function truncate(text: string, width: number): string {
  if (width <= 0) return ''
  if (textWidth(text) <= width) return text
  let out = ''
  let used = 0
  for (const { segment } of segmenter.segment(text)) {
    const columns = textWidth(segment)
    if (used + columns > width - 1) break
    out += segment
    used += columns
  }
  return `${out}…`
}

/** Plain text cut to `width` columns from its beginning: the end of a path tells more. */
export function truncateStart(text: string, width: number): string {
  if (width <= 0) return ''
  const parts = [...segmenter.segment(text)].map(({ segment }) => segment)
  let used = textWidth(text)
  if (used <= width) return text
  while (used > width - 1) used -= textWidth(parts.shift() ?? ' ')
  return `…${parts.join('')}`
}

/** Plain text cut to `width` columns in its middle: names of one film differ at their end, those of films at their beginning. */
export function truncateMiddle(text: string, width: number): string {
  if (width < 3 || textWidth(text) <= width) return truncate(text, width)
  const end = Math.ceil((width - 1) / 2)
  // Each part without the sign of the cut that it brings.
  const head = truncate(text, width - end).slice(0, -1)
  return `${head}${truncateStart(text, end + 1)}`
}

/** Plain text on lines of at most `width` columns, broken between words, and within those that are longer than a line. */
export function wrapText(text: string, width: number): string[] {
  if (textWidth(text) <= width) return [text]
  const lines: string[] = []
  let line = ''
  for (let word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`
    if (textWidth(joined) <= width) {
      line = joined
      continue
    }
    if (line !== '') lines.push(line)
    while (width > 1 && textWidth(word) > width) {
      const part = truncate(word, width + 1).slice(0, -1) || word.slice(0, 1)
      lines.push(part)
      word = word.slice(part.length)
    }
    line = word
  }
  return [...lines, line]
}

/** Pads with blanks to `width` columns. */
export function padText(text: string, width: number, side: 'left' | 'right' = 'right'): string {
  const blanks = ' '.repeat(Math.max(0, width - textWidth(text)))
  return side === 'right' ? text + blanks : blanks + text
}
