import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SheafError } from '@sheaf/protocol'
import { type FontName, type GlyphStyle, textFault, textPieces, type TextTarget } from '@sheaf/timeline'
import type { Font } from 'fontkit'
import { chooseFace, type FontFace, formatFontName, openFace, readFaces } from './font-library.js'
import { paintText } from './paint-text.js'
import { type Box, boxOf } from './outline-mask.js'
import { encodePng, type RgbaPicture } from './png.js'
import { type CanvasSize, missingIn, setLines, type SetText } from './set-lines.js'
import { inTurns, type Steps } from './steps.js'

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
  const fontOf = ({ font: name }: GlyphStyle): Font => {
    const font = fonts.get(formatFontName(name))
    if (!font) throw new Error(`no font for ${formatFontName(name)}`)
    return font
  }
  const holes = texts.flatMap((text) => missingIn(text, fontOf).map((hole) => ({ text, ...hole })))
  if (holes.length > 0) throw glyphsMissing(holes)
  const paths = new Map<string, string>()
  for (const [i, text] of texts.entries()) {
    const path = join(folder, `text-${i + 1}.png`)
    const picture = await inTurns(drawText(text, fontOf, canvas))
    await writeFile(path, await encodePng(picture))
    paths.set(text.media, path)
  }
  return paths
}

function* drawText(text: TextTarget, fontOf: (style: GlyphStyle) => Font, canvas: CanvasSize): Steps<RgbaPicture> {
  const set = yield* setLines(text, fontOf, canvas)
  if (text.moves === true && !liesWithin(set, canvas)) throw tooLargeToMove(text)
  return yield* paintText(text, set, canvas)
}

/** Whether a text lies on the canvas with its outlines and shadows. */
function liesWithin({ layers, box }: SetText, { width, height }: CanvasSize): boolean {
  const isInside = ({ left, top, right, bottom }: Box): boolean =>
    left >= 0 && top >= 0 && right <= width && bottom <= height
  return (
    isInside(box) &&
    layers.every(({ style: { outline, shadow }, outlines }) => {
      const { left, top, right, bottom } = boxOf([...outlines.flat(), { kind: 'move', x: width / 2, y: height / 2 }])
      const edge = (outline?.width ?? 0) * height
      const [x, y] = [(shadow?.x ?? 0) * height, (shadow?.y ?? 0) * height]
      return isInside({
        left: left - edge + Math.min(0, x),
        top: top - edge + Math.min(0, y),
        right: right + edge + Math.max(0, x),
        bottom: bottom + edge + Math.max(0, y),
      })
    })
  )
}

function tooLargeToMove({ media, uses }: TextTarget): SheafError {
  return new SheafError({
    code: 'SHEAF_EDIT_UNSUPPORTED',
    message: `${uses[0] ?? media}: a text that moves, and is larger than the picture`,
    hint: 'Make it smaller, or break it into lines that fit.',
  })
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
  const names = new Map(texts.flatMap(fontNames).map((name) => [formatFontName(name), name]))
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

/** Those that any of its letters is drawn in. */
const fontNames = (text: TextTarget): FontName[] => textPieces(text).map(({ style }) => style.font)

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
    const isUser = (text: TextTarget): boolean => fontNames(text).some((name) => formatFontName(name) === key)
    const users = texts.filter(isUser).flatMap(({ uses }) => uses)
    const more = users.length > 1 ? `, and ${users.length - 1} more` : ''
    return `  ${key}: ${because} (${users[0] ?? 'subtitles'}${more})`
  })
  return new SheafError({
    code: 'SHEAF_FONT_MISSING',
    message: [`${missing.length === 1 ? 'A font is' : `${missing.length} fonts are`} missing`, ...lines].join('\n'),
    hint: 'Install it on this machine, put its file into a folder "fonts" beside the edit, or name it with --font FILE; bold and italic faces are files of their own, and never made up. Other machines do not need it.',
    details: { fonts: missing.map(({ key }) => key) },
  })
}

function glyphsMissing(
  holes: readonly {
    readonly text: TextTarget
    readonly style: GlyphStyle
    readonly characters: readonly string[]
  }[],
): SheafError {
  const lines = holes.slice(0, 20).map(({ text, style, characters }) => {
    const shown = characters.map((character) => {
      const point = character.codePointAt(0) ?? 0
      return `"${character}" (U+${point.toString(16).toUpperCase().padStart(4, '0')})`
    })
    return `  ${formatFontName(style.font)} has no ${shown.join(', ')}: ${text.uses[0] ?? text.media}`
  })
  return new SheafError({
    code: 'SHEAF_FONT_MISSING',
    message: ['Characters are missing in fonts of this edit', ...new Set(lines)].join('\n'),
    hint: 'Choose a font that has them; Sheaf never takes glyphs from another one.',
    details: { texts: holes.length },
  })
}
