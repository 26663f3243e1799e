import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { SheafError } from '@sheaf/protocol'

/** Where an agent keeps its things, all below one folder that belongs to it alone. */
export interface StorePaths {
  readonly root: string
  readonly identity: string
  readonly db: string
  readonly blobs: string
  /** Copies of other machines' assets, one folder a job. */
  readonly assets: string
  /** Chunks being rendered, which do not outlive the agent, and results being joined, which do. */
  readonly work: string
  /** What can be made again: fingerprint, benchmark media. */
  readonly cache: string
  /** Found by programs of the same machine: run file and API token. */
  readonly run: string
  readonly log: string
  /** Presets of the studio's own. */
  readonly presets: string
}

/** Names the store's folders below `root` and makes them, private to the user. */
export async function openStorePaths(root: string): Promise<StorePaths> {
  const paths: StorePaths = {
    root,
    identity: join(root, 'identity'),
    db: join(root, 'db'),
    blobs: join(root, 'blobs'),
    assets: join(root, 'assets'),
    work: join(root, 'work'),
    cache: join(root, 'cache'),
    run: join(root, 'run'),
    log: join(root, 'log'),
    presets: join(root, 'presets'),
  }
  const folders = [paths.identity, paths.blobs, paths.assets, paths.work, paths.cache, paths.run, paths.log]
  try {
    await mkdir(root, { recursive: true, mode: 0o700 })
    for (const folder of folders) await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new SheafError({
      code: 'SHEAF_CONFIG_INVALID',
      message: `The store folder ${root} cannot be made or written.`,
      hint: 'Choose another folder with --store, or give yourself the right to write there.',
      cause,
    })
  }
  return paths
}
