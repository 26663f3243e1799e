import { rational, type Rational, SheafError, type SheafErrorCode } from '@sheaf/protocol'
import { MANIFEST_LIMITS } from './manifest.js'

/** What a value is a part of, and the error that its faults are. */
export interface ValueSource {
  readonly subject: string
  readonly code: SheafErrorCode
  readonly hint: string
}

const MANIFEST: ValueSource = {
  subject: 'manifest',
  code: 'SHEAF_MANIFEST_INVALID',
  hint: 'The job was made by a broken or foreign program; submit it again.',
}

/** Reads one JSON value of a manifest, or another source, strictly; every error names the path of the value. */
export class ValueReader {
  readonly #value: unknown
  readonly #path: string
  readonly #source: ValueSource

  constructor(value: unknown, path: string, source: ValueSource = MANIFEST) {
    this.#value = value
    this.#path = path
    this.#source = source
  }

  /** Refuses every field of an object that is not among these. */
  onlyFields(...names: readonly string[]): void {
    const strange = Object.keys(this.#object()).find((key) => !names.includes(key))
    if (strange !== undefined) throw this.field(strange).error(`nothing (known are ${names.join(', ')})`)
  }

  /** The field of an object; an absent one reads as undefined. */
  field(key: string): ValueReader {
    const object = this.#object()
    return this.#inner(Object.hasOwn(object, key) ? object[key] : undefined, `.${key}`)
  }

  /** The value, read by `read`; undefined when it is absent. */
  optional<T>(read: (value: ValueReader) => T): T | undefined {
    return this.#value === undefined ? undefined : read(this)
  }

  /** Every item of an array. */
  list<T>(most: number, read: (value: ValueReader) => T): T[] {
    const value = this.#value
    if (!Array.isArray(value) || value.length > most) throw this.error(`a list of at most ${most} items`)
    return value.map((item, i) => read(this.#inner(item, `[${i}]`)))
  }

  /** Every field of an object that is used as a map. */
  entries<T>(most: number, read: (value: ValueReader) => T): Record<string, T> {
    const entries = Object.entries(this.#object())
    if (entries.length > most) throw this.error(`an object of at most ${most} fields`)
    return Object.fromEntries(entries.map(([key, item]) => [key, read(this.#inner(item, `.${key}`))]))
  }

  /** An integer in [least, most]. */
  integer(least: number, most: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.#value
    if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
      throw this.error(`an integer from ${least} to ${most}`)
    }
    return value as number
  }

  /** A finite number in [least, most]. */
  number(least: number, most: number): number {
    const value = this.#value
    if (typeof value !== 'number' || !(value >= least && value <= most)) {
      throw this.error(`a number from ${least} to ${most}`)
    }
    return value
  }

  /** Whether the value is a list. */
  isList(): boolean {
    return Array.isArray(this.#value)
  }

  /** A text. */
  text(most: number = MANIFEST_LIMITS.text): string {
    if (typeof this.#value !== 'string' || this.#value.length > most) {
      throw this.error(`a text of at most ${most} characters`)
    }
    return this.#value
  }

  /** A word of ffmpeg's: it ends up in its arguments, so nothing else may be in it. */
  word(): string {
    const value = this.text(64)
    if (!/^[A-Za-z0-9_.-]*$/.test(value)) throw this.error('letters, digits, "_", "." and "-"')
    return value
  }

  /** One of some literals. */
  oneOf<T extends string | boolean>(...values: readonly T[]): T {
    const found = values.find((value) => value === this.#value)
    if (found === undefined) throw this.error(`one of ${values.join(', ')}`)
    return found
  }

  /** A reduced fraction. */
  rational(): Rational {
    const num = this.field('num').integer(-Number.MAX_SAFE_INTEGER)
    const den = this.field('den').integer(1)
    const value = rational(num, den)
    if (value.den !== den) throw this.error('a reduced fraction')
    return value
  }

  /** A reduced fraction above zero. */
  positive(): Rational {
    const value = this.rational()
    if (value.num <= 0) throw this.error('a fraction above zero')
    return value
  }

  /** The error that this value is not what it must be. */
  error(expected: string): SheafError {
    const shown = this.#value === undefined ? 'nothing' : JSON.stringify(this.#value).slice(0, 60)
    const { subject, code, hint } = this.#source
    return new SheafError({ code, message: `${subject}${this.#path}: expected ${expected}, found ${shown}`, hint })
  }

  #inner(value: unknown, step: string): ValueReader {
    return new ValueReader(value, this.#path + step, this.#source)
  }

  #object(): Record<string, unknown> {
    const value = this.#value
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.error('an object')
    return value as Record<string, unknown>
  }
}
