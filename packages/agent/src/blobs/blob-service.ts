import { rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  blobRequestFromWire,
  blobResponseToWire,
  isSheafError,
  limits,
  protocols,
  type AssetId,
  type BlobId,
  type BlobRequest,
  type JobId,
  type PeerId,
} from '@sheaf/protocol'
import type { Log } from '../log/index.js'
import { silentLog, type FarmNetwork, type FarmStream } from '../network/index.js'
import type { AssetRegistry } from './asset-registry.js'
import { BlobClient, contentFrameBytes } from './blob-client.js'
import { blobNotFound, type BlobStore, type StoredBlob } from './blob-store.js'
import { diskError } from './disk-error.js'
import { blockLength, PartFile } from './part-file.js'
import { SharedTransfers } from './shared-transfers.js'

export interface BlobServiceComponents {
  readonly network: FarmNetwork
  readonly store: BlobStore
  readonly registry: AssetRegistry
  readonly log?: Log | undefined
}

export interface FetchAssetOptions {
  readonly sizeBytes: number
  /** Final place; appears only when it is whole. `<toPath>.part` and `<toPath>.part.blocks` lie beside it meanwhile. */
  readonly toPath: string
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: { readonly doneBytes: number; readonly sizeBytes: number }) => void) | undefined
}

const blobsAtOnce = 8
const assetsAtOnce = 4
const blocksInFlight = 4
/** A peer that takes nothing for this long has given up. */
const takenWithinMs = 60_000

/** Serves blobs and asset blocks to peers, and fetches theirs. Construct before `network.start()`. */
export class BlobService {
  readonly #network: FarmNetwork
  readonly #store: BlobStore
  readonly #registry: AssetRegistry
  readonly #log: Log
  readonly #blobs = new SharedTransfers<StoredBlob>(blobsAtOnce)
  readonly #assets = new SharedTransfers<void>(assetsAtOnce)

  constructor(components: BlobServiceComponents) {
    this.#network = components.network
    this.#store = components.store
    this.#registry = components.registry
    this.#log = components.log ?? silentLog
    this.#network.handle(protocols.blob, (stream) => this.#serve(stream))
  }

  /**
   * Fetches a blob into the store, verified; at once when it is here. `SHEAF_BLOB_NOT_FOUND`, `SHEAF_BLOB_CORRUPT`,
   * `SHEAF_PEER_UNREACHABLE`, `SHEAF_TIMEOUT`, `SHEAF_DISK_FULL`.
   */
  async fetchBlob(
    peer: PeerId,
    id: BlobId,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<StoredBlob> {
    const sizeBytes = await this.#store.size(id)
    if (sizeBytes !== undefined) return { id, sizeBytes }
    return this.#blobs.join(id, (signal) => this.#transferBlob(peer, id, signal), options)
  }

  /**
   * Fetches an asset of a job; goes on where a broken transfer stopped, and resolves at once when a file of that
   * size is in place. Errors as `fetchBlob`, and `SHEAF_MEDIA_CHANGED`, `SHEAF_MEDIA_MISSING`.
   */
  async fetchAsset(peer: PeerId, jobId: JobId, assetId: AssetId, options: FetchAssetOptions): Promise<void> {
    const { sizeBytes, toPath, signal, onProgress } = options
    const present = await stat(toPath).catch(() => undefined)
    if (present?.size === sizeBytes) return
    await this.#assets.join(
      toPath,
      (shared, tell) => this.#transferAsset(peer, { jobId, assetId, sizeBytes, toPath, tell }, shared),
      { signal, onProgress: (doneBytes) => onProgress?.({ doneBytes, sizeBytes }) },
    )
  }

  async #transferBlob(peer: PeerId, id: BlobId, signal: AbortSignal): Promise<StoredBlob> {
    const client = await BlobClient.open(this.#network, peer, signal)
    try {
      const { sizeBytes } = await client.ask({ kind: 'blob', blob: id })
      const stored = await this.#store.put(client.content(sizeBytes), { expect: id, signal })
      await client.close()
      return stored
    } catch (error) {
      client.abort(error)
      throw error
    }
  }

  async #transferAsset(
    peer: PeerId,
    asset: {
      readonly jobId: JobId
      readonly assetId: AssetId
      readonly sizeBytes: number
      readonly toPath: string
      readonly tell: (doneBytes: number) => void
    },
    signal: AbortSignal,
  ): Promise<void> {
    const { jobId, assetId, sizeBytes, toPath, tell } = asset
    const part = await PartFile.open(toPath, sizeBytes)
    const missing = part.missing()
    const failed = new AbortController()
    const lane = async (): Promise<void> => {
      const client = await BlobClient.open(this.#network, peer, AbortSignal.any([signal, failed.signal]))
      try {
        for (let block = missing.shift(); block !== undefined; block = missing.shift()) {
          const request = { kind: 'asset-block' as const, jobId, assetId, block }
          const { bytes, sha256 } = await client.block(request, blockLength(sizeBytes, block))
          await part.write(block, bytes, sha256)
          tell(part.doneBytes)
        }
        await client.close()
      } catch (error) {
        client.abort(error)
        // The other lanes stop as well; the first error is the one that is told.
        failed.abort(error)
        throw error
      }
    }
    try {
      const lanes = Array.from({ length: Math.min(blocksInFlight, missing.length) }, lane)
      const ended = await Promise.allSettled(lanes)
      if (failed.signal.aborted) throw failed.signal.reason
      const broken = ended.find((end) => end.status === 'rejected')
      if (broken !== undefined) throw broken.reason
    } catch (error) {
      await part.leave()
      throw diskError(error, dirname(toPath))
    }
    await part.finish()
  }

  /** Answers requests, one after another, until the peer closes its end. */
  async #serve(stream: FarmStream): Promise<void> {
    for (;;) {
      const frame = await stream.read(limits.blobRequestBytes)
      if (frame === undefined) return
      await this.#answer(stream, blobRequestFromWire(frame))
    }
  }

  async #answer(stream: FarmStream, request: BlobRequest): Promise<void> {
    let found: { readonly sha256: string; readonly sizeBytes: number; readonly content: AsyncIterable<Uint8Array> }
    try {
      found = request.kind === 'blob' ? await this.#findBlob(request.blob) : await this.#findBlock(request)
    } catch (error) {
      this.#log.debug({ peer: stream.peer, request, error }, 'blob not served')
      const { code, message } = isSheafError(error) ? error : { code: 'SHEAF_INTERNAL', message: 'It cannot be read.' }
      await stream.write(blobResponseToWire({ kind: 'error', code, message }))
      return
    }
    await write(stream, blobResponseToWire({ kind: 'found', ...found }))
    for await (const chunk of found.content) await write(stream, chunk)
  }

  async #findBlob(id: BlobId) {
    const sizeBytes = await this.#store.size(id)
    if (sizeBytes === undefined) throw blobNotFound(id)
    return { sha256: id, sizeBytes, content: this.#content(id) }
  }

  /** Opened when it is read: an answer that cannot be sent leaves no file open. */
  async *#content(id: BlobId): AsyncIterable<Uint8Array> {
    yield* (await this.#store.openRead(id)) as AsyncIterable<Uint8Array>
  }

  async #findBlock({ jobId, assetId, block }: Extract<BlobRequest, { kind: 'asset-block' }>) {
    const { bytes, sha256 } = await this.#registry.readBlock(jobId, assetId, block)
    return { sha256, sizeBytes: bytes.byteLength, content: inFrames(bytes) }
  }
}

async function write(stream: FarmStream, bytes: Uint8Array): Promise<void> {
  await stream.write(bytes, { signal: AbortSignal.timeout(takenWithinMs) })
}

async function* inFrames(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += contentFrameBytes) yield bytes.subarray(at, at + contentFrameBytes)
}

/** Removes what an unfinished `fetchAsset` has left beside `toPath`. Idempotent. */
export async function discardPartialAsset(toPath: string): Promise<void> {
  await Promise.all([rm(`${toPath}.part`, { force: true }), rm(`${toPath}.part.blocks`, { force: true })])
}
