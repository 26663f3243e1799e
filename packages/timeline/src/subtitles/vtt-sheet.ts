import type { Notes } from '../model/refusal.js'
import { declaredChange, type LookChange } from './markup-look.js'

/** What the style sheets of a WebVTT file say: of all text (''), of classes (`.loud`) and of elements (`b`). */
export type VttSheet = ReadonlyMap<string, LookChange>

/** Tried only where one can begin: at each character it would take the square of the length of what is no rule. */
const RULE = /(?<=^|[{}])([^{}]*)\{([^{}]*)\}/g

/** Reads the blocks `STYLE` before the first subtitle; what of them cannot be done is noted by name. */
export function readVttSheet(lines: readonly string[], notes: Notes): VttSheet {
  const sheet = new Map<string, LookChange>()
  const written = lines.join('\n').replace(/\/\*[^]*?\*\//g, '')
  const [, ...blocks] = written.split(/^style:?[ \t]*$/im)
  for (const [, selectors = '', declarations = ''] of blocks.join('\n').matchAll(RULE)) {
    for (const selector of selectors.split(',')) {
      const key = keyOf(selector)
      const change = changeOf(declarations, selector.trim(), notes)
      if (key === undefined) notes.refuseOrDrop(`the style of ${JSON.stringify(selector.trim().slice(0, 60))}`, SHEET)
      else sheet.set(key, { ...sheet.get(key), ...change })
    }
  }
  return sheet
}

const SHEET = 'the style sheet'

/** `::cue`, `::cue(.loud)`, `::cue(c.loud)`, `::cue(b)`. */
function keyOf(selector: string): string | undefined {
  const match = /^\s*(?:##\s*)?::cue(?:\(\s*(?:c?(\.[\w-]+)|([bius]))\s*\))?\s*$/i.exec(selector)
  return match ? (match[1] ?? match[2] ?? '') : undefined
}

function changeOf(declarations: string, selector: string, notes: Notes): LookChange {
  let all: LookChange = {}
  for (const declaration of declarations.split(';')) {
    const [property = '', ...value] = declaration.split(':')
    const name = property.trim().toLowerCase()
    if (name === '') continue
    const change = declaredChange(name, value.join(':'))
    if (!change) notes.refuseOrDrop(`"${declaration.trim().slice(0, 60)}" of ${selector.slice(0, 60)}`, SHEET)
    all = { ...all, ...change }
  }
  return all
}
