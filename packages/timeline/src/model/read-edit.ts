import { SheafError } from '@sheaf/protocol'
import { isJsonObject, readJson } from '../otio/json-reader.js'
import { readOtio } from '../otio/read-otio.js'
import { readStudio } from '../studio/read-studio.js'
import { studioFormat } from '../studio/studio-format.js'
import type { ReadEdit } from './finish-edit.js'
import { Notes } from './refusal.js'

/** How to read an edit. */
export interface ReadEditOptions {
  /** Only named in messages. */
  readonly editPath: string
  /** Leave out effects, transitions and generators that are not known, with a warning each. Default false. */
  readonly dropUnknown?: boolean | undefined
}

/**
 * Reads an edit: OpenTimelineIO, or a project of Timeline Studio; which one is told by what it holds. What this version does not render is refused by name, all of it in
 * one SHEAF_EDIT_UNSUPPORTED whose `details.refusals` lists `{ what, where, droppable }`. Malformed files throw
 * SHEAF_EDIT_NOT_JSON, _TOO_DEEP, _NOT_OTIO, _VERSION, _EMPTY or _INVALID.
 */
export function readEdit(text: string, { editPath, dropUnknown = false }: ReadEditOptions): ReadEdit {
  const notes = new Notes({ dropUnknown })
  return namingTheFile(editPath, () => {
    const document = readJson(text)
    const { value } = document
    const format = studioFormat(value)
    if (format === undefined || !isJsonObject(value)) return readOtio(document, { editPath, notes })
    return readStudio(value, { format, editPath, notes })
  })
}

/** Errors of parsers, which know no file, with its name in front. */
function namingTheFile<T>(editPath: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof SheafError) || error.message.startsWith(editPath)) throw error
    const { code, hint, details } = error
    throw new SheafError({ code, hint, details, message: `${editPath}: ${error.message}`, cause: error })
  }
}
