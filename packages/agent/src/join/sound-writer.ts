import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, open, rm } from 'node:fs/promises'
import { SheafError } from '@sheaf/protocol'
import type { JoinedOutput, OutputJoiner, OutputJoinerOptions } from './output-joiner.js'
import { checkTarget, outputError, publish } from './publish-output.js'
import { workingPath } from './working-path.js'

/** An output that is the rendered sound alone: there are no segments to add. */
export async function openSoundWriter(
  options: Pick<OutputJoinerOptions, 'jobId' | 'outPath' | 'overwrite' | 'audioPath'>,
): Promise<OutputJoiner> {
  await checkTarget(options)
  const partPath = workingPath(options.outPath, options.jobId, 'part')
  return {
    add: () => Promise.reject(new Error('a job of sound alone has no segments')),
    joined: () => 0,
    finish: () => finish(options, partPath),
    abort: () => rm(partPath, { force: true }),
  }
}

async function finish(
  { audioPath, outPath, overwrite }: Pick<OutputJoinerOptions, 'outPath' | 'overwrite' | 'audioPath'>,
  partPath: string,
): Promise<JoinedOutput> {
  if (audioPath === undefined) {
    throw new SheafError({
      code: 'SHEAF_OUTPUT_FORMAT',
      message: `${outPath}: the edit has no sound`,
      hint: 'Render it with a preset that has pictures: sheaf presets',
    })
  }
  try {
    await copyFile(audioPath, partPath)
    const file = await open(partPath, 'r+')
    const hash = createHash('sha256')
    let sizeBytes = 0
    try {
      await file.sync()
      for await (const bytes of createReadStream(partPath) as AsyncIterable<Buffer>) {
        hash.update(bytes)
        sizeBytes += bytes.length
      }
    } finally {
      await file.close()
    }
    await publish({ partPath, outPath, overwrite })
    return { path: outPath, frames: 0, sizeBytes, sha256: hash.digest('hex') }
  } catch (error) {
    throw outputError(outPath, error)
  }
}
