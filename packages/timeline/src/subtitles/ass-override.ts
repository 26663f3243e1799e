/** A tag of an override block: `{\pos(1,2)}` is `pos` with `1,2`. */
export interface AssTag {
  readonly name: string
  readonly value: string
}

/** Words of a line, or the tags of one of its override blocks. */
export type AssPart =
  { readonly kind: 'words'; readonly words: string } | { readonly kind: 'tags'; readonly tags: readonly AssTag[] }

/** All tags there are, those first that begin as others do: nothing parts a name from its value. */
const NAMES = [
  ...['xbord', 'ybord', 'xshad', 'yshad', 'alpha', 'iclip', 'blur', 'bord', 'clip', 'fade', 'fscx', 'fscy', 'move'],
  ...['shad', 'fad', 'fax', 'fay', 'frx', 'fry', 'frz', 'fsc', 'fsp', 'org', 'pbo', 'pos'],
  ...['1a', '1c', '2a', '2c', '3a', '3c', '4a', '4c', 'an', 'be', 'fe', 'fn', 'fr', 'fs', 'kf', 'ko', 'kt'],
  ...['K', 'a', 'b', 'c', 'i', 'k', 'p', 'q', 'r', 's', 't', 'u'],
]
const TAG = new RegExp(`^(${NAMES.join('|')})(.*)$`, 's')

/**
 * Takes the text of a line apart. A tag that is none of the format's keeps all that is written as its name; what else
 * stands within braces is a remark. A brace that nothing closes is a character.
 */
export function assParts(text: string): AssPart[] {
  return text.split(/\{([^}]*)\}/).map((part, i): AssPart => {
    return i % 2 === 0 ? { kind: 'words', words: part } : { kind: 'tags', tags: tagsOf(part) }
  })
}

function tagsOf(block: string): AssTag[] {
  const [, ...written] = splitTags(block)
  return written.flatMap((one): AssTag[] => {
    const tag = one.trim()
    if (tag === '') return []
    const [, name, value = ''] = TAG.exec(tag) ?? []
    if (name === undefined) return [{ name: tag.slice(0, 40), value: '' }]
    const inside = /^\((.*?)\)?$/s.exec(value.trim())
    return [{ name, value: (inside?.[1] ?? value).trim() }]
  })
}

/** At backslashes, but not those within parentheses. */
function splitTags(block: string): string[] {
  const parts = ['']
  let depth = 0
  for (const character of block) {
    if (character === '(') depth += 1
    if (character === ')') depth = Math.max(0, depth - 1)
    if (character === '\\' && depth === 0) parts.push('')
    else parts.push((parts.pop() ?? '') + character)
  }
  return parts
}
