import { SheafError, type SheafErrorCode } from '@sheaf/protocol'

/** A JSON value as OpenTimelineIO writes it: also NaN and infinities, and integers of any size. */
export type JsonValue = null | boolean | number | bigint | string | JsonArray | JsonObject
/** An array of JSON values. */
export type JsonArray = readonly JsonValue[]
/** An object; it has no prototype, so a key such as `__proto__` is a key like any other. */
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined
}

/** A value with the place of each of its objects in the text. */
export interface JsonDocument {
  readonly value: JsonValue
  /** "line 3, column 14" of an object that belongs to this document. */
  readonly placeOf: (object: JsonObject) => string
}

/** What a document may hold before it is refused. */
export const JSON_LIMITS = { depth: 200, characters: 256 * 1024 * 1024 } as const

/**
 * Reads the JSON that OpenTimelineIO writes: plain JSON, with the bare words `NaN`, `Inf`,
 * `Infinity` (and a minus before them), integers beyond 2^53 (as bigint), and a byte order mark.
 * Throws SHEAF_EDIT_NOT_JSON or SHEAF_EDIT_TOO_DEEP with line and column.
 */
export function readJson(text: string): JsonDocument {
  const reader = new JsonReader(text)
  const value = reader.document()
  const lineStarts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1)
  return {
    value,
    placeOf: (object) => describePlace(lineStarts, reader.offsets.get(object) ?? 0),
  }
}

/** Whether the value is an object (no array, not null). */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const WORDS: ReadonlyMap<string, JsonValue> = new Map<string, JsonValue>([
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', Number.NaN],
  ['nan', Number.NaN],
  ['-NaN', Number.NaN],
  ['-nan', Number.NaN],
  ['Inf', Number.POSITIVE_INFINITY],
  ['inf', Number.POSITIVE_INFINITY],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Inf', Number.NEGATIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}
const BLANKS = /[ \t\r\n]*/y
const PLAIN = /[^"\\\u0000-\u001f]*/y
const NUMBER = /-?\d+(\.\d+)?([eE][+-]?\d+)?/y
const WORD = /-?[A-Za-z]+/y
/** Far above any integer that means something, and cheap to convert. */
const MAX_INTEGER_DIGITS = 1000

class JsonReader {
  readonly offsets = new WeakMap<JsonObject, number>()
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): JsonValue {
    if (this.#text.length > JSON_LIMITS.characters) this.#fail('the file is too large')
    if (this.#text.startsWith('\uFEFF')) this.#at = 1
    this.#skip()
    if (this.#at === this.#text.length) this.#fail('the file is empty')
    const value = this.#value(1)
    this.#skip()
    if (this.#at < this.#text.length) this.#fail(`expected the end, found ${this.#found()}`)
    return value
  }

  #value(depth: number): JsonValue {
    if (depth > JSON_LIMITS.depth) {
      this.#fail(`more than ${JSON_LIMITS.depth} levels deep`, 'SHEAF_EDIT_TOO_DEEP')
    }
    const next = this.#text[this.#at]
    if (next === '{') return this.#object(depth)
    if (next === '[') return this.#array(depth)
    if (next === '"') return this.#string()
    return this.#number() ?? this.#word()
  }

  #object(depth: number): JsonObject {
    const start = this.#at++
    const object = Object.create(null) as Record<string, JsonValue>
    this.offsets.set(object, start)
    this.#skip()
    if (this.#take('}')) return object
    for (;;) {
      this.#skip()
      if (this.#text[this.#at] !== '"') this.#fail(`expected a key in quotes, found ${this.#found()}`)
      const key = this.#string()
      this.#skip()
      if (!this.#take(':')) this.#fail(`expected ":" after the key "${key}", found ${this.#found()}`)
      this.#skip()
      object[key] = this.#value(depth + 1)
      this.#skip()
      if (this.#take('}')) return object
      if (!this.#take(',')) this.#fail(`expected "," or "}", found ${this.#found()}`)
    }
  }

  #array(depth: number): JsonArray {
    this.#at++
    const array: JsonValue[] = []
    this.#skip()
    if (this.#take(']')) return array
    for (;;) {
      this.#skip()
      array.push(this.#value(depth + 1))
      this.#skip()
      if (this.#take(']')) return array
      if (!this.#take(',')) this.#fail(`expected "," or "]", found ${this.#found()}`)
    }
  }

  #string(): string {
    this.#at++
    let out = ''
    for (;;) {
      out += this.#match(PLAIN) ?? ''
      const next = this.#text[this.#at]
      if (next === '"') {
        this.#at++
        return out
      }
      if (next !== '\\') {
        this.#fail(next === undefined ? 'a text is not closed' : 'a control character in a text')
      }
      this.#at++
      out += this.#escape()
    }
  }

  #escape(): string {
    const letter = this.#text[this.#at] ?? ''
    const plain = ESCAPES[letter]
    if (plain !== undefined) {
      this.#at++
      return plain
    }
    const hex = /^u([0-9a-fA-F]{4})/.exec(this.#text.slice(this.#at, this.#at + 5))
    if (!hex) this.#fail(`unknown escape \\${letter}`)
    this.#at += 5
    return String.fromCharCode(Number.parseInt(hex[1] ?? '0', 16))
  }

  #number(): number | bigint | undefined {
    const digits = this.#match(NUMBER)
    if (digits === undefined) return undefined
    const value = Number(digits)
    if (/[.eE]/.test(digits) || Number.isSafeInteger(value)) return value
    if (digits.length > MAX_INTEGER_DIGITS) this.#fail('a number has too many digits')
    return BigInt(digits)
  }

  #word(): JsonValue {
    const start = this.#at
    const word = this.#match(WORD)
    const value = word === undefined ? undefined : WORDS.get(word)
    if (value !== undefined) return value
    this.#at = start
    return this.#fail(`expected a value, found ${this.#found()}`)
  }

  #skip(): void {
    this.#match(BLANKS)
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match) this.#at = pattern.lastIndex
    return match?.[0]
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #found(): string {
    const code = this.#text.codePointAt(this.#at)
    return code === undefined ? 'the end of the file' : JSON.stringify(String.fromCodePoint(code))
  }

  #fail(problem: string, code: SheafErrorCode = 'SHEAF_EDIT_NOT_JSON'): never {
    throw new SheafError({
      code,
      message: `${describePlace(linesBefore(this.#text, this.#at), this.#at)}: ${problem}`,
      hint: 'An edit is an OpenTimelineIO JSON file (.otio). Export it again from the editor.',
    })
  }
}

function linesBefore(text: string, offset: number): number[] {
  return [0, ...[...text.slice(0, offset).matchAll(/\n/g)].map((match) => match.index + 1)]
}

/** Finds the line by halving: large edits ask for the place of every object. */
function describePlace(lineStarts: readonly number[], offset: number): string {
  let [low, high] = [0, lineStarts.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((lineStarts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return `line ${low + 1}, column ${offset - (lineStarts[low] ?? 0) + 1}`
}
