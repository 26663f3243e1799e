import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fontFolders } from '../titles/index.js'

/** Where fonts of an edit are looked for: what the person names, then beside the edit, then where the system keeps them. */
export function fontPlaces(edit: { readonly editPath: string; readonly fonts: readonly string[] }): readonly string[] {
  const system = fontFolders({ platform: process.platform, home: homedir(), env: process.env })
  return [...edit.fonts, join(dirname(edit.editPath), 'fonts'), ...system]
}
