import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { FfmpegCall } from '@sheaf/timeline'
import { resolveCall } from '@sheaf/timeline'
import { inputPlaces } from '../engine/index.js'
import { graphFileFor } from '../engine/render-chunk.js'
import { engineFailed } from '../engine/segment-encoder.js'
import { readPieces } from './read-pieces.js'
import type { ReferenceJob } from './reference-job.js'

/**
 * Runs a call on the job's media and yields its standard output in pieces; what it must read from files is removed
 * afterwards. Throws SHEAF_ENGINE_FAILED: what fails here is this machine, not the film that is compared.
 */
export async function* readCall(
  call: FfmpegCall,
  job: ReferenceJob,
  { who, pieceBytes }: { readonly who: string; readonly pieceBytes: number },
): AsyncGenerator<Buffer, void> {
  const { tools, workDir, assetPath, signal } = job
  const folder = await mkdtemp(join(workDir, 'compare-'))
  try {
    const graphFile = await graphFileFor(call, join(folder, 'graph.txt'))
    const places = await inputPlaces(call, assetPath, join(folder, 'pictures'))
    const args = resolveCall(call, { ...places, graphFile })
    yield* readPieces({ file: tools.ffmpeg, args, pieceBytes, signal })
  } catch (error) {
    signal?.throwIfAborted()
    throw engineFailed(`${who}, to compare with`, error)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
