import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { isSheafError, SheafError } from '@sheaf/protocol'
import { openPromise, type Entry, type ZipFile } from 'yauzl'
import { sourceOfFile, type AssetSource } from '../blobs/index.js'
import { decodeText } from './decode-text.js'

/** More entries than this are no edit's. */
const MOST_ENTRIES = 500_000
/** ZIP's number for what is stored as it is. */
const STORED = 0

/**
 * A bundle in one file, `.otioz`: its directory is read, nothing is unpacked. Media in it are stored as they are, so each
 * is a stretch of the file and is read there, however large it is. Names that lead out of the bundle are refused.
 */
export class ZipBundle {
  readonly path: string
  readonly #zip: ZipFile
  readonly #facts: Stats
  /** By name, with accents composed. */
  readonly #entries: ReadonlyMap<string, Entry>

  private constructor(init: {
    readonly path: string
    readonly zip: ZipFile
    readonly facts: Stats
    readonly entries: ReadonlyMap<string, Entry>
  }) {
    this.path = init.path
    this.#zip = init.zip
    this.#facts = init.facts
    this.#entries = init.entries
  }

  /** Reads the directory of a bundle; SHEAF_EDIT_INVALID when it is none. To be closed. */
  static async open(path: string): Promise<ZipBundle> {
    const facts = await stat(path)
    const zip = await openPromise(path, { autoClose: false, lazyEntries: true }).catch((error: unknown) => {
      throw damaged(path, error)
    })
    try {
      return new ZipBundle({ path, zip, facts, entries: await readEntries(zip, path) })
    } catch (error) {
      zip.close()
      throw error instanceof SheafError ? error : damaged(path, error)
    }
  }

  /** Lets go of the file; what was found in it stays true. */
  close(): void {
    this.#zip.close()
  }

  /** A small file in the bundle as text; undefined when it is not there. SHEAF_EDIT_INVALID when it cannot be read or is larger. */
  async text(name: string, mostBytes: number): Promise<string | undefined> {
    const entry = this.#entries.get(name)
    if (entry === undefined) return undefined
    if (entry.uncompressedSize > mostBytes)
      throw damaged(this.path, new Error(`${name} is ${entry.uncompressedSize} bytes long`))
    try {
      // Never more than the directory says: yauzl ends a stream that goes on.
      const bytes = await buffer(await this.#zip.openReadStreamPromise(entry))
      return decodeText(bytes, `${this.path}/${name}`)
    } catch (error) {
      throw isSheafError(error) ? error : damaged(this.path, error)
    }
  }

  /** Names of the files directly in a folder of the bundle, by their composed form; undefined when it is none. */
  names(folder: string): ReadonlyMap<string, string> | undefined {
    const start = folder === '' ? '' : `${folder.normalize('NFC')}/`
    const inside = [...this.#entries.keys()].filter((name) => name.startsWith(start))
    if (inside.length === 0) return undefined
    const names = inside.map((name) => name.slice(start.length)).filter((name) => !name.includes('/'))
    return new Map(names.map((name) => [name, name]))
  }

  /** A file in the bundle, to be read where it is; a reason when that cannot be; undefined when it is not there. */
  async file(name: string): Promise<AssetSource | string | undefined> {
    const entry = this.#entries.get(name.normalize('NFC'))
    if (entry === undefined) return undefined
    if (entry.isEncrypted()) return 'it is encrypted in the bundle'
    if (entry.compressionMethod !== STORED) {
      return 'it is compressed in the bundle, where media are to be stored as they are (zip -0); unpack the bundle, and render its content.otio'
    }
    const { fileDataStart } = await this.#zip
      .readLocalFileHeaderPromise(entry, { minimal: true })
      .catch((error: unknown) => {
        throw damaged(this.path, error)
      })
    const sizeBytes = entry.uncompressedSize
    if (fileDataStart + sizeBytes > this.#facts.size) return 'the bundle is cut off in it'
    return sourceOfFile(this.path, this.#facts, { offset: fileDataStart, sizeBytes })
  }

  /** How people know a file of the bundle. */
  pathOf(name: string): string {
    return join(this.path, name)
  }
}

async function readEntries(zip: ZipFile, path: string): Promise<ReadonlyMap<string, Entry>> {
  if (zip.entryCount > MOST_ENTRIES) throw damaged(path, new Error(`it holds ${zip.entryCount} files`))
  const entries = new Map<string, Entry>()
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue
    const name = entry.fileName.normalize('NFC')
    if (entries.has(name)) throw damaged(path, new Error(`it holds two files called ${entry.fileName}`))
    entries.set(name, entry)
  }
  return entries
}

function damaged(path: string, cause: unknown): SheafError {
  return new SheafError({
    code: 'SHEAF_EDIT_INVALID',
    message: `${path} is no bundle that can be read: ${cause instanceof Error ? cause.message : 'unknown error'}`,
    hint: 'Export the bundle (.otioz) again, or unpack it and render its content.otio.',
    cause,
  })
}
