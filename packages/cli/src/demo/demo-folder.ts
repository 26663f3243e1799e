import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { demoEdit } from './demo-edit.js'
import { demoMedia, makeDemoMedia } from './make-media.js'

/** The demo's own corner: media are kept between runs, stores are not. */
export interface DemoFolder {
  readonly root: string
  readonly editPath: string
  readonly outputPath: string
  /** Media that had to be made. */
  readonly made: number
  storePath(name: string): string
  /** Removes the agents' stores. */
  clean(): Promise<void>
}

/** Lays out the demo in `root`: media and edit. */
export async function layOutDemo(
  root: string,
  edit: { readonly frames: number; readonly rate: number },
): Promise<DemoFolder> {
  const stores = join(root, 'stores')
  await rm(stores, { recursive: true, force: true })
  await mkdir(stores, { recursive: true })
  const made = await makeDemoMedia(join(root, 'media'))
  const editPath = join(root, 'film.otio')
  await writeFile(editPath, demoEdit({ name: 'film', media: demoMedia, ...edit }))
  return {
    root,
    editPath,
    outputPath: join(root, 'film.mp4'),
    made,
    storePath: (name) => join(stores, name),
    clean: () => rm(stores, { recursive: true, force: true }),
  }
}
