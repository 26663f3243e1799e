import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, type ReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipe } from 'it-pipe'
import { SheafError, type BlobId } from '@sheaf/protocol'
import { blockMemory, hasher } from '../hashing/index.js'
import { syncFolder } from '../store/index.js'
import { Digest } from './digest.js'
import { diskError, isMissing } from './disk-error.js'

export interface StoredBlob {
  readonly id: BlobId
  readonly sizeBytes: number
}

interface PutOptions {
  readonly expect?: BlobId | undefined
  readonly signal?: AbortSignal | undefined
}

const chunkBytes = 1 << 20

/** Immutable bytes in files named by their SHA-256. A blob is whole or absent, also after a crash. */
export class BlobStore {
  readonly #dir: string
  readonly #incoming: string

  private constructor(dir: string) {
    this.#dir = dir
    this.#incoming = join(dir, 'incoming')
  }

  /** Makes the folders and removes temp files of a run that died. */
  static async open(dir: string): Promise<BlobStore> {
    const store = new BlobStore(dir)
    await mkdir(store.#incoming, { recursive: true, mode: 0o700 })
    for (const name of await readdir(store.#incoming)) await rm(join(store.#incoming, name), { force: true })
    return store
  }

  /** Takes bytes in, the pieces with their memory; synced before it resolves. `SHEAF_DISK_FULL`; `SHEAF_BLOB_CORRUPT` when `expect` is not what came. */
  async put(bytes: Uint8Array | AsyncIterable<Uint8Array>, options: PutOptions = {}): Promise<StoredBlob> {
    const temporary = join(this.#incoming, randomBytes(8).toString('hex'))
    try {
      const digest = new Digest(options.signal)
      const file = await open(temporary, 'wx', 0o600)
      try {
        await pipe(bytes instanceof Uint8Array ? chunksOf(bytes) : bytes, digest.through, (source) =>
          writeTo(file, source),
        )
        await file.sync()
      } finally {
        await file.close()
      }
      const id = digest.id()
      if (options.expect !== undefined && options.expect !== id)
        throw corrupt(options.expect, `its bytes hash to ${id}`)
      await this.#accept(temporary, id)
      return { id, sizeBytes: digest.sizeBytes }
    } catch (error) {
      throw diskError(error, this.#dir)
    } finally {
      await rm(temporary, { force: true })
    }
  }

  /** Takes a finished file in by moving it (copied when it is on another file system); the file is gone afterwards. */
  async putFile(path: string, options: Pick<PutOptions, 'signal'> = {}): Promise<StoredBlob> {
    const temporary = join(this.#incoming, randomBytes(8).toString('hex'))
    try {
      await rename(path, temporary)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw diskError(error, this.#dir)
      const stored = await this.put(createReadStream(path), options)
      await rm(path, { force: true })
      return stored
    }
    try {
      const { sha256, sizeBytes } = await hasher.file(temporary, options)
      await syncFile(temporary)
      const id = sha256 as BlobId
      await this.#accept(temporary, id)
      return { id, sizeBytes }
    } catch (error) {
      // The caller still owns a file that was not taken in.
      await rename(temporary, path).catch(() => undefined)
      throw diskError(error, this.#dir)
    } finally {
      await rm(temporary, { force: true })
    }
  }

  /** The blob's size in bytes; `undefined` when it is not here. */
  async size(id: BlobId): Promise<number | undefined> {
    try {
      return (await stat(this.path(id))).size
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  async has(id: BlobId): Promise<boolean> {
    return (await this.size(id)) !== undefined
  }

  /** Where the blob's file is (or would be). Read only. */
  path(id: BlobId): string {
    return join(this.#dir, id.slice(0, 2), id.slice(2))
  }

  /** `SHEAF_BLOB_NOT_FOUND`. What is read is not verified: whoever needs that hashes it. */
  async openRead(id: BlobId): Promise<ReadStream> {
    const file = await open(this.path(id), 'r').catch((error: unknown) => {
      throw isMissing(error) ? blobNotFound(id) : error
    })
    return file.createReadStream({ highWaterMark: chunkBytes })
  }

  /** Whole bytes of a small blob; `SHEAF_BLOB_NOT_FOUND`, `SHEAF_BLOB_CORRUPT` when they do not hash to `id`. */
  async read(id: BlobId, options: { readonly maxBytes: number }): Promise<Uint8Array> {
    const sizeBytes = await this.size(id)
    if (sizeBytes === undefined) throw blobNotFound(id)
    if (sizeBytes > options.maxBytes)
      throw corrupt(id, `it has ${sizeBytes} bytes, at most ${options.maxBytes} expected`)
    const bytes = await readFile(this.path(id))
    const actual = createHash('sha256').update(bytes).digest('hex')
    if (actual !== id) throw corrupt(id, `its bytes in ${this.path(id)} hash to ${actual}`)
    return bytes
  }

  /** Idempotent. */
  async delete(id: BlobId): Promise<void> {
    await rm(this.path(id), { force: true })
  }

  async #accept(temporary: string, id: BlobId): Promise<void> {
    const final = this.path(id)
    const folder = dirname(final)
    const made = await mkdir(folder, { recursive: true, mode: 0o700 })
    await rename(temporary, final)
    await syncFolder(folder)
    if (made !== undefined) await syncFolder(this.#dir)
  }
}

export function blobNotFound(id: BlobId): SheafError {
  return new SheafError({ code: 'SHEAF_BLOB_NOT_FOUND', message: `Blob ${id} is not in this store.`, details: { id } })
}

function corrupt(id: BlobId, why: string): SheafError {
  return new SheafError({ code: 'SHEAF_BLOB_CORRUPT', message: `Blob ${id} is not whole: ${why}.`, details: { id } })
}

async function writeTo(file: FileHandle, source: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of source) {
    await writeAll(file, chunk)
    blockMemory.giveBack(chunk)
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    done += (await file.write(bytes, done, bytes.byteLength - done, null)).bytesWritten
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** In pieces of their own memory, which is given away when they are hashed. */
async function* chunksOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += chunkBytes) yield Uint8Array.from(bytes.subarray(at, at + chunkBytes))
}
