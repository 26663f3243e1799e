import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { MissingReason } from '@sheaf/timeline'
import { sourceOfFile, type AssetSource } from '../blobs/index.js'
import { findPath } from './find-path.js'
import { isWindowsPath, relink, type MediaRoot } from './media-root.js'

/** A name as an edit writes it, and with percent escapes resolved when that differs. */
export interface WrittenPath {
  readonly path: string
  readonly decodedPath: string | undefined
}

/** What a written path led to. */
export type FoundPlace =
  | { readonly found: 'file'; readonly path: string; readonly source: AssetSource }
  | { readonly found: 'folder'; readonly path: string; readonly folder: MediaFolder }
  | { readonly found: 'other'; readonly path: string; readonly reason: string }
  | { readonly found: 'nothing'; readonly path: string; readonly why: MissingReason }

/** A folder with numbered pictures. */
export interface MediaFolder {
  /** Names of what lies in it, by their composed form (NFC). */
  names(): Promise<ReadonlyMap<string, string>>
  /** The file of that name; undefined when it is none, a reason when it cannot be read in place. */
  file(name: string): Promise<AssetSource | string | undefined>
}

/** Looks for the media of an edit. */
export interface MediaFinder {
  find(written: WrittenPath): Promise<FoundPlace>
}

/** Looks on the disk: below the media roots, or beside the edit. */
export class DiskFinder implements MediaFinder {
  readonly #folder: string
  readonly #roots: readonly MediaRoot[]
  readonly #windows: boolean

  constructor(init: { readonly folder: string; readonly roots: readonly MediaRoot[]; readonly windows?: boolean }) {
    this.#folder = init.folder
    this.#roots = init.roots
    this.#windows = init.windows ?? process.platform === 'win32'
  }

  async find(written: WrittenPath): Promise<FoundPlace> {
    const { paths, why } = this.#candidates(written)
    for (const path of paths) {
      const place = await findPath(path)
      if (place === undefined) continue
      const { facts } = place
      if (facts.isFile()) return { found: 'file', path: place.path, source: sourceOfFile(place.path, facts) }
      if (facts.isDirectory()) return { found: 'folder', path: place.path, folder: diskFolder(place.path) }
      return { found: 'other', path: place.path, reason: 'it is not a file' }
    }
    return { found: 'nothing', path: paths[0] ?? written.path, why }
  }

  /** Places to look at, the likeliest first. A media root that fits is the person's own word: nothing else is tried. */
  #candidates({ path, decodedPath }: WrittenPath): { readonly paths: readonly string[]; readonly why: MissingReason } {
    const names = decodedPath === undefined ? [path] : [path, decodedPath]
    const relinked = names.flatMap((name) => {
      const resolved = this.#windows || !isWindowsPath(name) ? resolve(this.#folder, name) : name
      const to = relink(name, this.#roots) ?? relink(resolved, this.#roots)
      return to === undefined ? [] : [resolve(this.#folder, to)]
    })
    if (relinked.length > 0) return { paths: relinked, why: 'relinked' }
    if (this.#windows) return { paths: names.map((name) => resolve(this.#folder, name)), why: 'absent' }
    // Elsewhere a drive or a server is no folder; that one could mean a file beside the edit would be a guess.
    const reachable = names.filter((name) => !isWindowsPath(name))
    const turned = reachable.filter((name) => name.includes('\\')).map((name) => name.replaceAll('\\', '/'))
    const paths = [...reachable, ...turned].map((name) => resolve(this.#folder, name))
    return { paths, why: isWindowsPath(path) ? 'windows-path' : 'absent' }
  }
}

function diskFolder(folder: string): MediaFolder {
  return {
    names: async () =>
      new Map(
        (await readdir(folder))
          .sort()
          .reverse()
          .map((name) => [name.normalize('NFC'), name]),
      ),
    file: async (name) => {
      const path = join(folder, name)
      const facts = await stat(path).catch(() => undefined)
      return facts?.isFile() ? sourceOfFile(path, facts) : undefined
    },
  }
}
