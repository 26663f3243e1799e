import { link, rm } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { JobId } from '@sheaf/protocol'
import { SheafError } from '@sheaf/protocol'
import { setAside, type JoinedOutput, type WrongOutput } from '../join/index.js'
import type { Log } from '../log/index.js'
import { identityOf } from './done-film.js'
import type { CheckedBorders, FilmFinding, FilmWatch } from './ports.js'

/** What the check of a film in its place needs. */
export interface FilmCheckInit {
  readonly jobId: JobId
  readonly watch: FilmWatch
  readonly output: JoinedOutput
  /** `identityOf` the film when it was put in its place. */
  readonly made: string
  /** Folder of the job's result. */
  readonly folder: string
  readonly log: Log
  readonly signal: AbortSignal
  readonly onProgress: (borders: CheckedBorders) => void
  /** Rejects when a medium of the job has changed since it was rendered. */
  readonly confirmUnchanged: () => Promise<void>
}

/** What became of the check. */
export interface CheckedFilm {
  readonly borders: CheckedBorders
  /** Empty as well when what was found does not count: the film or its media changed meanwhile. */
  readonly faults: FilmFinding['faults']
}

/**
 * Looks at a film that is in its place already, by a name of its own in the job's folder where the disk allows that: a
 * person may move the film on at once. What was found counts only for the film that was made of the media that were
 * rendered. Never rejects but with the signal's reason: trouble with looking is no fault of the film.
 */
export async function checkFilmInPlace(init: FilmCheckInit): Promise<CheckedFilm> {
  const { jobId, watch, output, made, folder, log, signal, onProgress } = init
  let borders: CheckedBorders = { checked: 0, all: 0 }
  const name = join(folder, `in-place${extname(output.path)}`)
  const path = await ownName(output.path, name)
  try {
    const finding = await watch.finish(path, (so) => onProgress((borders = so)))
    // An agent that stops looks at the film again when it is back.
    signal.throwIfAborted()
    borders = finding.borders
    if (finding.faults.length === 0) return { borders, faults: [] }
    if ((await identityOf(path)) !== made) throw new Error('the film was moved or changed')
    await init.confirmUnchanged()
    return { borders, faults: finding.faults }
  } catch (error) {
    signal.throwIfAborted()
    log.warn({ jobId, ...borders, error }, 'the film in its place could not be checked to the end')
    // Something was found, and it cannot be told what is to blame: not all is known to be right.
    return { borders: { ...borders, checked: Math.max(0, Math.min(borders.checked, borders.all - 1)) }, faults: [] }
  } finally {
    await rm(name, { force: true })
  }
}

/** Another name of the same file; its own where there can be none. */
async function ownName(path: string, name: string): Promise<string> {
  await rm(name, { force: true })
  return link(path, name).then(
    () => name,
    () => path,
  )
}

/**
 * The error of a film in its place that is not right. It is given the name of a faulty one when it still is the file
 * that was put there, by `made`; a file that a person put there since is left alone.
 */
export async function takeFromItsPlace(output: JoinedOutput, made: string, wrong: WrongOutput): Promise<SheafError> {
  const { path, now } = await asideFromItsPlace(output.path, made)
  return new SheafError({
    code: 'SHEAF_OUTPUT_FAULTY',
    message: `${wrong.message}. The film is not right. ${now}.`,
    hint: wrong.hint,
    ...(path === undefined ? {} : { details: { path } }),
  })
}

/** Where the film is now, in words too. A disk that does not let it be renamed keeps nobody from hearing of the fault. */
async function asideFromItsPlace(
  place: string,
  made: string,
): Promise<{ readonly path?: string; readonly now: string }> {
  const there = await identityOf(place)
  if (there === undefined) return { now: `It is not at ${place} any more` }
  if (there !== made) return { now: `What lies at ${place} now is another file` }
  try {
    const path = await setAside(place, place)
    return { path, now: `It was in its place meanwhile, and is kept as ${path} now` }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { path: place, now: `It still lies at ${place}, for it could not be renamed (${reason})` }
  }
}
