import { limits, SheafError, type AssetId, type BlobId, type JobId, type PeerId } from '@sheaf/protocol'
import { decodeManifest, type Manifest, type MediaNeed, mediaNeeds } from '@sheaf/timeline'
import { placeOf, type AssetPlace, type AssetRegistry, type BlobService, type BlobStore } from '../blobs/index.js'
import type { Log } from '../log/index.js'
import type { MediaServer, ServedFile } from '../media-server/index.js'
import { blocksAhead } from './blocks-ahead.js'
import { eachOf } from './each-of.js'
import { Patience, type RetryTimes } from './patience.js'
import type { JobAssets, Materials, SegmentStretch } from './ports.js'
import type { RemoteAsset } from './remote-asset.js'
import { RemoteAssets } from './remote-assets.js'
import { untilAborted } from './until-aborted.js'

/** Where a job's things are to be had. */
export interface JobPlace {
  readonly manifest: BlobId
  /** The machine whose assets they are. */
  readonly submitter: PeerId
}

export interface FarmMaterialsInit {
  readonly self: PeerId
  readonly assetsDir: string
  readonly placeOf: (jobId: JobId) => JobPlace | undefined
  readonly retry?: RetryTimes | undefined
  /** Assets up to this size are copied whole and read as files. */
  readonly wholeBytes?: number | undefined
}

export interface FarmMaterialsComponents {
  readonly store: BlobStore
  readonly service: BlobService
  readonly registry: AssetRegistry
  readonly media: MediaServer
  readonly log: Log
}

/** Stills and short clips are read whole anyway; what is longer is read by the block. */
const wholeBytes = 8 * limits.assetBlockBytes
/** Blocks that are fetched ahead of their need at once: fewer than there are lanes, so that a reader need not wait. */
const aheadAtOnce = 3

/**
 * Materials of a job. On the submitter's machine files are used where they are; elsewhere the blocks that a render reads
 * are fetched from there, and kept until the job is closed.
 */
export class FarmMaterials implements Materials {
  readonly #components: FarmMaterialsComponents
  readonly #init: FarmMaterialsInit
  readonly #manifests = new Map<JobId, Promise<Manifest>>()
  readonly #abort = new AbortController()
  readonly #patience: Patience
  readonly #remote: RemoteAssets
  /** What is brought ahead is brought for one lease after the other. */
  #ahead: Promise<void> = Promise.resolve()

  constructor(components: FarmMaterialsComponents, init: FarmMaterialsInit) {
    this.#components = components
    this.#init = init
    const isOpen = (jobId: JobId): boolean => init.placeOf(jobId) !== undefined
    const { log, service } = components
    this.#patience = new Patience({ isOpen, log, retry: init.retry, signal: this.#abort.signal })
    this.#remote = new RemoteAssets({ dir: init.assetsDir, service, patience: this.#patience })
  }

  knows(jobId: JobId): boolean {
    return this.#init.placeOf(jobId) !== undefined
  }

  manifest(jobId: JobId, signal: AbortSignal): Promise<Manifest> {
    let manifest = this.#manifests.get(jobId)
    if (manifest === undefined) {
      manifest = this.#loadManifest(jobId)
      this.#manifests.set(jobId, manifest)
      // A failure is forgotten, so that the next one tries afresh.
      manifest.catch(() => this.#manifests.delete(jobId))
    }
    return untilAborted(manifest, signal)
  }

  async assets(jobId: JobId, signal: AbortSignal, stretch?: SegmentStretch): Promise<JobAssets> {
    const place = this.#place(jobId)
    const manifest = await this.manifest(jobId, signal)
    const ids = stretch === undefined ? assetIds(manifest) : needsOf(manifest, stretch).map(({ assetId }) => assetId)
    if (place.submitter === this.#init.self) return this.#ownAssets(jobId, ids)
    const places = new Map<AssetId, AssetPlace>()
    const files = new Map<string, ServedFile>()
    await eachOf(ids, aheadAtOnce, async (id) => {
      const asset = await this.#remoteAsset(jobId, id, manifest)
      if (this.#isWhole(asset)) places.set(id, await untilAborted(asset.whole(), signal))
      else files.set(id, { sizeBytes: asset.sizeBytes, read: (position, over) => asset.read(position, over) })
    })
    if (files.size === 0) return onDisk(places)
    const reads = await this.#components.media.open(files)
    for (const id of ids) {
      const url = reads.urlOf(id)
      if (url !== undefined) places.set(id, { url })
    }
    const { environment, failed } = reads
    return { placeOf: lookUp(places), environment, failed, close: () => reads.close() }
  }

  prefetch(jobId: JobId, indexes: readonly number[], signal: AbortSignal): Promise<void> {
    if (this.#init.placeOf(jobId)?.submitter === this.#init.self) return Promise.resolve()
    const over = AbortSignal.any([signal, this.#abort.signal])
    // What cannot be brought is met again by the render that needs it, which reports it.
    this.#ahead = this.#ahead
      .then(() => this.#bringAhead(jobId, indexes, over))
      .catch((error: unknown) => this.#components.log.debug({ jobId, error }, 'prefetch failed'))
    return this.#ahead
  }

  async confirmUnchanged(jobId: JobId): Promise<void> {
    if (this.#place(jobId).submitter !== this.#init.self) return
    const manifest = await this.#loadManifest(jobId)
    for (const id of assetIds(manifest)) await this.#components.registry.check(jobId, id)
  }

  /** Ends the waiting for submitters: nothing more is fetched. */
  stop(): void {
    this.#abort.abort(new SheafError({ code: 'SHEAF_AGENT_NOT_RUNNING', message: 'The agent stops.' }))
  }

  /** Removes what was copied for a closed job. */
  async forgetJob(jobId: JobId): Promise<void> {
    this.#manifests.delete(jobId)
    await this.#remote.forgetJob(jobId)
  }

  #place(jobId: JobId): JobPlace {
    const place = this.#init.placeOf(jobId)
    if (place !== undefined) return place
    throw new SheafError({ code: 'SHEAF_JOB_NOT_FOUND', message: `Job ${jobId} is not known here yet.` })
  }

  async #loadManifest(jobId: JobId): Promise<Manifest> {
    const { manifest, submitter } = this.#place(jobId)
    const { store, service } = this.#components
    if (!(await store.has(manifest))) {
      if (submitter === this.#init.self) throw manifestGone(jobId)
      await this.#patience.untilThere(jobId, 'manifest', () =>
        service.fetchBlob(submitter, manifest, { signal: this.#abort.signal }),
      )
    }
    return decodeManifest(new TextDecoder().decode(await store.read(manifest, { maxBytes: limits.manifestBytes })))
  }

  async #ownAssets(jobId: JobId, ids: readonly AssetId[]): Promise<JobAssets> {
    const places = new Map<AssetId, AssetPlace>()
    for (const id of ids) places.set(id, placeOf(await this.#components.registry.check(jobId, id)))
    return onDisk(places)
  }

  #remoteAsset(jobId: JobId, assetId: AssetId, manifest: Manifest): Promise<RemoteAsset> {
    const sizeBytes = manifest.media[assetId]?.sizeBytes ?? 0
    return this.#remote.get({ jobId, assetId, sizeBytes, holder: this.#place(jobId).submitter })
  }

  #isWhole({ sizeBytes }: RemoteAsset): boolean {
    return sizeBytes <= (this.#init.wholeBytes ?? wholeBytes)
  }

  async #bringAhead(jobId: JobId, indexes: readonly number[], signal: AbortSignal): Promise<void> {
    const manifest = await this.manifest(jobId, signal)
    for (const stretch of stretchesOf(indexes)) {
      for (const need of needsOf(manifest, stretch)) {
        const asset = await this.#remoteAsset(jobId, need.assetId, manifest)
        const blocks = blocksAhead(need, asset.sizeBytes, this.#isWhole(asset))
        await eachOf(blocks, aheadAtOnce, async (block) => {
          signal.throwIfAborted()
          this.#place(jobId)
          await asset.ahead(block, signal)
        })
      }
    }
  }
}

const never = new AbortController().signal

const onDisk = (places: ReadonlyMap<AssetId, AssetPlace>): JobAssets => ({
  placeOf: lookUp(places),
  environment: {},
  failed: never,
  close: () => undefined,
})

function lookUp(places: ReadonlyMap<AssetId, AssetPlace>): (asset: AssetId) => AssetPlace {
  return (asset) => {
    const place = places.get(asset)
    if (place === undefined) throw new Error(`asset ${asset} is not read by this stretch of its job`)
    return place
  }
}

function needsOf(manifest: Manifest, { from, to }: SegmentStretch): readonly (MediaNeed & { assetId: AssetId })[] {
  const frames = { from: manifest.segments[from]?.[0] ?? 0, to: manifest.segments[to - 1]?.[1] ?? 0 }
  return mediaNeeds(manifest, frames).map((need) => ({ ...need, assetId: need.assetId as AssetId }))
}

/** Rising indexes as stretches without gaps. */
function stretchesOf(indexes: readonly number[]): readonly SegmentStretch[] {
  const stretches: { from: number; to: number }[] = []
  for (const index of [...indexes].sort((a, b) => a - b)) {
    const last = stretches.at(-1)
    if (last?.to === index) last.to += 1
    else stretches.push({ from: index, to: index + 1 })
  }
  return stretches
}

function manifestGone(jobId: JobId): SheafError {
  return new SheafError({
    code: 'SHEAF_STORE_DAMAGED',
    message: `The plan of job ${jobId} is gone from the store of this agent, which took the job.`,
    hint: 'Submit it again.',
    details: { jobId },
  })
}

const assetIds = (manifest: Manifest): readonly AssetId[] => Object.keys(manifest.media) as AssetId[]
