import { link, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, parse } from 'node:path'
import { isSheafError, SheafError, type SheafErrorCode } from '@sheaf/protocol'

/** Refuses a target that could not be written at the end: better now than after hours. */
export async function checkTarget(target: { readonly outPath: string; readonly overwrite: boolean }): Promise<void> {
  const { outPath, overwrite } = target
  const folder = await stat(dirname(outPath)).catch(() => undefined)
  if (!folder?.isDirectory()) {
    throw new SheafError({
      code: 'SHEAF_OUTPUT_FOLDER_MISSING',
      message: `the folder ${dirname(outPath)} does not exist`,
      hint: 'Create it, or choose another path with -o.',
    })
  }
  const present = await stat(outPath).catch(() => undefined)
  if (present?.isDirectory()) {
    throw new SheafError({
      code: 'SHEAF_OUTPUT_NOT_WRITABLE',
      message: `${outPath} is a folder`,
      hint: 'Add a file name to the path given with -o.',
    })
  }
  if (present && !overwrite) throw exists(outPath)
}

/** Gives the partial file its final name in one step, and makes that last through a power cut. */
export async function publish(options: {
  readonly partPath: string
  readonly outPath: string
  readonly overwrite: boolean
}): Promise<void> {
  const { partPath, outPath, overwrite } = options
  if (overwrite) await rename(partPath, outPath)
  else await renameNew(partPath, outPath)
  await syncFolder(dirname(outPath))
}

/** Bytes that a file's name may have on the file systems in use. */
const NAME_BYTES = 255

/**
 * Names a file beside `outPath` that nobody has taken: `film.faulty.mp4`, `film.faulty-2.mp4` …; a name that would get
 * too long is cut. Returns its path.
 */
export async function setAside(partPath: string, outPath: string): Promise<string> {
  const { dir, name, ext } = parse(outPath)
  for (let copy = 1; ; copy++) {
    const ending = `.faulty${copy === 1 ? '' : `-${copy}`}${ext}`
    const path = join(dir, cut(name, NAME_BYTES - Buffer.byteLength(ending)) + ending)
    try {
      await publish({ partPath, outPath: path, overwrite: false })
      return path
    } catch (error) {
      if (!isSheafError(error, 'SHEAF_OUTPUT_EXISTS') || copy === 1000) throw error
    }
  }
}

/** The beginning of a text, whole characters of at most so many bytes. */
function cut(text: string, bytes: number): string {
  let [kept, length] = ['', 0]
  for (const character of text) {
    length += Buffer.byteLength(character)
    if (length > bytes) break
    kept += character
  }
  return kept
}

/** Like rename, but never over a file that appeared meanwhile: link() refuses that, rename() does not. */
async function renameNew(partPath: string, outPath: string): Promise<void> {
  try {
    await link(partPath, outPath)
  } catch (error) {
    if (errorCode(error) === 'EEXIST') throw exists(outPath)
    // File systems without hard links (exFAT, many network shares): look once more, then rename.
    if (await stat(outPath).catch(() => undefined)) throw exists(outPath)
    await rename(partPath, outPath)
    return
  }
  await rm(partPath, { force: true })
}

async function syncFolder(path: string): Promise<void> {
  // Windows cannot open folders; there NTFS journals the rename.
  const folder = await open(path, 'r').catch(() => undefined)
  try {
    await folder?.sync().catch(() => undefined)
  } finally {
    await folder?.close()
  }
}

/** Names what went wrong while writing the result; keeps a SheafError and a signal's reason as they are. */
export function outputError(outPath: string, error: unknown): unknown {
  if (error instanceof SheafError) return error
  const known = outputProblems[errorCode(error) ?? '']
  if (!known) return error
  return new SheafError({ code: known.code, message: `${outPath}: ${known.problem}`, hint: known.hint, cause: error })
}

interface OutputProblem {
  readonly code: SheafErrorCode
  readonly problem: string
  readonly hint: string
}

const readOnly: OutputProblem = {
  code: 'SHEAF_OUTPUT_NOT_WRITABLE',
  problem: 'the file cannot be written there',
  hint: 'Check the permissions of the folder, or choose another path with -o.',
}
const full: OutputProblem = {
  code: 'SHEAF_DISK_FULL',
  problem: 'the disk is full',
  hint: 'Free some space; finished segments are kept, and the job goes on from them.',
}
const outputProblems: Readonly<Record<string, OutputProblem>> = {
  EACCES: readOnly,
  EPERM: readOnly,
  EROFS: readOnly,
  ENOSPC: full,
  EDQUOT: full,
  EFBIG: {
    ...full,
    problem: 'the file is larger than this file system allows',
    hint: 'Choose a path on another disk.',
  },
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
}

function exists(outPath: string): SheafError {
  return new SheafError({
    code: 'SHEAF_OUTPUT_EXISTS',
    message: `${outPath} exists already`,
    hint: 'Choose another path with -o, or pass --overwrite.',
  })
}
