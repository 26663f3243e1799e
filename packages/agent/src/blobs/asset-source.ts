import type { Stats } from 'node:fs'
import type { AssetPlace, FilePart, ServedPlace } from './asset-place.js'

/** Where an asset lies on this machine and what it looked like when the job was submitted. */
export interface AssetSource {
  /** The file; of several, the folder or file that people know them by. */
  readonly path: string
  readonly sizeBytes: number
  readonly mtimeMs: number
  /** The file's own number, and when anything of it was last changed: not told where the system has neither. */
  readonly ino?: number | undefined
  readonly ctimeMs?: number | undefined
  /** When the asset is a part of the file: where it begins, and the size of the whole file. */
  readonly within?: { readonly offset: number; readonly fileBytes: number } | undefined
  /** When the asset is several of these one after another, `sizeBytes` together. */
  readonly parts?: readonly AssetSource[] | undefined
}

/** What is registered of a file: all of it, or the part at `within`. */
export function sourceOfFile(
  path: string,
  { size, mtimeMs, ctimeMs, ino }: Pick<Stats, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino'>,
  within?: { readonly offset: number; readonly sizeBytes: number },
): AssetSource {
  const facts = { path, mtimeMs, ctimeMs, ino }
  if (within === undefined) return { ...facts, sizeBytes: size }
  return { ...facts, sizeBytes: within.sizeBytes, within: { offset: within.offset, fileBytes: size } }
}

/** Several sources as one, which people know as `path`. */
export function sourceOfParts(path: string, parts: readonly AssetSource[]): AssetSource {
  return { path, sizeBytes: parts.reduce((sum, part) => sum + part.sizeBytes, 0), mtimeMs: 0, parts }
}

/** The files that a source is made of, each once. */
export function filesOf(source: AssetSource): readonly AssetSource[] {
  const files = new Map((source.parts ?? [source]).map((part) => [part.path, part]))
  return [...files.values()]
}

/** Where the bytes of a source are. */
export function placeOf(source: AssetSource): Exclude<AssetPlace, ServedPlace> {
  if (source.parts) return source.parts.map(partOf)
  return source.within ? [partOf(source)] : source.path
}

function partOf({ path, sizeBytes, within }: AssetSource): FilePart {
  const start = within?.offset ?? 0
  return { path, start, end: start + sizeBytes }
}
