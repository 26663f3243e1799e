import { stat } from 'node:fs/promises'
import { limits, SheafError, type AssetId, type JobId } from '@sheaf/protocol'
import type { StoreDatabase } from '../facts/index.js'
import { blockMemory, hasher, type ReadFile } from '../hashing/index.js'
import { partsOf } from './asset-place.js'
import { filesOf, placeOf, type AssetSource } from './asset-source.js'
import { isMissing } from './disk-error.js'

/** On Windows the number of a file loses digits on its way through a double, and nothing tells of changed rights. */
const hasFileNumbers = process.platform !== 'win32'

/** Files of a sequence that are looked at at once. */
const looksAtOnce = 16

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
  /** Sources that were asked for: that of a sequence is long, and every block of it is asked for by itself. */
  readonly #known = new Map<string, AssetSource>()

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
    this.#known.delete(`${jobId}/${assetId}`)
    await this.#sources.put(`${jobId}/${assetId}`, source, { sync: true } as never)
  }

  async source(jobId: JobId, assetId: AssetId): Promise<AssetSource | undefined> {
    const key = `${jobId}/${assetId}`
    const source = this.#known.get(key) ?? (await this.#sources.get(key))
    if (source !== undefined) this.#known.set(key, source)
    return source
  }

  /** Forgets a job's assets; the files stay. */
  async forget(jobId: JobId): Promise<void> {
    const bounds = { gte: `${jobId}/`, lt: `${jobId}/~` }
    for (const key of [...this.#known.keys()]) if (key.startsWith(`${jobId}/`)) this.#known.delete(key)
    await Promise.all([this.#sources.clear(bounds), this.#hashes.clear(bounds)])
  }

  /** Stats the file against what was registered. `SHEAF_MEDIA_CHANGED`, `SHEAF_MEDIA_MISSING`, `SHEAF_BLOB_NOT_FOUND`. */
  async check(jobId: JobId, assetId: AssetId): Promise<AssetSource> {
    const source = await this.#registered(jobId, assetId)
    const files = [...filesOf(source)]
    const look = async (): Promise<void> => {
      for (let file = files.shift(); file !== undefined; file = files.shift()) await checkFile(file)
    }
    await Promise.all(Array.from({ length: Math.min(looksAtOnce, files.length) }, look))
    return source
  }

  /**
   * One block of `limits.assetBlockBytes` (the last may be shorter), verified. Its bytes are in `blockMemory`, to be given
   * back. Errors as `check`.
   */
  async readBlock(jobId: JobId, assetId: AssetId, block: number): Promise<AssetBlock> {
    const source = await this.#registered(jobId, assetId)
    const from = block * limits.assetBlockBytes
    if (from >= source.sizeBytes) {
      throw new SheafError({
        code: 'SHEAF_BLOB_NOT_FOUND',
        message: `Asset ${assetId} of job ${jobId} has no block ${block}.`,
      })
    }
    const end = Math.min(source.sizeBytes, from + limits.assetBlockBytes)
    const { bytes, sha256 } = await readUnchanged(source, { start: from, end })
    const key = `${jobId}/${assetId}/${block}`
    const kept = await this.#hashes.get(key)
    if (kept === undefined) await this.#hashes.put(key, sha256)
    else if (kept !== sha256) throw changed(source.path, `block ${block} has other content`)
    return { bytes, sha256 }
  }

  /**
   * The hashes of all blocks of an asset, in their order. What is not known yet is read and hashed, by all threads at
   * once; what is known is not read again while the files look as they did. Errors as `check`, and the signal's reason.
   */
  async hashes(
    jobId: JobId,
    assetId: AssetId,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<readonly string[]> {
    const source = await this.check(jobId, assetId)
    const count = Math.ceil(source.sizeBytes / limits.assetBlockBytes)
    const known = await this.#knownHashes(`${jobId}/${assetId}/`)
    if (known.size === count) return numbersBelow(count).map((block) => known.get(block) ?? '')
    const place = placeOf(source)
    // Of several files a block may lie in more than one.
    if (typeof place !== 'string') return this.#hashBlocks(jobId, assetId, { count, ...options })
    const file = { path: place, sizeBytes: source.sizeBytes, blockBytes: limits.assetBlockBytes }
    const found = await hasher.fileBlocks(file, options)
    await this.check(jobId, assetId)
    if (found.length < count) throw changed(place, 'it is shorter')
    for (const [block, sha256] of known) {
      if (found[block] !== sha256) throw changed(place, `block ${block} has other content`)
    }
    await this.#hashes.batch(found.map((value, block) => ({ type: 'put', key: `${jobId}/${assetId}/${block}`, value })))
    return found
  }

  async #knownHashes(prefix: string): Promise<Map<number, string>> {
    // In one go: the loop over an iterator fetches some hundred at a time.
    const all = await this.#hashes.iterator({ gte: prefix, lt: `${prefix}~` }).all()
    return new Map(all.map(([key, sha256]) => [Number(key.slice(prefix.length)), sha256]))
  }

  async #hashBlocks(
    jobId: JobId,
    assetId: AssetId,
    { count, signal }: { readonly count: number; readonly signal?: AbortSignal | undefined },
  ): Promise<readonly string[]> {
    const hashes: string[] = []
    for (const block of numbersBelow(count)) {
      signal?.throwIfAborted()
      const { bytes, sha256 } = await this.readBlock(jobId, assetId, block)
      blockMemory.giveBack(bytes)
      hashes.push(sha256)
    }
    return hashes
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

const numbersBelow = (count: number): readonly number[] => Array.from({ length: count }, (_, number) => number)

async function checkFile(file: AssetSource): Promise<void> {
  try {
    assertUnchanged(file, await stat(file.path))
  } catch (error) {
    throw isMissing(error) ? missing(file.path, error) : error
  }
}

/** Bytes [start, end) of an asset, from whichever of its files hold them, and their hash. */
async function readUnchanged(
  source: AssetSource,
  stretch: { readonly start: number; readonly end: number },
): Promise<AssetBlock> {
  const parts = partsOf(placeOf(source), stretch)
  const files = new Map(filesOf(source).map((file) => [file.path, file]))
  const bytes = blockMemory.take(stretch.end - stretch.start)
  try {
    const read = await hasher.readParts(parts, bytes)
    // Looked at after the read: a change before or during it is seen either way.
    for (const [at, now] of read.files.entries()) assertUnchanged(files.get(parts[at]?.path ?? '') ?? source, now)
    const path = parts[read.files.length]?.path ?? source.path
    if (read.short === true) throw changed(path, 'it is shorter')
    if (read.error !== undefined) {
      const error = Object.assign(new Error(read.error.message), { code: read.error.code })
      throw isMissing(error) ? missing(path, error) : error
    }
    if (read.sha256 === undefined) throw new Error(`${path} was not hashed`)
    return { bytes, sha256: read.sha256 }
  } catch (error) {
    blockMemory.giveBack(bytes)
    throw error
  }
}

function assertUnchanged(source: AssetSource, now: ReadFile): void {
  const size = source.within?.fileBytes ?? source.sizeBytes
  if (now.size !== size) throw changed(source.path, `it had ${size} bytes and has ${now.size}`)
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
