import { cssColour } from '../model/css-colour.js'
import type { Notes } from '../model/refusal.js'
import type { TextPiece } from '../model/text-pieces.js'
import { assParts, type AssTag } from './ass-override.js'
import { colourClass, elementChange, type LookChange, markupGlyphs, type MarkupLook, plainLook } from './markup-look.js'
import type { VttSheet } from './vtt-sheet.js'
import { oldAlignment } from './old-alignment.js'

/** A text without its markup, and where it says that it stands, as keys lie on a numeric keypad. */
export interface ReadMarkup {
  readonly pieces: readonly TextPiece[]
  readonly alignment: number | undefined
}

/** What reading markup needs of its file. */
export interface MarkupContext {
  readonly family: string
  /** Empty for SubRip. */
  readonly sheet: VttSheet
  readonly isVtt: boolean
  readonly where: string
  readonly notes: Notes
}

/**
 * An element, a time within a text of WebVTT, or a block as SubStation Alpha has them and editors write them here too. A
 * name is read whole or not at all: an element that nothing closes would take the square of its length otherwise.
 */
const MARKUP = /<(\/?)([a-z][a-z0-9]*)(?![a-z0-9])([^<>]*)>|<\d[\d:.]*>|\{(\\[^{}]*)\}/gi

/** Reads the markup within a text of SubRip or WebVTT; what of it cannot be done is noted by name. */
export function readMarkup(text: string, context: MarkupContext): ReadMarkup {
  const reader = new MarkupReader(context)
  let at = 0
  for (const match of text.matchAll(MARKUP)) {
    reader.words(text.slice(at, match.index))
    at = match.index + match[0].length
    const [, slash, name, rest = '', block] = match
    if (block !== undefined) reader.block(block)
    else if (name === undefined) continue
    else if (slash === '/') reader.close(name.toLowerCase())
    else reader.open(name.toLowerCase(), rest, match[0])
  }
  reader.words(text.slice(at))
  return reader
}

/** Elements of WebVTT that change nothing unless a style sheet says so. */
const SILENT: ReadonlySet<string> = new Set(['c', 'v', 'lang'])

class MarkupReader implements ReadMarkup {
  readonly pieces: TextPiece[] = []
  alignment: number | undefined
  readonly #context: MarkupContext
  readonly #open: { readonly name: string; readonly before: MarkupLook }[] = []
  #look: MarkupLook

  constructor(context: MarkupContext) {
    this.#context = context
    this.#look = { ...plainLook(context.family), ...context.sheet.get('') }
  }

  words(written: string): void {
    const text = withoutEntities(written)
    if (text !== '') this.pieces.push({ text, style: markupGlyphs(this.#look) })
  }

  open(name: string, rest: string, written: string): void {
    const change = this.#changeOf(name, rest)
    if (!change) this.#refuse(`the tag ${written.slice(0, 60)}`)
    this.#open.push({ name, before: this.#look })
    this.#look = { ...this.#look, ...change }
  }

  /** Ends the last element of this name, and those that were opened within it. */
  close(name: string): void {
    const at = this.#open.findLastIndex((one) => one.name === name)
    const element = this.#open[at]
    if (!element) return
    this.#look = element.before
    this.#open.length = at
  }

  /** `{\an8}` and the simple ones of its kin, which players of SubRip know. */
  block(written: string): void {
    for (const part of assParts(`{${written}}`)) {
      if (part.kind === 'words') continue
      for (const tag of part.tags) if (!this.#tag(tag)) this.#refuse(`the tag \\${tag.name}`)
    }
  }

  #tag({ name, value }: AssTag): boolean {
    if (name === 'an' || name === 'a') {
      const key = name === 'a' ? oldAlignment(Number(value)) : Number(value)
      if (key === undefined || !Number.isInteger(key) || key < 1 || key > 9) return false
      this.alignment ??= key
      return true
    }
    const what = Object.hasOwn(SWITCHES, name) ? SWITCHES[name] : undefined
    if (what && (value === '0' || value === '1')) {
      this.#look = { ...this.#look, [what]: value === '1' }
      return true
    }
    const bgr = name === 'c' || name === '1c' ? /^&?H([0-9a-f]{6})&?$/i.exec(value)?.[1] : undefined
    const paint = bgr === undefined ? undefined : cssColour(`#${bgr.slice(4)}${bgr.slice(2, 4)}${bgr.slice(0, 2)}`)
    if (paint) this.#look = { ...this.#look, paint }
    return paint !== undefined
  }

  #changeOf(name: string, rest: string): LookChange | undefined {
    const { isVtt, sheet } = this.#context
    if (name === 'font') return this.#fontChange(rest)
    const own = elementChange(name)
    if (!own && !(isVtt && SILENT.has(name))) return undefined
    const classes = isVtt ? (/^[.\w-]+/.exec(rest)?.[0] ?? '').split('.').filter((one) => one !== '') : []
    return Object.assign({ ...own, ...sheet.get(name) }, ...classes.map((one) => this.#classChange(one))) as LookChange
  }

  #classChange(name: string): LookChange | undefined {
    const change = this.#context.sheet.get(`.${name}`) ?? colourClass(name)
    if (!change && name.startsWith('bg_')) this.#refuse(`the background of the class ${name.slice(0, 40)}`)
    return change
  }

  /** `<font color="#ffff00" face="Arial">`, with or without quotes. */
  #fontChange(rest: string): LookChange {
    let change: LookChange = {}
    for (const [, key = '', double, single, bare] of rest.matchAll(
      /([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))/g,
    )) {
      const value = (double ?? single ?? bare ?? '').trim()
      const paint = key.toLowerCase() === 'color' ? cssColour(value) : undefined
      if (paint) change = { ...change, paint }
      else if (key.toLowerCase() === 'face' && value !== '') change = { ...change, family: value }
      else this.#refuse(`${key.slice(0, 20)}="${value.slice(0, 40)}" of <font>`)
    }
    return change
  }

  #refuse(what: string): void {
    this.#context.notes.refuseOrDrop(what, this.#context.where)
  }
}

const SWITCHES: Readonly<Record<string, keyof MarkupLook>> = {
  b: 'bold',
  i: 'italic',
  u: 'underline',
  s: 'strikeOut',
}

const ENTITIES: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', nbsp: '\u00a0', quot: '"', apos: "'" },
  ...{ lrm: '\u200e', rlm: '\u200f', '#39': "'" },
}

const withoutEntities = (text: string): string =>
  text.replace(/&(amp|lt|gt|nbsp|quot|apos|lrm|rlm|#39);/g, (_, name: string) => ENTITIES[name] ?? '')
