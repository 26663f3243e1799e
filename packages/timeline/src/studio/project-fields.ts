import { numberField } from '../otio/fields.js'
import { isJsonObject, type JsonObject, type JsonValue } from '../otio/json-reader.js'

/** An object without fields: what is not there reads as this. */
export const NOTHING: JsonObject = Object.freeze(Object.create(null) as JsonObject)

/** A finite number, also one that is written as text (`"23.97"`); undefined for anything else. */
export function numberAt(object: JsonObject, key: string): number | undefined {
  const value = object[key]
  if (typeof value === 'string') return /^\s*-?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : undefined
  const number = numberField(object, key, Number.NaN)
  return Number.isFinite(number) ? number : undefined
}

/** A text that says something; undefined for anything else. */
export function textAt(object: JsonObject, key: string): string | undefined {
  const value = object[key]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A field that is an object; one without fields when it is not. */
export function objectAt(object: JsonObject, key: string): JsonObject {
  const value = object[key]
  return isJsonObject(value) ? value : NOTHING
}

/** The objects of a list; other things in it, and other things than a list, are left aside. */
export function objectsAt(object: JsonObject, key: string): readonly JsonObject[] {
  const value = object[key]
  return Array.isArray(value) ? (value as readonly JsonValue[]).filter(isJsonObject) : []
}

/** The texts of a list, such as ids. */
export function textsAt(object: JsonObject, key: string): readonly string[] {
  const value = object[key]
  if (!Array.isArray(value)) return []
  return (value as readonly JsonValue[]).filter((one): one is string => typeof one === 'string')
}

/** Whether a field is `true`. */
export const isTrue = (object: JsonObject, key: string): boolean => object[key] === true

/**
 * Objects by their ids, whether they are written as a list or as a map. A `Map` that was written by
 * `JSON.stringify` is `{}`: then it is empty, and what refers to it finds nothing.
 */
export function byId(object: JsonObject, key: string): ReadonlyMap<string, JsonObject> {
  const value = object[key]
  const found = new Map<string, JsonObject>()
  if (isJsonObject(value)) {
    for (const [id, one] of Object.entries(value)) if (isJsonObject(one)) found.set(id, one)
  } else {
    for (const one of objectsAt(object, key)) found.set(textAt(one, 'id') ?? '', one)
  }
  return found
}

/** A parameter as either dialect writes it: `1`, `{"type":"Float","value":1}` or `{"Float":1}`. */
export function parameterValue(value: JsonValue | undefined): JsonValue | undefined {
  if (!isJsonObject(value)) return value
  if (typeof value['type'] === 'string' && 'value' in value) return value['value']
  const [[kind, inner] = ['', undefined], ...more] = Object.entries(value)
  return more.length === 0 && PARAMETER_KINDS.has(kind) ? inner : value
}

const PARAMETER_KINDS: ReadonlySet<string> = new Set([
  'Float',
  'Int',
  'String',
  'Bool',
  'Color',
  'FloatArray',
  'FilePath',
])

/** A text of a file as it may stand in a message: on one line, without control characters, and short. */
export function said(text: string): string {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ').trim()
  return line.length > 60 ? `${line.slice(0, 59)}…` : line
}

/** ` "name"`, or nothing for what has no name. */
export const quoted = (name: string | undefined): string =>
  name === undefined || name === '' ? '' : ` "${said(name)}"`
