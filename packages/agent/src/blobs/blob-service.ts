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
import { blockMemory } from '../hashing/index.js'
import type { Log } from '../log/index.js'
import { silentLog, type FarmStream } from '../network/index.js'
import type { AssetRegistry } from './asset-registry.js'
import type { BlobAccess } from './blob-access.js'
import { BlobClient, contentFrameBytes } from './blob-client.js'
import { BlockLanes, type FetchedBlock } from './block-lanes.js'
import { blobNotFound, type BlobStore, type StoredBlob } from './blob-store.js'
import type { CapabilityBook } from './capability-book.js'
import type { BlobStreams } from './ports.js'
import { SharedTransfers } from './shared-transfers.js'

export interface BlobServiceComponents {
  readonly streams: BlobStreams
  readonly store: BlobStore
  readonly registry: AssetRegistry
  /** Who may have what. Default: everything, whoever the streams let in. */
  readonly access?: BlobAccess | undefined
  /** What this agent, being a guest, shows with its requests. */
  readonly capabilities?: CapabilityBook | undefined
  readonly log?: Log | undefined
}

const blobsAtOnce = 8
/** A peer that takes nothing for this long has given up. */
const takenWithinMs = 60_000

/** Serves blobs and asset blocks to peers, and fetches theirs. Construct before `network.start()`. */
export class BlobService {
  readonly #streams: BlobStreams
  readonly #store: BlobStore
  readonly #registry: AssetRegistry
  readonly #access: BlobAccess
  readonly #capabilities: CapabilityBook | undefined
  readonly #log: Log
  readonly #blobs = new SharedTransfers<StoredBlob>(blobsAtOnce)
  readonly #lanes: BlockLanes

  constructor(components: BlobServiceComponents) {
    this.#streams = components.streams
    this.#store = components.store
    this.#registry = components.registry
    this.#access = components.access ?? (() => undefined)
    this.#capabilities = components.capabilities
    this.#log = components.log ?? silentLog
    this.#lanes = new BlockLanes(components.streams)
    this.#streams.handle(protocols.blob, (stream) => this.#serve(stream))
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
   * Fetches one block of a job's asset, verified. Nothing is shared or kept: that is `RemoteAsset`'s, who may give its
   * memory back (`blockMemory`). Errors as `fetchBlob`, and `SHEAF_MEDIA_CHANGED`, `SHEAF_MEDIA_MISSING` with the name of the file.
   */
  fetchBlock(
    peer: PeerId,
    block: { readonly jobId: JobId; readonly assetId: AssetId; readonly block: number },
    options: { readonly expectedBytes: number; readonly signal?: AbortSignal | undefined },
  ): Promise<FetchedBlock> {
    return this.#lanes.fetch(peer, this.#shown({ kind: 'asset-block', ...block }), options)
  }

  /** The request with the capability that it needs, if this agent has one. */
  #shown<R extends BlobRequest>(request: R): R {
    const capability = this.#capabilities?.for(request)
    return capability === undefined ? request : { ...request, capability }
  }

  async #transferBlob(peer: PeerId, id: BlobId, signal: AbortSignal): Promise<StoredBlob> {
    const client = await BlobClient.open(this.#streams, peer, signal)
    try {
      const { sizeBytes } = await client.ask(this.#shown({ kind: 'blob', blob: id }))
      const stored = await this.#store.put(client.content(sizeBytes), { expect: id, signal })
      await client.close()
      return stored
    } catch (error) {
      client.abort(error)
      throw error
    }
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
      this.#access(stream.peer, request)
      found = request.kind === 'blob' ? await this.#findBlob(request.blob) : await this.#findBlock(request)
    } catch (error) {
      const { capability: _long, ...what } = request
      this.#log.debug({ peer: stream.peer, request: what, error }, 'blob not served')
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

/** The memory is given back when the last frame is on its way. */
async function* inFrames(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += contentFrameBytes) yield bytes.subarray(at, at + contentFrameBytes)
  blockMemory.giveBack(bytes)
}
