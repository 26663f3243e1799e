import { limits } from '@sheaf/protocol'
import { blockCount, blockLength, type BlockFile, type FetchedBlock } from '../blobs/index.js'
import { eachOf } from './each-of.js'
import { untilAborted } from './until-aborted.js'

export interface RemoteAssetInit {
  readonly file: BlockFile
  /** Brings one block, verified, trying again while that can help. */
  readonly fetch: (block: number, expectedBytes: number) => Promise<FetchedBlock>
  /** Brings one ahead of its need, trying once. */
  readonly fetchAhead: (block: number, expectedBytes: number, signal: AbortSignal) => Promise<FetchedBlock>
}

/** How many blocks of one asset are fetched at once when all are wanted. */
const blocksAtOnce = 4

/**
 * A file of another machine, of which the blocks that were read are on this one. Whoever reads gets verified bytes or an
 * error, never a hole. Each block is fetched once, however many ask for it.
 */
export class RemoteAsset {
  readonly #init: RemoteAssetInit
  readonly #coming = new Map<number, Promise<Uint8Array>>()

  constructor(init: RemoteAssetInit) {
    this.#init = init
  }

  get sizeBytes(): number {
    return this.#init.file.sizeBytes
  }

  /** The bytes from `position` on, up to the end of their block. Rejects with the error of the fetch or the signal's reason. */
  async read(position: number, signal: AbortSignal): Promise<Uint8Array> {
    const block = Math.floor(position / limits.assetBlockBytes)
    const bytes = await untilAborted(this.#block(block), signal)
    return bytes.subarray(position - block * limits.assetBlockBytes)
  }

  /** Brings a block of which somebody says that it will be read. What fails is left to those who read. */
  async ahead(block: number, signal: AbortSignal): Promise<void> {
    const { file, fetchAhead } = this.#init
    if (block >= blockCount(file.sizeBytes) || file.has(block) || this.#coming.has(block)) return
    await this.#bring(block, () => fetchAhead(block, blockLength(file.sizeBytes, block), signal))
  }

  /** Brings all of it; resolves with the path of a file that holds it. */
  async whole(): Promise<string> {
    const { file } = this.#init
    await eachOf(numbersBelow(blockCount(file.sizeBytes)), blocksAtOnce, async (block) => {
      if (!(await file.isSound(block))) await this.#block(block)
    })
    return file.path
  }

  async #block(block: number): Promise<Uint8Array> {
    const { file, fetch } = this.#init
    // One that is coming ahead of its need may fail where trying again would have helped.
    const coming = await this.#coming.get(block)?.catch(() => undefined)
    return (
      coming ?? (await file.read(block)) ?? this.#bring(block, () => fetch(block, blockLength(file.sizeBytes, block)))
    )
  }

  #bring(block: number, fetch: () => Promise<FetchedBlock>): Promise<Uint8Array> {
    const known = this.#coming.get(block)
    if (known !== undefined) return known
    const coming = this.#fetchAndKeep(block, fetch).finally(() => this.#coming.delete(block))
    this.#coming.set(block, coming)
    return coming
  }

  async #fetchAndKeep(block: number, fetch: () => Promise<FetchedBlock>): Promise<Uint8Array> {
    const { bytes, sha256 } = await fetch()
    await this.#init.file.write(block, bytes, sha256)
    return bytes
  }
}

function* numbersBelow(count: number): Generator<number> {
  for (let number = 0; number < count; number += 1) yield number
}
