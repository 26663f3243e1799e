import { canonicalJson } from '../manifest/canonical-json.js'
import type { GlyphStyle, TextFrame, TextPicture, TextRun } from './text.js'

/** A stretch of a text and how its letters look. */
export interface TextPiece {
  readonly text: string
  readonly style: GlyphStyle
}

/** A text as its stretches, one after another; at least one, which may be empty. */
export function textPieces({ text, style, runs = [] }: TextPicture): TextPiece[] {
  const pieces: TextPiece[] = []
  let at = 0
  const put = (to: number, look: GlyphStyle): void => {
    if (to > at) pieces.push({ text: text.slice(at, to), style: look })
    at = Math.max(at, to)
  }
  for (const run of runs) {
    put(run.from, style)
    put(Math.min(run.to, text.length), run.style)
  }
  put(text.length, style)
  return pieces.length > 0 ? pieces : [{ text, style }]
}

/** The text of these stretches: its style is that of the first one, and those that look otherwise are its runs. */
export function textOfPieces(pieces: readonly TextPiece[], frame: TextFrame): TextPicture | undefined {
  const shown = pieces.filter(({ text }) => text !== '')
  const [first] = shown
  if (!first) return undefined
  const usual = canonicalJson(first.style)
  const runs: TextRun[] = []
  let at = 0
  for (const { text, style } of shown) {
    const [from, to] = [at, at + text.length]
    at = to
    const key = canonicalJson(style)
    if (key === usual) continue
    const last = runs.at(-1)
    if (last?.to === from && canonicalJson(last.style) === key) runs.splice(-1, 1, { ...last, to })
    else runs.push({ from, to, style })
  }
  const text = shown.map((piece) => piece.text).join('')
  return { text, style: { ...first.style, ...frame }, ...(runs.length > 0 && { runs }) }
}

/** The stretches without blanks before the first and behind the last of their words. */
export function trimPieces(pieces: readonly TextPiece[]): TextPiece[] {
  const first = pieces.findIndex(({ text }) => text.trim() !== '')
  const last = pieces.findLastIndex(({ text }) => text.trim() !== '')
  if (first < 0) return []
  return pieces.slice(first, last + 1).map(({ text, style }, i) => {
    const begun = i === 0 ? text.trimStart() : text
    return { text: i === last - first ? begun.trimEnd() : begun, style }
  })
}
