import { appendFile, mkdir, open, readFile, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { limits } from '@sheaf/protocol'
import { blockMemory, hasher } from '../hashing/index.js'
import { diskError } from './disk-error.js'

/**
 * The blocks of another machine's file that are on this one: in `<path>`, each at its own place, with holes between
 * them; and `<path>.blocks`, a line `block sha256` for each that has come. A block is believed only when its bytes agree
 * with its line, so what a crash has left half-written is not there.
 */
export class BlockFile {
  readonly path: string
  readonly sizeBytes: number
  readonly #hashes: Map<number, string>
  /** Looked at since this agent started. */
  readonly #sound = new Set<number>()
  #journal: Promise<void> = Promise.resolve()

  private constructor(path: string, sizeBytes: number, hashes: Map<number, string>) {
    this.path = path
    this.sizeBytes = sizeBytes
    this.#hashes = hashes
  }

  /** Nothing is written before the first block comes. */
  static async open(path: string, sizeBytes: number): Promise<BlockFile> {
    const journal = await readFile(journalOf(path), 'utf8').catch(() => '')
    return new BlockFile(path, sizeBytes, readJournal(journal, blockCount(sizeBytes)))
  }

  get blockCount(): number {
    return blockCount(this.sizeBytes)
  }

  /** Whether a block has come, as far as is known without reading it. */
  has(block: number): boolean {
    return this.#hashes.has(block)
  }

  /** The bytes of a block, verified, in `blockMemory`, to be given back; undefined when they are not here, or not whole. */
  async read(block: number): Promise<Uint8Array | undefined> {
    const sha256 = this.#hashes.get(block)
    if (sha256 === undefined) return undefined
    const start = block * limits.assetBlockBytes
    const bytes = blockMemory.take(blockLength(this.sizeBytes, block))
    const read = await hasher.readParts([{ path: this.path, start, end: start + bytes.byteLength }], bytes)
    if (read.sha256 === sha256) {
      this.#sound.add(block)
      return bytes
    }
    blockMemory.giveBack(bytes)
    this.#hashes.delete(block)
    this.#sound.delete(block)
    return undefined
  }

  /** Whether a block is here and was seen to be whole since this agent started; looks when it was not. */
  async isSound(block: number): Promise<boolean> {
    if (this.#sound.has(block)) return true
    const bytes = await this.read(block)
    if (bytes !== undefined) blockMemory.giveBack(bytes)
    return bytes !== undefined
  }

  /** Keeps a block whose hash the caller has checked. `SHEAF_DISK_FULL`. */
  async write(block: number, bytes: Uint8Array, sha256: string): Promise<void> {
    try {
      await writeAt(this.path, bytes, block * limits.assetBlockBytes)
      this.#journal = this.#journal
        .catch(() => undefined)
        .then(() => appendFile(journalOf(this.path), `${block} ${sha256}\n`, { mode: 0o600 }))
      await this.#journal
    } catch (error) {
      throw diskError(error, dirname(this.path))
    }
    this.#hashes.set(block, sha256)
    this.#sound.add(block)
  }

  /** Removes all of it. Idempotent. */
  async remove(): Promise<void> {
    this.#hashes.clear()
    this.#sound.clear()
    await Promise.all([rm(this.path, { force: true }), rm(journalOf(this.path), { force: true })])
  }
}

/** Length of one block of a file of that size. */
export function blockLength(sizeBytes: number, block: number): number {
  return Math.min(limits.assetBlockBytes, sizeBytes - block * limits.assetBlockBytes)
}

/** How many blocks a file of that size has. */
export function blockCount(sizeBytes: number): number {
  return Math.ceil(sizeBytes / limits.assetBlockBytes)
}

const journalOf = (path: string): string => `${path}.blocks`

/** The last line of a block counts: it came again because the one before was bad. */
function readJournal(journal: string, count: number): Map<number, string> {
  const hashes = new Map<number, string>()
  for (const line of journal.split('\n')) {
    const match = /^([0-9]{1,9}) ([0-9a-f]{64})$/.exec(line)
    const block = Number(match?.[1] ?? Number.NaN)
    if (block < count && match?.[2] !== undefined) hashes.set(block, match[2])
  }
  return hashes
}

async function writeAt(path: string, bytes: Uint8Array, position: number): Promise<void> {
  const file = await openForUpdate(path)
  try {
    for (let done = 0; done < bytes.byteLength;) {
      const { bytesWritten } = await file.write(bytes, done, bytes.byteLength - done, position + done)
      done += bytesWritten
    }
  } finally {
    await file.close()
  }
}

async function openForUpdate(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  try {
    await mkdir(dirname(path), { recursive: true })
    return await open(path, 'wx+', 0o600)
  } catch (error) {
    // Another block of it was quicker.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return open(path, 'r+')
  }
}
