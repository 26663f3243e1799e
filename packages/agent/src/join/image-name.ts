import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** The path of one numbered picture: `film_####.png` and 7 make `film_0007.png`; more digits are kept. */
export function imagePath(pattern: string, number: number): string {
  const name = basename(pattern).replace(/#+/, (row) => String(number).padStart(row.length, '0'))
  return join(dirname(pattern), name)
}

/** The first picture of these numbers that is there already, if any. */
export async function findImage(
  pattern: string,
  { first, count }: { readonly first: number; readonly count: number },
): Promise<string | undefined> {
  const there = new Set(await readdir(dirname(pattern)).catch(() => []))
  for (let number = first; number < first + count; number++) {
    const path = imagePath(pattern, number)
    if (there.has(basename(path))) return path
  }
  return undefined
}
