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
  readonly generation: number
}

/**
 * The film that a marker tells of, `{ film: { output, file, generation } }`, if it still lies in its place, or what a
 * person has made of it or put there since: then only what comes after it is left to be done. Undefined when it must be
 * made, or made again: because it is gone, or because somebody has asked for the job anew since.
 */
export async function doneFilm(
  markerPath: string,
  { outputPath, generation }: { readonly outputPath: string; readonly generation: number },
): Promise<DoneFilm | undefined> {
  const marker = (await readJson(markerPath)) as { readonly film?: Partial<DoneFilm> } | undefined
  const { output, file, generation: madeIn } = marker?.film ?? {}
  if (output === undefined || file === undefined) return undefined
  const there = await identityOf(outputPath)
  const isLeftAlone = there === file || (there !== undefined && madeIn === generation)
  return isLeftAlone ? { output, file, generation } : undefined
}
