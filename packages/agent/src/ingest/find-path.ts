import type { Stats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, parse, sep } from 'node:path'

/** Something on the disk, under the name that the disk has for it. */
export interface FoundPath {
  readonly path: string
  readonly facts: Stats
}

/**
 * What has this absolute path, exactly or with the accents of its names composed otherwise: macOS, Windows and Linux
 * each hand over `é` in their own way. Undefined when there is nothing.
 */
export async function findPath(path: string): Promise<FoundPath | undefined> {
  const facts = await stat(path).catch(() => undefined)
  if (facts !== undefined) return { path, facts }
  // Names without accents are what they are.
  if (path.normalize('NFC') === path.normalize('NFD')) return undefined
  const { root } = parse(path)
  let at = root
  for (const name of path.slice(root.length).split(sep)) {
    const actual = await childOf(at, name)
    if (actual === undefined) return undefined
    at = join(at, actual)
  }
  const found = await stat(at).catch(() => undefined)
  return found && { path: at, facts: found }
}

async function childOf(folder: string, name: string): Promise<string | undefined> {
  if (name === '') return name
  const exact = await stat(join(folder, name)).catch(() => undefined)
  if (exact !== undefined) return name
  const wanted = name.normalize('NFC')
  const entries = await readdir(folder).catch(() => [])
  // Sorted, so that the same one is found everywhere when a folder holds both.
  return entries.sort().find((entry) => entry.normalize('NFC') === wanted)
}
