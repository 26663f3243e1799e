import { constants } from 'node:fs'
import { copyFile, open, rm, stat } from 'node:fs/promises'
import { SheafError } from '@sheaf/protocol'
import type { Manifest } from '@sheaf/timeline'
import { outputError, publish, stemPaths, workingPath } from '../join/index.js'
import type { HomeJob } from './ports.js'
import { sha256Of } from '../hashing/index.js'

/**
 * Puts the stems that were rendered to `sourceOf` beside the film, each under its name only when it is whole. One that is
 * there already is right when it has the same bytes: the agent may have died between two of them. Throws
 * SHEAF_OUTPUT_EXISTS and what the system says of the disk.
 */
export async function publishStems(
  job: Pick<HomeJob, 'jobId' | 'outputPath' | 'overwrite'>,
  manifest: Manifest,
  sourceOf: (index: number) => string,
): Promise<void> {
  for (const [index, outPath] of stemPaths(manifest, job.outputPath).entries()) {
    try {
      await putStem(job, { source: sourceOf(index), outPath })
    } catch (error) {
      throw outputError(outPath, error)
    }
  }
}

async function putStem(
  { jobId, outputPath, overwrite }: Pick<HomeJob, 'jobId' | 'outputPath' | 'overwrite'>,
  { source, outPath }: { readonly source: string; readonly outPath: string },
): Promise<void> {
  if (!overwrite && (await stat(outPath).catch(() => undefined)) !== undefined) {
    if ((await sha256Of(outPath)) === (await sha256Of(source))) return
    throw exists(outPath)
  }
  const partPath = workingPath(outputPath, jobId, 'stem')
  try {
    await copyFile(source, partPath, constants.COPYFILE_FICLONE)
    await sync(partPath)
    await publish({ partPath, outPath, overwrite })
  } finally {
    await rm(partPath, { force: true })
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

function exists(path: string): SheafError {
  return new SheafError({
    code: 'SHEAF_OUTPUT_EXISTS',
    message: `the stem ${path} exists already`,
    hint: 'Move it away, or render again with --overwrite.',
  })
}
