import { realpath, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { SheafError } from '@sheaf/protocol'

/** What is asked of the files of stems before anything is rendered. */
export interface StemsRequest {
  readonly paths: readonly string[]
  readonly overwrite: boolean
  /** Media and edit of the job, and the film: no stem may be one of them. */
  readonly others: readonly string[]
}

/** Refuses stems that could not be written, or would destroy something, all of them at once: SHEAF_OUTPUT_EXISTS. */
export async function checkStems({ paths, overwrite, others }: StemsRequest): Promise<void> {
  const taken = new Set(await Promise.all(others.map(realPathOf)))
  const problems: string[] = []
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined)
    if (taken.has(await realPathOf(path))) problems.push(`${path} is another file of the job`)
    else if (found?.isDirectory() === true) problems.push(`${path} is a folder`)
    else if (found !== undefined && !overwrite) problems.push(`${path} exists already`)
    else if (Buffer.byteLength(basename(path)) > 255) problems.push(`${path} has too long a name`)
  }
  if (problems.length === 0) return
  throw new SheafError({
    code: 'SHEAF_OUTPUT_EXISTS',
    message: ['The stems cannot be written:', ...problems.map((problem) => `  ${problem}`)].join('\n'),
    hint: 'Choose another name with -o, or replace files with --overwrite.',
    details: { problems },
  })
}

const realPathOf = (path: string): Promise<string> => realpath(path).catch(() => path)
