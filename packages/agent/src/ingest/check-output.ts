import { randomBytes } from 'node:crypto'
import { mkdir, open, realpath, rm, stat, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { SheafError } from '@sheaf/protocol'
import { findImages } from '../join/index.js'

/** What is asked of an output before anything is rendered. */
export interface OutputRequest {
  readonly outputPath: string
  readonly overwrite: boolean
  /** Media and edit of the job: the output must be none of them. */
  readonly inputs: readonly string[]
  /** A guess at the result's size, so that a full disk is met now and not at the end. */
  readonly outputBytes: number
  /** A folder of this agent's store, and a guess at what segments take there. */
  readonly storeFolder: string
  readonly storeBytes: number
  /** Numbers of pictures, for an output that is many files: the row of # in `outputPath` is their place. */
  readonly images?: { readonly first: number; readonly count: number } | undefined
}

/**
 * Refuses an output that could not be written, or would destroy something. Throws
 * `SHEAF_OUTPUT_EXISTS`, `SHEAF_OUTPUT_FOLDER_MISSING`, `SHEAF_OUTPUT_NOT_WRITABLE`, `SHEAF_DISK_FULL`.
 */
export async function checkOutput(request: OutputRequest): Promise<void> {
  const folder = dirname(request.outputPath)
  await checkOutputFolder(request.outputPath, { isMade: request.images !== undefined })
  if (request.images !== undefined) await mkdir(folder).catch(() => undefined)
  await checkName(request)
  await checkWritable(folder)
  await checkSpace(folder, request)
}

/**
 * Refuses an output whose folder is not there, with SHEAF_OUTPUT_FOLDER_MISSING: quick enough to be asked before media
 * are read. `isMade`: a folder that is to hold many pictures is made by {@link checkOutput}, in one that is there.
 */
export async function checkOutputFolder(outputPath: string, { isMade }: { readonly isMade: boolean }): Promise<void> {
  const folder = dirname(outputPath)
  const found = await stat(folder).catch(() => undefined)
  if (found?.isDirectory() === true) return
  if (isMade && found === undefined && (await stat(dirname(folder)).catch(() => undefined))?.isDirectory() === true)
    return
  throw new SheafError({
    code: 'SHEAF_OUTPUT_FOLDER_MISSING',
    message: `The folder of the output, ${folder}, ${found === undefined ? 'does not exist' : 'is not a folder'}.`,
    hint: 'Make the folder first, or choose another output with -o.',
  })
}

/** Of many files each one is checked: the first may be free or of an earlier render, and the tenth a source. */
async function checkName({ images, outputPath, inputs, overwrite }: OutputRequest): Promise<void> {
  const paths = images ? await findImages(outputPath, images) : [outputPath]
  if (paths.length === 0) return
  const taken = new Set<string>()
  // One after another: a sequence may be of more files than can be asked for at once.
  for (const input of inputs) taken.add(await realpath(input).catch(() => input))
  for (const path of paths) await checkFile({ outputPath: path, overwrite, taken })
}

interface FileRequest extends Pick<OutputRequest, 'outputPath' | 'overwrite'> {
  /** Real paths of the inputs. */
  readonly taken: ReadonlySet<string>
}

async function checkFile({ outputPath, overwrite, taken }: FileRequest): Promise<void> {
  const found = await stat(outputPath).catch(() => undefined)
  if (found === undefined) return
  if (found.isDirectory()) {
    throw new SheafError({
      code: 'SHEAF_OUTPUT_EXISTS',
      message: `The output ${outputPath} is a folder.`,
      hint: `Name a file in it, such as -o ${join(outputPath, 'film.mp4')}`,
    })
  }
  if (taken.has(await realpath(outputPath))) {
    throw new SheafError({
      code: 'SHEAF_OUTPUT_EXISTS',
      message: `The output ${outputPath} is one of the job's own inputs and would be destroyed.`,
      hint: 'Choose another output with -o; --overwrite does not help here.',
    })
  }
  if (overwrite) return
  throw new SheafError({
    code: 'SHEAF_OUTPUT_EXISTS',
    message: `The output ${outputPath} exists already.`,
    hint: 'Choose another name with -o, or replace it with --overwrite.',
  })
}

/** Tries, since permissions, read-only mounts and network drives are only known by trying. */
async function checkWritable(folder: string): Promise<void> {
  const probe = join(folder, `.sheaf-${randomBytes(4).toString('hex')}`)
  try {
    await (await open(probe, 'wx')).close()
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw diskFull(`The disk of the output folder ${folder}`, 'no file can be made in it', cause)
    throw new SheafError({
      code: 'SHEAF_OUTPUT_NOT_WRITABLE',
      message: `The folder of the output, ${folder}, cannot be written to (${code ?? 'unknown error'}).`,
      hint: 'Choose a folder that you may write to with -o.',
      cause,
    })
  } finally {
    await rm(probe, { force: true }).catch(() => undefined)
  }
}

/** Each disk must hold its part, and both parts where it is one disk. */
async function checkSpace(folder: string, request: OutputRequest): Promise<void> {
  const { storeFolder, storeBytes, outputBytes } = request
  const [output, store] = await Promise.all([stat(folder), stat(storeFolder)])
  if (output.dev === store.dev) {
    return checkFree(folder, outputBytes + storeBytes, `The disk of the output folder ${folder} and of the store`)
  }
  await checkFree(folder, outputBytes, `The disk of the output folder ${folder}`)
  await checkFree(storeFolder, storeBytes, `The disk of this agent's store, ${storeFolder},`)
}

async function checkFree(folder: string, bytes: number, disk: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const freeBytes = bavail * bsize
  if (freeBytes > bytes) return
  throw diskFull(disk, `about ${inMegabytes(bytes)} are needed and ${inMegabytes(freeBytes)} are free`)
}

function diskFull(disk: string, why: string, cause?: unknown): SheafError {
  return new SheafError({
    code: 'SHEAF_DISK_FULL',
    message: `${disk} is full: ${why}.`,
    hint: 'Free some space there, or choose a folder on another disk: of the output with -o, of the store with --store.',
    cause,
  })
}

const inMegabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`

/** Name of a job made from its output's: `film.mp4` → `film`. */
export const jobNameOf = (outputPath: string): string => basename(outputPath).replace(/\.[^.]+$/, '') || 'render'
