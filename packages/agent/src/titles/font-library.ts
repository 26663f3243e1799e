import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { FontName } from '@sheaf/timeline'
import type { Font, FontCollection } from 'fontkit'

/** A face of a font file. */
export interface FontFace {
  readonly path: string
  /** Which one, in a file of several. */
  readonly postscriptName: string
  readonly families: readonly string[]
  readonly fullName: string
  /** What it has: one weight, or all between two where the font is variable. */
  readonly weight: { readonly least: number; readonly most: number }
  readonly italic: boolean
  /** Neither condensed nor expanded. */
  readonly normalWidth: boolean
}

const ENDINGS: ReadonlySet<string> = new Set(['.ttf', '.otf', '.ttc', '.otc', '.woff', '.woff2'])

/** All faces in these files and folders, folders with all below them. What cannot be read is left out. */
export async function readFaces(places: readonly string[]): Promise<FontFace[]> {
  const faces: FontFace[] = []
  for (const path of (await Promise.all(places.map(fontFiles))).flat()) faces.push(...(await facesOf(path)))
  return faces
}

async function fontFiles(place: string): Promise<string[]> {
  if (ENDINGS.has(extname(place).toLowerCase())) return [place]
  const entries = await readdir(place, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => !entry.isDirectory() && ENDINGS.has(extname(entry.name).toLowerCase()))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

async function facesOf(path: string): Promise<FontFace[]> {
  const file = await openFontFile(path).catch(() => undefined)
  if (!file) return []
  try {
    return (isCollection(file) ? file.fonts : [file]).map((font) => faceOf(path, font))
  } catch {
    return []
  }
}

/** The library is large, and most jobs have no text: it is loaded when it is needed. */
async function openFontFile(path: string): Promise<Font | FontCollection> {
  const { create } = await import('fontkit')
  return create(await readFile(path))
}

const isCollection = (file: Font | FontCollection): file is FontCollection =>
  file.type === 'TTC' || file.type === 'DFont'

function faceOf(path: string, font: Font): FontFace {
  const names = ['preferredFamily', 'fontFamily'].map((key) => font.getName(key as 'fontFamily', 'en'))
  const os2 = font['OS/2']
  const axis = (
    font.variationAxes as Readonly<Record<string, { readonly min: number; readonly max: number } | undefined>>
  )['wght']
  const weight = os2.usWeightClass
  return {
    path,
    postscriptName: font.postscriptName,
    families: [...new Set([font.familyName, ...names].filter((name) => typeof name === 'string'))],
    fullName: font.fullName,
    weight: axis ? { least: axis.min, most: axis.max } : { least: weight, most: weight },
    italic: os2.fsSelection.italic || font.italicAngle !== 0,
    normalWidth: os2.usWidthClass === 5,
  }
}

/** The face that an edit asks for, or what of it is missing; nothing is ever put in its place. */
export type FontChoice =
  { readonly kind: 'found'; readonly face: FontFace } | { readonly kind: 'missing'; readonly because: string }

/**
 * Chooses by family, weight and slant, or by a face's full name, of whose family a bold or slanted face is then another
 * one. The first of equals is taken.
 */
export function chooseFace(faces: readonly FontFace[], name: FontName): FontChoice {
  const wanted = folded(name.family)
  const exact = faces.find((face) => folded(face.fullName) === wanted || folded(face.postscriptName) === wanted)
  const family = faces.filter((face) => face.families.some((one) => folded(one) === wanted))
  const face = bestOf(family, name)
  if (face) return { kind: 'found', face }
  if (family.length === 0 && !exact) return { kind: 'missing', because: 'no font of this name was found' }
  // "Arial Bold" as a family says its weight itself.
  if (exact && (family.length === 0 || name.weight === 400)) {
    const isBolder = name.weight >= BOLD && exact.weight.most < BOLD
    if (!isBolder && (!name.italic || exact.italic)) return { kind: 'found', face: exact }
    const kin = faces.filter(({ families }) => families.some((one) => exact.families.includes(one)))
    const weight = isBolder ? name.weight : exact.weight.least
    const other = bestOf(kin, { weight, italic: name.italic || exact.italic })
    return other ? { kind: 'found', face: other } : foundOnlyAs(kin)
  }
  return foundOnlyAs(family)
}

/** From here on a weight is asked for as bold. */
const BOLD = 600

function bestOf(family: readonly FontFace[], asked: Pick<FontName, 'weight' | 'italic'>): FontFace | undefined {
  const fits = family.filter(
    ({ weight, italic }) => italic === asked.italic && weight.least <= asked.weight && weight.most >= asked.weight,
  )
  return fits.find(({ normalWidth }) => normalWidth) ?? fits[0]
}

function foundOnlyAs(family: readonly FontFace[]): FontChoice {
  const there = [...new Set(family.map(describeFace))].sort()
  return { kind: 'missing', because: `this family was found only as ${there.join(', ')}` }
}

const folded = (name: string): string => name.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim()

function describeFace({ weight, italic }: FontFace): string {
  const span = weight.least === weight.most ? String(weight.least) : `${weight.least} to ${weight.most}`
  return italic ? `${span} italic` : span
}

/** The face as a person names it: `Inter`, `Inter 700 italic`. */
export function formatFontName({ family, weight, italic }: FontName): string {
  return `${family}${weight === 400 ? '' : ` ${weight}`}${italic ? ' italic' : ''}`
}

/** Opens a face, a variable one at its weight. */
export async function openFace(face: FontFace, weight: number): Promise<Font> {
  const file = await openFontFile(face.path)
  const font = isCollection(file) ? file.getFont(face.postscriptName) : file
  if (!font) throw new Error(`${face.path} has no face ${face.postscriptName} any more`)
  return face.weight.least < face.weight.most ? font.getVariation({ wght: weight }) : font
}
