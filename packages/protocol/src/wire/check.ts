import { SheafError } from '../errors.js'
import { limits } from '../limits.js'

/** Reads wire bytes: what the decoder throws becomes `SHEAF_WIRE_MALFORMED`, too many bytes `SHEAF_WIRE_LIMIT`. */
export function decodeWire<T>(name: string, bytes: Uint8Array, maxBytes: number, decode: (bytes: Uint8Array) => T): T {
  if (bytes.byteLength > maxBytes) throw overLimit(name, `${bytes.byteLength} bytes, at most ${maxBytes} allowed`)
  try {
    return decode(bytes)
  } catch (cause) {
    throw new SheafError({ code: 'SHEAF_WIRE_MALFORMED', message: `${name}: not a valid message`, cause })
  }
}

/** The error for a value that breaks a rule of form. `field` is the path of the value, without its content. */
export function malformed(field: string, why: string): SheafError {
  return new SheafError({ code: 'SHEAF_WIRE_MALFORMED', message: `${field}: ${why}`, details: { field } })
}

/** The error for a value that is too large, too long or too many. */
export function overLimit(field: string, why: string): SheafError {
  return new SheafError({ code: 'SHEAF_WIRE_LIMIT', message: `${field}: ${why}`, details: { field } })
}

/** A whole number from 0 (or `min`) to `max`, by default every safe integer. */
export function checkInteger(
  field: string,
  value: number,
  range: { readonly min?: number; readonly max?: number } = {},
): number {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = range
  if (value < min || value > max) throw overLimit(field, `${value} is not between ${min} and ${max}`)
  if (!Number.isSafeInteger(value)) throw malformed(field, `${value} is not a whole number`)
  return value
}

/** A finite number from 0 (or `min`) to `max`. */
export function checkFinite(
  field: string,
  value: number,
  range: { readonly min?: number; readonly max?: number } = {},
): number {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = range
  if (!Number.isFinite(value)) throw malformed(field, 'not a finite number')
  if (value < min || value > max) throw overLimit(field, `${value} is not between ${min} and ${max}`)
  // -0 and 0 are one value to the sender and two to a comparison.
  return value === 0 ? 0 : value
}

/** Text of at most `maxBytes` bytes of UTF-8. */
export function checkText(field: string, value: string, maxBytes: number = limits.textBytes): string {
  if (utf8Length(value) > maxBytes) throw overLimit(field, `text of more than ${maxBytes} bytes`)
  return value
}

/** An id that `parse` recognizes. */
export function checkId<T>(field: string, value: string, parse: (text: string) => T | undefined): T {
  const id = parse(value)
  if (id === undefined) throw malformed(field, 'not a valid id')
  return id
}

/** One of a closed set of words. */
export function checkWord<T extends string>(field: string, value: string, words: readonly T[]): T {
  const word = words.find((candidate) => candidate === value)
  if (word === undefined) throw malformed(field, 'not one of the known words')
  return word
}

/** Something that must be there. */
export function checkPresent<T>(field: string, value: T | undefined): T {
  if (value === undefined) throw malformed(field, 'missing')
  return value
}

/** A list of at most `max` items. */
export function checkCount<T>(field: string, list: readonly T[], max: number): readonly T[] {
  if (list.length > max) throw overLimit(field, `${list.length} items, at most ${max} allowed`)
  return list
}

/** Bytes of exactly `length`. */
export function checkLength(field: string, bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.byteLength !== length) throw malformed(field, `${bytes.byteLength} bytes instead of ${length}`)
  return bytes
}

/** Length of a text in bytes of UTF-8. */
export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).byteLength
}

/** Cuts free text (messages, reasons) to what a peer accepts, at a character boundary. */
export function clipText(text: string, maxBytes: number = limits.textBytes): string {
  const buffer = new Uint8Array(maxBytes)
  const { read } = new TextEncoder().encodeInto(text, buffer)
  return text.slice(0, read)
}
