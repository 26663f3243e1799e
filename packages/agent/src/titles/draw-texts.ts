import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { SheafError } from '@sheaf/protocol'
import { type FontName, textFault, type TextTarget } from '@sheaf/timeline'
import type { Font } from 'fontkit'
import { chooseFace, type FontFace, formatFontName, openFace, readFaces } from './font-library.js'
import { paintText } from './paint-text.js'
import { encodePng } from './png.js'
import { type CanvasSize, setLines } from './set-lines.js'

/** What drawing texts needs. */
export interface DrawTextsInit {
  readonly texts: readonly TextTarget[]
  readonly canvas: CanvasSize
  /** Existing folder that the pictures go to. */
  readonly folder: string
  /** Where fonts are looked for, one after another until all are found. */
  readonly fontPlaces: readonly string[]
}

/**
 * Draws each text as a PNG of the canvas' size, by what names it in clips. A font or glyph that is missing is an error
 * that lists all of them: nothing is put in its place. Errors: SHEAF_FONT_MISSING, SHEAF_EDIT_UNSUPPORTED.
 */
export async function drawTexts(init: DrawTextsInit): Promise<ReadonlyMap<string, string>> {
  const { texts, canvas, folder } = init
  checkTexts(texts)
  const fonts = await openFonts(init)
  const set = texts.map((text) => {
    const font = fonts.get(formatFontName(text.style.font))
    if (!font) throw new Error(`no font for ${text.media}`)
    return { text, lines: setLines(text, font, canvas) }
  })
  const holes = set.filter(({ lines }) => lines.missing.length > 0)
  if (holes.length > 0) throw glyphsMissing(holes.map(({ text, lines }) => ({ text, characters: lines.missing })))
  const paths = new Map<string, string>()
  for (const [i, { text, lines }] of set.entries()) {
    const path = join(folder, `text-${i + 1}.png`)
    // Painting holds the thread: the agent answers others between two texts.
    await nextTurn()
    await writeFile(path, await encodePng(paintText(text, lines, canvas)))
    paths.set(text.media, path)
  }
  return paths
}

/** Readers refuse these by name; whatever comes here all the same must not fill the memory. */
function checkTexts(texts: readonly TextTarget[]): void {
  for (const text of texts) {
    const fault = textFault(text)
    if (fault === undefined) continue
    throw new SheafError({
      code: 'SHEAF_EDIT_UNSUPPORTED',
      message: `${text.uses[0] ?? text.media}: ${fault}`,
      hint: 'Make the text smaller in the editor.',
    })
  }
}

async function openFonts({ texts, fontPlaces }: DrawTextsInit): Promise<ReadonlyMap<string, Font>> {
  const names = new Map(texts.map(({ style }) => [formatFontName(style.font), style.font]))
  const faces = await findFaces([...names.values()], fontPlaces)
  const choices = [...names].map(([key, name]) => ({ key, name, choice: chooseFace(faces, name) }))
  const missing = choices.flatMap(({ key, choice }) => (choice.kind === 'missing' ? [{ key, ...choice }] : []))
  if (missing.length > 0) throw fontsMissing(missing, texts)
  const fonts = new Map<string, Font>()
  for (const { key, name, choice } of choices) {
    if (choice.kind === 'found') fonts.set(key, await openFace(choice.face, name.weight))
  }
  return fonts
}

/** Faces of the places, up to the first one with which nothing is missing any more. */
async function findFaces(names: readonly FontName[], places: readonly string[]): Promise<readonly FontFace[]> {
  const faces: FontFace[] = []
  for (const place of places) {
    faces.push(...(await readFaces([place])))
    if (names.every((name) => chooseFace(faces, name).kind === 'found')) break
  }
  return faces
}

function fontsMissing(
  missing: readonly { readonly key: string; readonly because: string }[],
  texts: readonly TextTarget[],
): SheafError {
  const lines = missing.map(({ key, because }) => {
    const users = texts.filter(({ style }) => formatFontName(style.font) === key).flatMap(({ uses }) => uses)
    const more = users.length > 1 ? `, and ${users.length - 1} more` : ''
    return `  ${key}: ${because} (${users[0] ?? 'subtitles'}${more})`
  })
  return new SheafError({
    code: 'SHEAF_FONT_MISSING',
    message: [`${missing.length === 1 ? 'A font is' : `${missing.length} fonts are`} missing`, ...lines].join('\n'),
    hint: 'Install it on this machine, put its file into a folder "fonts" beside the edit, or name it with --font FILE. Other machines do not need it.',
    details: { fonts: missing.map(({ key }) => key) },
  })
}

function glyphsMissing(
  holes: readonly { readonly text: TextTarget; readonly characters: readonly string[] }[],
): SheafError {
  const lines = holes.slice(0, 20).map(({ text, characters }) => {
    const shown = characters.map((character) => {
      const point = character.codePointAt(0) ?? 0
      return `"${character}" (U+${point.toString(16).toUpperCase().padStart(4, '0')})`
    })
    return `  ${formatFontName(text.style.font)} has no ${shown.join(', ')}: ${text.uses[0] ?? text.media}`
  })
  return new SheafError({
    code: 'SHEAF_FONT_MISSING',
    message: ['Characters are missing in fonts of this edit', ...lines].join('\n'),
    hint: 'Choose a font that has them; Sheaf never takes glyphs from another one.',
    details: { texts: holes.length },
  })
}
