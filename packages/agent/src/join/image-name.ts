import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** The path of one numbered picture: `film_####.png` and 7 make `film_0007.png`; more digits are kept. */
export function imagePath(pattern: string, number: number): string {
  const name = basename(pattern).replace(/#+/, (row) => String(number).padStart(row.length, '0'))
  return join(dirname(pattern), name)
}

/** The pictures of these numbers that are there already, by their number. */
export async function findImages(
  pattern: string,
  { first, count }: { readonly first: number; readonly count: number },
): Promise<string[]> {
  const there = new Set(await readdir(dirname(pattern)).catch(() => []))
  const paths = Array.from({ length: count }, (_, index) => imagePath(pattern, first + index))
  return paths.filter((path) => there.has(basename(path)))
}
