import { stat } from 'node:fs/promises'
import type { JoinedOutput } from '../join/index.js'
import { readJson } from '../store/index.js'

/** What tells that a file is still the one that was put there: another one, or a changed one, differs in it. */
export async function identityOf(path: string): Promise<string | undefined> {
  const info = await stat(path, { bigint: true }).catch(() => undefined)
  return info && [info.dev, info.ino, info.size, info.mtimeNs].join('/')
}

/** A film that was put in its place, and what tells that it still is that file. */
export interface DoneFilm {
  readonly output: JoinedOutput
  readonly file: string
}

/**
 * The film that a marker tells of, `{ film: { output, file } }`, if it still lies in its place: then only what comes
 * after it is left to be done. Undefined when it must be made, or made again.
 */
export async function doneFilm(markerPath: string, outputPath: string): Promise<DoneFilm | undefined> {
  const marker = (await readJson(markerPath)) as { readonly film?: Partial<DoneFilm> } | undefined
  const { output, file } = marker?.film ?? {}
  if (output === undefined || file === undefined) return undefined
  return (await identityOf(outputPath)) === file ? { output, file } : undefined
}
