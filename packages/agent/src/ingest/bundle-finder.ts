import { posix } from 'node:path'
import type { FoundPlace, MediaFinder, WrittenPath } from './media-finder.js'
import { isWindowsPath, relink, type MediaRoot } from './media-root.js'
import type { ZipBundle } from './zip-bundle.js'

/** Looks for the media of a bundle inside of it: relative names there alone, all others where `outside` finds them. */
export class BundleFinder implements MediaFinder {
  readonly #bundle: ZipBundle
  readonly #outside: MediaFinder
  readonly #roots: readonly MediaRoot[]

  constructor(init: {
    readonly bundle: ZipBundle
    readonly outside: MediaFinder
    readonly roots: readonly MediaRoot[]
  }) {
    this.#bundle = init.bundle
    this.#outside = init.outside
    this.#roots = init.roots
  }

  async find(written: WrittenPath): Promise<FoundPlace> {
    const { path, decodedPath } = written
    const elsewhere = path.startsWith('/') || isWindowsPath(path) || relink(path, this.#roots) !== undefined
    if (elsewhere) return this.#outside.find(written)
    const names = [path, ...(decodedPath === undefined ? [] : [decodedPath])]
    for (const name of [...names, ...names.map((one) => one.replaceAll('\\', '/'))]) {
      const found = await this.#inside(posix.normalize(name))
      if (found !== undefined) return found
    }
    return { found: 'nothing', path: this.#bundle.pathOf(path), why: 'absent' }
  }

  async #inside(normal: string): Promise<FoundPlace | undefined> {
    const name = normal.replace(/\/$/, '')
    const path = this.#bundle.pathOf(name)
    const file = await this.#bundle.file(name)
    if (typeof file === 'string') return { found: 'other', path, reason: file }
    if (file !== undefined) return { found: 'file', path, source: file }
    const folder = name === '.' ? '' : name
    const names = this.#bundle.names(folder)
    if (names === undefined) return undefined
    const inFolder = (child: string): string => (folder === '' ? child : `${folder}/${child}`)
    return {
      found: 'folder',
      path,
      folder: { names: async () => names, file: (child) => this.#bundle.file(inFolder(child)) },
    }
  }
}
