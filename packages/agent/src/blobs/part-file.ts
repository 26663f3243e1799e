import { createHash } from 'node:crypto'
import { appendFile, mkdir, open, readFile, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { limits } from '@sheaf/protocol'
import { syncFolder } from '../store/index.js'

/**
 * An asset that is on its way: `<path>.part` with its blocks in place, and `<path>.part.blocks`, a line
 * `block sha256` for each that has come. After a break every line is believed only when the bytes agree.
 */
export class PartFile {
  readonly #path: string
  readonly #sizeBytes: number
  readonly #file: FileHandle
  readonly #have: Set<number>
  #journal: Promise<void> = Promise.resolve()

  private constructor(path: string, sizeBytes: number, file: FileHandle, have: Set<number>) {
    this.#path = path
    this.#sizeBytes = sizeBytes
    this.#file = file
    this.#have = have
  }

  static async open(path: string, sizeBytes: number): Promise<PartFile> {
    await mkdir(dirname(path), { recursive: true })
    const file = await openForUpdate(partOf(path))
    try {
      return new PartFile(path, sizeBytes, file, await believe(path, sizeBytes, file))
    } catch (error) {
      await file.close()
      throw error
    }
  }

  get doneBytes(): number {
    let bytes = 0
    for (const block of this.#have) bytes += blockLength(this.#sizeBytes, block)
    return bytes
  }

  /** Blocks that are still to come, in order. */
  missing(): number[] {
    const count = Math.ceil(this.#sizeBytes / limits.assetBlockBytes)
    return Array.from({ length: count }, (_, block) => block).filter((block) => !this.#have.has(block))
  }

  async write(block: number, bytes: Uint8Array, sha256: string): Promise<void> {
    await this.#file.write(bytes, 0, bytes.byteLength, block * limits.assetBlockBytes)
    this.#have.add(block)
    this.#journal = this.#journal.then(() => appendFile(journalOf(this.#path), `${block} ${sha256}\n`))
    await this.#journal
  }

  /** Puts the whole file in its place: synced, renamed, folder synced. */
  async finish(): Promise<void> {
    await this.#file.truncate(this.#sizeBytes)
    await this.#file.sync()
    await this.#file.close()
    await rename(partOf(this.#path), this.#path)
    await syncFolder(dirname(this.#path))
    await rm(journalOf(this.#path), { force: true })
  }

  /** Leaves what has come for another attempt. */
  async leave(): Promise<void> {
    await this.#journal.catch(() => undefined)
    await this.#file.close()
  }
}

/** Length of one block of a file of that size. */
export function blockLength(sizeBytes: number, block: number): number {
  return Math.min(limits.assetBlockBytes, sizeBytes - block * limits.assetBlockBytes)
}

const partOf = (path: string): string => `${path}.part`
const journalOf = (path: string): string => `${path}.part.blocks`

async function openForUpdate(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return open(path, 'wx+', 0o600)
  }
}

async function believe(path: string, sizeBytes: number, file: FileHandle): Promise<Set<number>> {
  const have = new Set<number>()
  const journal = await readFile(journalOf(path), 'utf8').catch(() => '')
  const count = Math.ceil(sizeBytes / limits.assetBlockBytes)
  for (const line of journal.split('\n')) {
    const match = /^([0-9]+) ([0-9a-f]{64})$/.exec(line)
    const block = Number(match?.[1] ?? Number.NaN)
    if (!(block < count)) continue
    const bytes = new Uint8Array(blockLength(sizeBytes, block))
    const { bytesRead } = await file.read(bytes, 0, bytes.byteLength, block * limits.assetBlockBytes)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    if (bytesRead === bytes.byteLength && sha256 === match?.[2]) have.add(block)
  }
  return have
}
