import { createHash, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join, parse } from 'node:path'
import type { AssetId, BlobId, JobId } from '@sheaf/protocol'
import { audioExtension, type Manifest } from '@sheaf/timeline'
import { type AssetPlace, placeOf } from '../../blobs/index.js'
import { type FfmpegTools, probeMedia, renderAudio, renderChunk, type RenderedSegment } from '../../engine/index.js'
import { prepareJob, type PrepareRequest } from '../../ingest/index.js'
import { openOutputJoiner } from '../../join/index.js'
import { ffmpeg } from '../../join/testing/make-media.js'

/** A film that was rendered as a farm does it, and what was asked for. */
export interface MadeFilm {
  readonly path: string
  readonly request: PrepareRequest
  readonly segments: readonly RenderedSegment[]
  readonly manifest: Manifest
  readonly assetPath: (asset: AssetId) => AssetPlace
}

/** Pictures that never stand still and sound that is nowhere like itself, four seconds of both. */
export async function makeMedia(dir: string, { rate = '25', size = '128x72' } = {}): Promise<void> {
  const sound = "aevalsrc='0.4*sin(300*t+90*t*t*t)*(0.6+0.4*sin(17*t))':s=48000:d=4"
  await ffmpeg(
    ...['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=${rate}:d=4`, '-f', 'lavfi', '-i', sound],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '8', '-g', '12', '-pix_fmt', 'yuv420p'],
    ...['-c:a', 'pcm_s16le', join(dir, 'shot.mov')],
  )
}

/** Renders an edit, written as text, with all the parts that a farm renders it with. */
export async function makeFilm(
  tools: FfmpegTools,
  dir: string,
  { edit, ...options }: { readonly edit: string } & Omit<PrepareRequest, 'editPath'>,
): Promise<MadeFilm> {
  const work = await mkdtemp(join(dir, 'film-'))
  const editPath = join(dir, `${work.split('-').at(-1)}.otio`)
  await writeFile(editPath, edit)
  const request = { editPath, ...options }
  const { manifest, media } = await prepareJob(request, {
    probe: (path, part) => probeMedia({ tools, path, part }),
    madeFolder: join(work, 'made'),
  })
  const places = new Map(media.flatMap(({ assetId, source }) => (source ? [[assetId, placeOf(source)] as const] : [])))
  const assetPath = (asset: AssetId): AssetPlace => places.get(asset) ?? ''
  const segments: RenderedSegment[] = []
  const signal = new AbortController().signal
  const outDir = join(work, 'segments')
  await mkdir(outDir)
  const chunk = { tools, manifest, assetPath, outDir, decode: false, signal }
  await renderChunk({
    ...chunk,
    from: 0,
    to: manifest.segments.length,
    onSegment: (segment) => segments.push(segment),
  }).done
  const audioPath = join(work, `sound${audioExtension(manifest.preset)}`)
  const heard = await renderAudio({ tools, manifest, assetPath, outPath: audioPath, signal })
  const path = join(work, `film${manifest.preset.endings[0] ?? ''}`)
  const joiner = await openOutputJoiner({
    jobId: '00000000000000000001' as JobId,
    outPath: path,
    overwrite: false,
    rate: manifest.edit.rate,
    width: manifest.picture.width,
    height: manifest.picture.height,
    segmentFrames: manifest.segments.map(([from, to]) => to - from),
    audioPath: heard ? audioPath : undefined,
  })
  for (const segment of segments) await joiner.add(segment.index, segment.path, await blobOf(segment.path))
  await joiner.finish()
  return { path, request, segments, manifest, assetPath }
}

/** A film's pictures put through a filter and encoded again, well enough; its tags, times and sound as they were. */
export async function seedFilm(made: MadeFilm, filters: string, more: readonly string[] = []): Promise<string> {
  const { dir, ext } = parse(made.path)
  const path = join(dir, `seeded-${randomUUID()}${ext}`)
  const encoder =
    made.manifest.preset.pictures?.encoder === 'ffv1'
      ? ['-c:v', 'ffv1']
      : ['-c:v', 'libx264', '-crf', '18', '-preset', 'veryfast']
  const tags = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv']
  const rate = ['-video_track_timescale', '12800', '-fps_mode', 'passthrough']
  const given = ['-i', made.path, '-map', '0', '-filter:v', `${filters},setpts=N/25/TB`, ...encoder, ...tags, ...rate]
  await ffmpeg(...given, '-c:a', 'copy', ...more, path)
  return path
}

async function blobOf(path: string): Promise<BlobId> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex') as BlobId
}
