import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { compileAudio, mediaIndices, resolveCall } from '@sheaf/timeline'
import { checkSound } from '../join/index.js'
import type { FfmpegTools } from './find-ffmpeg.js'
import { inputPlaces } from './input-places.js'
import { graphFileFor } from './render-chunk.js'
import type { RenderAudioOptions } from './render-types.js'
import { runTool } from './run-tool.js'
import { engineFailed } from './segment-encoder.js'

/**
 * Renders the whole edit's sound into one file; false when the edit has none (no file is written).
 * `outPath` must end in the preset's `audioExtension`. Throws SHEAF_ENGINE_FAILED, SHEAF_DISK_FULL,
 * or the signal's reason; a half-written file does not stay.
 */
export async function renderAudio({
  tools,
  manifest,
  assetPath,
  environment,
  outPath,
  signal,
}: RenderAudioOptions): Promise<boolean> {
  const extension = extname(outPath)
  const part = join(dirname(outPath), `${basename(outPath, extension)}.part`)
  const partPath = part + extension
  const { edit, preset } = manifest
  const call = compileAudio({ edit, media: mediaIndices(manifest), preset, output: partPath })
  if (!call) return false
  const graphPath = `${part}.graph.txt`
  try {
    const graphFile = await graphFileFor(call, graphPath)
    const args = resolveCall(call, { ...(await inputPlaces(call, assetPath, part)), graphFile })
    const { stderr } = await runTool({ file: tools.ffmpeg, args, environment, signal })
    if (stderr.trim() !== '') throw new Error(stderr.trim().slice(-1000))
    if (extension === '.wav' || extension === '.flac') await countSamples(tools, partPath, call.samples)
    else await checkSound(partPath, call.samples)
    await syncFile(partPath)
    await rename(partPath, outPath)
    return true
  } catch (error) {
    signal.throwIfAborted()
    throw engineFailed('the sound of the edit', error)
  } finally {
    await rm(partPath, { force: true })
    await rm(graphPath, { force: true })
  }
}

/** Files of sound alone that are no QuickTime: their samples by ffprobe. */
async function countSamples(tools: FfmpegTools, path: string, samples: number): Promise<void> {
  const args = ['-v', 'error', '-show_entries', 'stream=duration_ts', '-of', 'csv=p=0', `file:${path}`]
  const { stdout } = await runTool({ file: tools.ffprobe, args })
  const held = Number(stdout.toString('latin1').trim())
  if (held !== samples) throw new Error(`it holds ${held} samples, expected ${samples}`)
}

/** The sound is kept and trusted after a restart, so its bytes must be on the disk before its name is. */
async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
