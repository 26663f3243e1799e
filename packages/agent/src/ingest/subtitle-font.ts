import { chooseFace, readFaces, type FontFace } from '../titles/index.js'

/** Families that systems and editors bring along, all of plain letters without serifs; the first that is there is taken. */
export const usualFamilies = [
  'Arial',
  'Helvetica Neue',
  'Helvetica',
  'Segoe UI',
  'Liberation Sans',
  'DejaVu Sans',
  'Noto Sans',
  'Open Sans',
  'Roboto',
  'Ubuntu',
  'Cantarell',
] as const

/**
 * The font of subtitles whose file cannot name one, where the person named none either: a usual family that is in
 * `places`, rather one that is there upright, slanted and bold. None when there is none of them.
 */
export async function subtitleFont(places: readonly string[]): Promise<string | undefined> {
  return usualFamilyOf(await readFaces(places))
}

/** The same, of faces that were read. */
export function usualFamilyOf(faces: readonly FontFace[]): string | undefined {
  const has = (family: string, weight: number, italic: boolean): boolean =>
    chooseFace(faces, { family, weight, italic }).kind === 'found'
  const there = usualFamilies.filter((family) => has(family, 400, false))
  return there.find((family) => has(family, 700, false) && has(family, 400, true) && has(family, 700, true)) ?? there[0]
}
