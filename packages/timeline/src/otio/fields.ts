import { SheafError } from '@sheaf/protocol'
import { isJsonObject, type JsonObject, type JsonValue } from './json-reader.js'
import type { OtioRange, OtioTime } from './otio-types.js'

/** The metadata of an object that has none. */
export const NO_METADATA: JsonObject = Object.freeze(Object.create(null) as JsonObject)

/** Splits `Clip.2` into its name and version; undefined when the object has no schema. */
export function schemaOf(object: JsonObject): { readonly name: string; readonly version: number } | undefined {
  const written = object['OTIO_SCHEMA']
  const match = typeof written === 'string' ? /^(.+)\.(\d{1,6})$/.exec(written) : null
  return match ? { name: match[1] ?? '', version: Number(match[2]) } : undefined
}

/** A text field; anything else reads as the fallback. */
export function textField(object: JsonObject, key: string, fallback = ''): string {
  const value = object[key]
  return typeof value === 'string' ? value : fallback
}

/** A number field; a bigint becomes the nearest double, anything else the fallback. */
export function numberField(object: JsonObject, key: string, fallback: number): number {
  const value = object[key]
  if (typeof value === 'number') return value
  return typeof value === 'bigint' ? Number(value) : fallback
}

/** `enabled`, which is true when it is not written. */
export function enabledField(object: JsonObject): boolean {
  return object['enabled'] !== false
}

/** An object field, or undefined. */
export function objectField(object: JsonObject, key: string): JsonObject | undefined {
  const value = object[key]
  return isJsonObject(value) ? value : undefined
}

/** An array field; null and absence read as an empty one. */
export function arrayField(object: JsonObject, key: string): readonly JsonValue[] {
  const value = object[key]
  return Array.isArray(value) ? (value as readonly JsonValue[]) : []
}

/** A RationalTime field; undefined when it is null or absent. */
export function timeField(object: JsonObject, key: string): OtioTime | undefined {
  const time = objectField(object, key)
  if (!time) return undefined
  return { value: numberField(time, 'value', Number.NaN), rate: numberField(time, 'rate', Number.NaN) }
}

/** A TimeRange field; undefined when it is null or absent. */
export function rangeField(object: JsonObject, key: string): OtioRange | undefined {
  const range = objectField(object, key)
  if (!range) return undefined
  const nothing = { value: Number.NaN, rate: Number.NaN }
  const duration = timeField(range, 'duration') ?? nothing
  return { start: timeField(range, 'start_time') ?? { value: 0, rate: duration.rate }, duration }
}

/** The error for a schema whose name is known in a version that is not. */
export function unknownVersion(written: string, known: readonly number[], place: string): SheafError {
  const [name] = written.split('.')
  return new SheafError({
    code: 'SHEAF_EDIT_VERSION',
    message: `${place}: ${written} is not known; this version reads ${known.map((v) => `${name}.${v}`).join(', ')}`,
    hint: 'Export the edit for an older OpenTimelineIO version, or update Sheaf.',
  })
}
