import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseAssetId, type AssetId, type JobId, type PeerId } from '@sheaf/protocol'
import { BlockFile, type BlobService } from '../blobs/index.js'
import type { Patience } from './patience.js'
import { RemoteAsset } from './remote-asset.js'

/** One asset of a job of another machine. */
export interface RemoteAssetKey {
  readonly jobId: JobId
  readonly assetId: AssetId
  readonly sizeBytes: number
  /** Who serves it. */
  readonly holder: PeerId
}

/** The assets of other machines that are read here, a folder a job. */
export class RemoteAssets {
  readonly #dir: string
  readonly #service: Pick<BlobService, 'fetchBlock'>
  readonly #patience: Patience
  readonly #open = new Map<JobId, Map<AssetId, Promise<RemoteAsset>>>()

  constructor(init: {
    readonly dir: string
    readonly service: Pick<BlobService, 'fetchBlock'>
    readonly patience: Patience
  }) {
    this.#dir = init.dir
    this.#service = init.service
    this.#patience = init.patience
  }

  /** One object for all who read an asset. */
  get(key: RemoteAssetKey): Promise<RemoteAsset> {
    const { jobId, assetId } = key
    const ofJob = this.#open.get(jobId) ?? new Map<AssetId, Promise<RemoteAsset>>()
    this.#open.set(jobId, ofJob)
    const asset = ofJob.get(assetId) ?? this.#openAsset(key)
    ofJob.set(assetId, asset)
    return asset
  }

  /** Removes what was copied for a job. Idempotent. */
  async forgetJob(jobId: JobId): Promise<void> {
    this.#open.delete(jobId)
    await rm(join(this.#dir, jobId), { recursive: true, force: true })
  }

  async #openAsset({ jobId, assetId, sizeBytes, holder }: RemoteAssetKey): Promise<RemoteAsset> {
    if (parseAssetId(assetId) === undefined) throw new Error('not an asset id: it would name a file elsewhere')
    const file = await BlockFile.open(join(this.#dir, jobId, assetId), sizeBytes)
    const fetch = (block: number, expectedBytes: number, signal?: AbortSignal) =>
      this.#service.fetchBlock(holder, { jobId, assetId, block }, { expectedBytes, signal })
    return new RemoteAsset({
      file,
      fetch: (block, expectedBytes) =>
        this.#patience.untilThere(jobId, `block ${block} of ${assetId}`, () => fetch(block, expectedBytes)),
      fetchAhead: fetch,
    })
  }
}
