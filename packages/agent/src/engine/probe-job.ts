import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { frameFormat, MANIFEST_VERSION, probePictures, sliceEdit, type Manifest, type Preset } from '@sheaf/timeline'

/** A job by which agents are compared: the same on every machine, and made without encoding anything. */
export interface ProbeJob {
  readonly manifest: Manifest
  readonly assetPath: (assetId: string) => string
}

/** Frames of the part that encoders are tried with: footage, retimed and led over, in two segments. */
const PART = 18

/**
 * The job of `probePictures`, all of it or its first part, with one preset. Its medium is written into `dir`, which is
 * there. All of it is one segment, and tries every filter; a part is two.
 */
export async function makeProbeJob(
  dir: string,
  preset: Preset,
  { extent }: { readonly extent: 'all' | 'part' },
): Promise<ProbeJob> {
  const { edit: whole, media, mediumBase64 } = probePictures()
  const medium = Buffer.from(mediumBase64, 'base64')
  const path = join(dir, 'probe.mp4')
  await writeFile(path, medium)
  const edit = extent === 'all' ? whole : sliceEdit(whole, { from: 0, to: PART })
  const size = extent === 'all' ? { width: 96, height: 54 } : { width: 160, height: 90 }
  const manifest: Manifest = {
    version: MANIFEST_VERSION,
    edit,
    media: Object.fromEntries(
      Object.entries(media).map(([id, index]) => [id, { index, sizeBytes: medium.length, name: 'probe.mp4' }]),
    ),
    picture: frameFormat({ ...size, pixFmt: preset.pixels ?? 'yuv420p' }),
    preset,
    segments:
      extent === 'all'
        ? [[0, edit.frames]]
        : [
            [0, PART / 2],
            [PART / 2, PART],
          ],
  }
  return { manifest, assetPath: () => path }
}
