import { createHash } from 'node:crypto'
import type { Stats } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'
import { limits, SheafError, type AssetId, type JobId } from '@sheaf/protocol'
import type { StoreDatabase } from '../facts/index.js'
import { isMissing } from './disk-error.js'

/** On Windows the number of a file loses digits on its way through a double, and nothing tells of changed rights. */
const hasFileNumbers = process.platform !== 'win32'

/** Where an asset lies on this machine and what it looked like when the job was submitted. */
export interface AssetSource {
  readonly path: string
  readonly sizeBytes: number
  readonly mtimeMs: number
  /** The file's own number, and when anything of it was last changed: not told where the system has neither. */
  readonly ino?: number | undefined
  readonly ctimeMs?: number | undefined
}

export interface AssetRegistryInit {
  readonly db: StoreDatabase
}

/** One block of an asset, as it has been since it was first read. */
export interface AssetBlock {
  readonly bytes: Uint8Array
  readonly sha256: string
}

/**
 * Assets that stay where they are. Blocks are hashed when first read; afterwards every read must give the same hash.
 * Size, times and the file's own number are compared at every read: an editor that saves over a file changes some
 * of them, also where size and time of writing are put back, as copying tools do.
 */
export class AssetRegistry {
  readonly #sources
  readonly #hashes

  private constructor(db: StoreDatabase) {
    this.#sources = db.sublevel<string, AssetSource>('assets', { valueEncoding: 'json' })
    this.#hashes = db.sublevel('asset-blocks', { valueEncoding: 'utf8' })
  }

  static async open(init: AssetRegistryInit): Promise<AssetRegistry> {
    const registry = new AssetRegistry(init.db)
    await Promise.all([registry.#sources.open(), registry.#hashes.open()])
    return registry
  }

  /** Synced before it resolves. Registering again (a requeue after the file was replaced) forgets the old hashes. */
  async register(jobId: JobId, assetId: AssetId, source: AssetSource): Promise<void> {
    await this.#hashes.clear({ gte: `${jobId}/${assetId}/`, lt: `${jobId}/${assetId}/~` })
    await this.#sources.put(`${jobId}/${assetId}`, source, { sync: true } as never)
  }

  async source(jobId: JobId, assetId: AssetId): Promise<AssetSource | undefined> {
    return this.#sources.get(`${jobId}/${assetId}`)
  }

  /** Forgets a job's assets; the files stay. */
  async forget(jobId: JobId): Promise<void> {
    const bounds = { gte: `${jobId}/`, lt: `${jobId}/~` }
    await Promise.all([this.#sources.clear(bounds), this.#hashes.clear(bounds)])
  }

  /** Stats the file against what was registered. `SHEAF_MEDIA_CHANGED`, `SHEAF_MEDIA_MISSING`, `SHEAF_BLOB_NOT_FOUND`. */
  async check(jobId: JobId, assetId: AssetId): Promise<AssetSource> {
    const source = await this.#registered(jobId, assetId)
    try {
      assertUnchanged(source, await stat(source.path))
    } catch (error) {
      throw isMissing(error) ? missing(source.path, error) : error
    }
    return source
  }

  /** One block of `limits.assetBlockBytes` (the last may be shorter), verified. Errors as `check`. */
  async readBlock(jobId: JobId, assetId: AssetId, block: number): Promise<AssetBlock> {
    const source = await this.#registered(jobId, assetId)
    const from = block * limits.assetBlockBytes
    if (from >= source.sizeBytes) {
      throw new SheafError({
        code: 'SHEAF_BLOB_NOT_FOUND',
        message: `Asset ${assetId} of job ${jobId} has no block ${block}.`,
      })
    }
    const bytes = await readUnchanged(source, from, Math.min(limits.assetBlockBytes, source.sizeBytes - from))
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const key = `${jobId}/${assetId}/${block}`
    const kept = await this.#hashes.get(key)
    if (kept === undefined) await this.#hashes.put(key, sha256)
    else if (kept !== sha256) throw changed(source.path, `block ${block} has other content`)
    return { bytes, sha256 }
  }

  async #registered(jobId: JobId, assetId: AssetId): Promise<AssetSource> {
    const source = await this.source(jobId, assetId)
    if (source !== undefined) return source
    throw new SheafError({
      code: 'SHEAF_BLOB_NOT_FOUND',
      message: `Asset ${assetId} of job ${jobId} is not registered on this agent.`,
      details: { jobId, assetId },
    })
  }
}

async function readUnchanged(source: AssetSource, from: number, length: number): Promise<Uint8Array> {
  let file: FileHandle
  try {
    file = await open(source.path, 'r')
  } catch (error) {
    throw isMissing(error) ? missing(source.path, error) : error
  }
  try {
    const bytes = new Uint8Array(length)
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await file.read(bytes, filled, length - filled, from + filled)
      if (bytesRead === 0) throw changed(source.path, 'it is shorter')
      filled += bytesRead
    }
    // Looked at after the read: a change before or during it is seen either way.
    assertUnchanged(source, await file.stat())
    return bytes
  } finally {
    await file.close()
  }
}

function assertUnchanged(source: AssetSource, now: Stats): void {
  if (now.size !== source.sizeBytes) throw changed(source.path, `it had ${source.sizeBytes} bytes and has ${now.size}`)
  if (now.mtimeMs !== source.mtimeMs) throw changed(source.path, 'it was written to')
  if (!hasFileNumbers) return
  if (source.ino !== undefined && now.ino !== source.ino) throw changed(source.path, 'another file has its name now')
  if (source.ctimeMs !== undefined && now.ctimeMs !== source.ctimeMs) {
    throw changed(source.path, 'it was written to, or its rights or links were changed')
  }
}

function changed(path: string, why: string): SheafError {
  return new SheafError({
    code: 'SHEAF_MEDIA_CHANGED',
    message: `${path} has changed since the job was submitted: ${why}.`,
    hint: 'Put the original file back, or submit the job again.',
    details: { path },
  })
}

function missing(path: string, cause: unknown): SheafError {
  return new SheafError({
    code: 'SHEAF_MEDIA_MISSING',
    message: `${path} is gone since the job was submitted.`,
    hint: 'Put the file back, or submit the job again.',
    details: { path },
    cause,
  })
}
