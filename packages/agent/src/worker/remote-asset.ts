import { limits } from '@sheaf/protocol'
import { blockCount, blockLength, type BlockFile, type FetchedBlock } from '../blobs/index.js'
import { blockMemory } from '../hashing/index.js'
import { eachOf } from './each-of.js'
import { untilAborted } from './until-aborted.js'

export interface RemoteAssetInit {
  readonly file: BlockFile
  /** Brings one block, verified, trying again while that can help. */
  readonly fetch: (block: number, expectedBytes: number) => Promise<FetchedBlock>
  /** Brings one ahead of its need, trying once. */
  readonly fetchAhead: (block: number, expectedBytes: number, signal: AbortSignal) => Promise<FetchedBlock>
}

/** A block on its way, and how many want something of it: the last one gives its memory back. */
interface Coming {
  readonly bytes: Promise<Uint8Array>
  users: number
}

/** How many blocks of one asset are fetched at once when all are wanted. */
const blocksAtOnce = 4

/**
 * A file of another machine, of which the blocks that were read are on this one. Whoever reads gets verified bytes or an
 * error, never a hole. Each block is fetched once, however many ask for it.
 */
export class RemoteAsset {
  readonly #init: RemoteAssetInit
  readonly #coming = new Map<number, Coming>()

  constructor(init: RemoteAssetInit) {
    this.#init = init
  }

  get sizeBytes(): number {
    return this.#init.file.sizeBytes
  }

  /** The bytes from `position` on, up to the end of their block. Rejects with the error of the fetch or the signal's reason. */
  async read(position: number, signal: AbortSignal): Promise<Uint8Array> {
    const block = Math.floor(position / limits.assetBlockBytes)
    // A copy: the block's own memory is used again.
    const copy = (bytes: Uint8Array) => Uint8Array.from(bytes.subarray(position - block * limits.assetBlockBytes))
    return untilAborted(this.#block(block, copy), signal)
  }

  /** Brings a block of which somebody says that it will be read. What fails is left to those who read. */
  async ahead(block: number, signal: AbortSignal): Promise<void> {
    const { file, fetchAhead } = this.#init
    if (block >= blockCount(file.sizeBytes) || file.has(block) || this.#coming.has(block)) return
    await this.#bring(block, () => fetchAhead(block, blockLength(file.sizeBytes, block), signal), ignore)
  }

  /** Brings all of it; resolves with the path of a file that holds it. */
  async whole(): Promise<string> {
    const { file } = this.#init
    await eachOf(numbersBelow(blockCount(file.sizeBytes)), blocksAtOnce, async (block) => {
      if (!(await file.isSound(block))) await this.#block(block, ignore)
    })
    return file.path
  }

  /** What `use` makes of a block, wherever that is. */
  async #block<T>(block: number, use: (bytes: Uint8Array) => T): Promise<T> {
    const { file, fetch } = this.#init
    const coming = this.#coming.get(block)
    // One that is coming ahead of its need may fail where trying again would have helped.
    const come = coming && (await wanting(coming, (bytes) => ({ made: use(bytes) })).catch(() => undefined))
    if (come !== undefined) return come.made
    const kept = await file.read(block)
    if (kept === undefined) return this.#bring(block, () => fetch(block, blockLength(file.sizeBytes, block)), use)
    const made = use(kept)
    blockMemory.giveBack(kept)
    return made
  }

  #bring<T>(block: number, fetch: () => Promise<FetchedBlock>, use: (bytes: Uint8Array) => T): Promise<T> {
    const known = this.#coming.get(block)
    if (known !== undefined) return wanting(known, use)
    // A turn later, so that it cannot be over before it is known.
    const coming = { bytes: Promise.resolve().then(() => this.#fetchAndKeep(block, fetch)), users: 0 }
    this.#coming.set(block, coming)
    return wanting(coming, use)
  }

  async #fetchAndKeep(block: number, fetch: () => Promise<FetchedBlock>): Promise<Uint8Array> {
    try {
      const { bytes, sha256 } = await fetch()
      await this.#init.file.write(block, bytes, sha256)
      return bytes
    } finally {
      // Before anybody has the bytes, so that nobody joins when the first gives them back.
      this.#coming.delete(block)
    }
  }
}

async function wanting<T>(coming: Coming, use: (bytes: Uint8Array) => T): Promise<T> {
  coming.users += 1
  try {
    return use(await coming.bytes)
  } finally {
    coming.users -= 1
    if (coming.users === 0) await coming.bytes.then((bytes) => blockMemory.giveBack(bytes), ignore)
  }
}

const ignore = (): void => undefined

function* numbersBelow(count: number): Generator<number> {
  for (let number = 0; number < count; number += 1) yield number
}
