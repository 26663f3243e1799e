import { isJsonObject, type JsonObject } from '../otio/json-reader.js'
import { byId, isTrue, objectAt, objectsAt, textAt } from './project-fields.js'
import type { StudioSource } from './studio-project.js'

type FileSource = Extract<StudioSource, { kind: 'file' }>

/** The media of a project, by their ids, whichever version wrote them. */
export class MediaPool {
  readonly #items: ReadonlyMap<string, JsonObject>

  constructor(root: JsonObject) {
    const pool = isJsonObject(root['mediaPool']) ? objectAt(root, 'mediaPool') : objectAt(root, 'mediaLibrary')
    const lists = [...objectsAt(pool, 'mediaFiles'), ...objectsAt(pool, 'musicFiles')]
    const listed = lists.map((item) => [textAt(item, 'id') ?? '', item] as const)
    this.#items = new Map([...listed, ...byId(pool, 'items')])
  }

  /** What a project holds under an id. */
  item(id: string): JsonObject | undefined {
    return this.#items.get(id)
  }

  /** The file of an item of the pool, or that which a clip carries along; undefined when there is none. */
  static file(item: JsonObject): FileSource | undefined {
    const source = objectAt(item, 'source')
    const path = textAt(source, 'path') ?? textAt(item, 'originalPath') ?? textAt(item, 'path')
    const elsewhere = textAt(source, 'relativePath') ?? textAt(item, 'relativePath')
    const first = path ?? elsewhere
    if (first === undefined) return undefined
    return {
      kind: 'file',
      path: first,
      elsewhere: path === undefined ? undefined : elsewhere,
      holds: holds(item),
      stream: undefined,
    }
  }
}

function holds(item: JsonObject): FileSource['holds'] {
  const type = textAt(item, 'type')
  if (type === 'audio' || (isTrue(item, 'isAudio') && !isTrue(item, 'isVideo'))) return 'sound'
  return type === 'image' || isTrue(item, 'isImage') ? 'picture' : 'both'
}
