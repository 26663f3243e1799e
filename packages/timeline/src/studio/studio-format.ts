import { isJsonObject, type JsonValue } from '../otio/json-reader.js'
import { objectAt, textAt } from './project-fields.js'

/** The files of Timeline Studio: what its compiler takes, its projects, and those of its first version. */
export type StudioFormat = 'project-schema' | 'tlsp' | 'tls'

/** Which of Timeline Studio's formats a document is in, by what it holds; undefined when it is none of them. */
export function studioFormat(value: JsonValue): StudioFormat | undefined {
  if (!isJsonObject(value) || 'OTIO_SCHEMA' in value) return undefined
  if (textAt(objectAt(value, 'metadata'), 'version')?.startsWith('2.') === true) return 'tlsp'
  if (isJsonObject(value['meta']) && isJsonObject(value['settings'])) return 'tls'
  const exports = isJsonObject(objectAt(value, 'settings')['export'])
  return Array.isArray(value['tracks']) && (exports || isJsonObject(value['timeline'])) ? 'project-schema' : undefined
}
