import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { inputPlaces, placeOf, type FfmpegTools, type PreparedJob } from '@sheaf/agent/measuring'
import { compileCompositor, mediaIndices, resolveCall } from '@sheaf/timeline'
import { execa } from 'execa'

/** Hashes of all frames of a prepared job, made by one process from the first to the last. */
export async function renderWhole(job: PreparedJob, tools: FfmpegTools, dir: string): Promise<readonly string[]> {
  const { manifest, media } = job
  const { edit, picture } = manifest
  const call = compileCompositor({
    edit,
    media: mediaIndices(manifest),
    format: picture,
    from: 0,
    to: edit.frames,
  })
  const places = new Map(media.flatMap(({ assetId, source }) => (source ? [[assetId, placeOf(source)]] : [])))
  const where = await inputPlaces(
    call,
    (assetId) => {
      const place = places.get(assetId)
      if (place === undefined) throw new Error(`no file for ${assetId}`)
      return place
    },
    join(dir, 'whole'),
  )
  const { stdout } = await execa(tools.ffmpeg, resolveCall(call, where), { encoding: 'buffer', maxBuffer: 1 << 30 })
  if (stdout.length !== call.frameBytes * call.frames) throw new Error(`${edit.name}: ${stdout.length} bytes`)
  return hashFrames(stdout, call.frameBytes)
}

/** Hashes of the frames of a finished film, decoded to raw pictures of a format. */
export async function hashFilm(
  tools: FfmpegTools,
  path: string,
  format: { readonly pixFmt: string; readonly frameBytes: number },
): Promise<readonly string[]> {
  const args = ['-nostdin', '-v', 'error', '-i', path, '-map', '0:v:0', '-fps_mode', 'passthrough']
  const raw = [...args, '-f', 'rawvideo', '-pix_fmt', format.pixFmt, 'pipe:1']
  const { stdout } = await execa(tools.ffmpeg, raw, { encoding: 'buffer', maxBuffer: 1 << 30 })
  return hashFrames(stdout, format.frameBytes)
}

function hashFrames(raw: Uint8Array, frameBytes: number): string[] {
  return Array.from({ length: Math.ceil(raw.length / frameBytes) }, (_, i) =>
    createHash('md5')
      .update(raw.subarray(i * frameBytes, (i + 1) * frameBytes))
      .digest('hex'),
  )
}

/** How many places of two lists differ, those that only one of them has included. */
export function differing(a: readonly string[], b: readonly string[]): number {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => i).filter((i) => a[i] !== b[i]).length
}
