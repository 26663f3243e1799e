import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { demoEdit, demoMedia, makeDemoMedia } from '@sheaf/cli'
import { between, seededRandom } from '../statistics/random.js'
import type { BenchContext } from '../bench.js'

/** Frames a second of the benches' edits. */
export const EDIT_RATE = 25

/** Five minutes. */
export const EDIT_FRAMES = 5 * 60 * EDIT_RATE

/** The size at which the benches' edits are rendered. */
export const EDIT_SIZE = { width: 640, height: 360 } as const

/** What `sheaf render` takes when nobody says anything. */
export const EDIT_PRESET = 'h264:crf=20,preset=medium'

/** What an edit of a bench is like. */
export interface BenchEdit {
  readonly path: string
  readonly frames: number
}

/**
 * Writes an edit of made media into the bench's folder: clips of four sizes and rates, cut into shots of 2 to 10 s
 * whose lengths follow from the seed, with sound unless it is not wanted. The media are made at the first run.
 */
export async function writeBenchEdit(
  context: Pick<BenchContext, 'dir' | 'mediaDir' | 'seed' | 'say'>,
  {
    name,
    frames,
    sound = true,
  }: { readonly name: string; readonly frames: number; readonly sound?: boolean | undefined },
): Promise<BenchEdit> {
  const { dir, mediaDir, seed } = context
  const made = await makeDemoMedia(mediaDir)
  if (made > 0) context.say(`made ${made} media in ${mediaDir}`)
  const random = seededRandom(seed)
  const shots = Array.from({ length: 97 }, () => between(random, 2 * EDIT_RATE, 10 * EDIT_RATE))
  const folder = join(dir, name)
  await mkdir(folder)
  // Media are named relative to the edit, and lie where they are kept.
  await symlink(mediaDir, join(folder, 'media'), 'junction')
  const path = join(folder, `${name}.otio`)
  const edit = demoEdit({ name, media: demoMedia, rate: EDIT_RATE, frames, shots })
  await writeFile(path, sound ? edit : withoutSound(edit))
  return { path, frames }
}

function withoutSound(text: string): string {
  const edit = JSON.parse(text) as { readonly tracks: { readonly children: readonly { readonly kind: string }[] } }
  const children = edit.tracks.children.filter(({ kind }) => kind !== 'Audio')
  return JSON.stringify({ ...edit, tracks: { ...edit.tracks, children } })
}
