import { cp, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { demoEdit, makeDemoMedia, type DemoMedium } from '@sheaf/cli'
import { inject } from 'vitest'

const medium = (file: string, [width, height]: readonly [number, number], rate: DemoMedium['rate'], source: string) =>
  ({ file, width, height, rate, seconds: 5, source, toneHz: 440, grain: 3 }) satisfies DemoMedium

/** Two small clips of different sizes and rates; a farm of tests renders them in seconds. */
export const smallMedia: readonly DemoMedium[] = [
  medium('wide.mp4', [320, 180], { num: 30, den: 1 }, 'testsrc2'),
  medium('old.mp4', [192, 144], { num: 24_000, den: 1001 }, 'mandelbrot'),
]

/** Effort that gives a farm something to do, so that there is a midway to kill in. */
export const slowPreset = 'h264:crf=20,preset=slow'
export const quickPreset = 'h264:crf=28,preset=veryfast'

export interface SmallFilm {
  readonly editPath: string
  readonly frames: number
  readonly rate: number
}

/** Lays out `media/` and an edit over them in `folder`. */
export async function makeSmallFilm(folder: string, frames: number, name = 'film'): Promise<SmallFilm> {
  await copySmallMedia(join(folder, 'media'))
  const editPath = join(folder, `${name}.otio`)
  const rate = 25
  await writeFile(editPath, demoEdit({ name, media: smallMedia, rate, frames, shots: [40, 26, 31, 55] }))
  return { editPath, frames, rate }
}

/** Puts the small media into a folder; they are made once in a run of tests. */
export async function copySmallMedia(folder: string): Promise<void> {
  const shared = join(inject('runFolder'), 'small-media')
  if ((await stat(shared).catch(() => undefined)) === undefined) {
    const making = await mkdtemp(join(inject('runFolder'), 'making-'))
    await makeDemoMedia(making, smallMedia)
    // Another test file may have been faster: what it made is as good.
    await rename(making, shared).catch(() => rm(making, { recursive: true }))
  }
  await cp(shared, folder, { recursive: true })
}

/** The edit without its sound. */
export function withoutSound(otio: string): string {
  const edit = JSON.parse(otio) as { tracks: { children: { kind: string }[] } }
  edit.tracks.children = edit.tracks.children.filter(({ kind }) => kind !== 'Audio')
  return JSON.stringify(edit)
}
