import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  isSheafError,
  limits,
  parseAssetId,
  SheafError,
  type AssetId,
  type BlobId,
  type JobId,
  type PeerId,
} from '@sheaf/protocol'
import { decodeManifest, type Manifest } from '@sheaf/timeline'
import { placeOf, type AssetPlace, type AssetRegistry, type BlobService, type BlobStore } from '../blobs/index.js'
import type { Log } from '../log/index.js'
import type { Materials } from './ports.js'

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
  /** Tries of one fetch: pauses that grow from `firstPauseMs`, none begun after `patienceMs`. */
  readonly retry?: { readonly firstPauseMs: number; readonly patienceMs: number } | undefined
}

export interface FarmMaterialsComponents {
  readonly store: BlobStore
  readonly service: BlobService
  readonly registry: AssetRegistry
  readonly log: Log
}

/** Errors after which asking again can help: the peer may come back. */
const passing = new Set(['SHEAF_PEER_UNREACHABLE', 'SHEAF_TIMEOUT', 'SHEAF_BLOB_CORRUPT', 'SHEAF_BLOB_NOT_FOUND'])

/**
 * Long enough for the submitter's agent to be started again. After it the slot is for other work; the
 * coordinator leases the segment again later.
 */
const patient = { firstPauseMs: 200, patienceMs: 30_000 }

/** Materials fetched from the submitter's machine and kept until the job is closed; on that machine itself the files are used where they are. */
export class FarmMaterials implements Materials {
  readonly #components: FarmMaterialsComponents
  readonly #init: FarmMaterialsInit
  readonly #manifests = new Map<JobId, Promise<Manifest>>()
  readonly #fetches = new Map<JobId, Promise<ReadonlyMap<AssetId, AssetPlace>>>()
  readonly #abort = new AbortController()

  constructor(components: FarmMaterialsComponents, init: FarmMaterialsInit) {
    this.#components = components
    this.#init = init
  }

  knows(jobId: JobId): boolean {
    return this.#init.placeOf(jobId) !== undefined
  }

  manifest(jobId: JobId, signal: AbortSignal): Promise<Manifest> {
    return shared(this.#manifests, jobId, signal, () => this.#loadManifest(jobId))
  }

  async assets(jobId: JobId, signal: AbortSignal): Promise<ReadonlyMap<AssetId, AssetPlace>> {
    const place = this.#place(jobId)
    if (place.submitter === this.#init.self) return this.#ownAssets(jobId, signal)
    return shared(this.#fetches, jobId, signal, () => this.#fetchAssets(jobId, place))
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
    this.#fetches.delete(jobId)
    await rm(join(this.#init.assetsDir, jobId), { recursive: true, force: true })
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
      await this.#untilThere(jobId, 'manifest', () =>
        service.fetchBlob(submitter, manifest, { signal: this.#abort.signal }),
      )
    }
    return decodeManifest(new TextDecoder().decode(await store.read(manifest, { maxBytes: limits.manifestBytes })))
  }

  async #ownAssets(jobId: JobId, signal: AbortSignal): Promise<ReadonlyMap<AssetId, AssetPlace>> {
    const manifest = await this.manifest(jobId, signal)
    const paths = new Map<AssetId, AssetPlace>()
    for (const id of assetIds(manifest)) paths.set(id, placeOf(await this.#components.registry.check(jobId, id)))
    return paths
  }

  async #fetchAssets(jobId: JobId, place: JobPlace): Promise<ReadonlyMap<AssetId, AssetPlace>> {
    const manifest = await this.#loadManifest(jobId)
    const folder = join(this.#init.assetsDir, jobId)
    await mkdir(folder, { recursive: true })
    const paths = new Map<AssetId, string>()
    for (const id of assetIds(manifest)) {
      if (parseAssetId(id) === undefined) throw new Error('not an asset id: it would name a file elsewhere')
      const toPath = join(folder, id)
      const sizeBytes = manifest.media[id]?.sizeBytes ?? 0
      paths.set(id, toPath)
      if ((await stat(toPath).catch(() => undefined))?.size === sizeBytes) continue
      await this.#untilThere(jobId, id, () =>
        this.#components.service.fetchAsset(place.submitter, jobId, id, { sizeBytes, toPath }),
      )
    }
    return paths
  }

  /** Tries again with growing pauses while the job lives: the submitter's machine may be restarting. */
  async #untilThere(jobId: JobId, what: string, fetch: () => Promise<unknown>): Promise<void> {
    const { firstPauseMs, patienceMs } = this.#init.retry ?? patient
    const { signal } = this.#abort
    const sinceMs = performance.now()
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, 3000)) {
      try {
        signal.throwIfAborted()
        await fetch()
        return
      } catch (error) {
        const known = this.#init.placeOf(jobId) !== undefined
        const given = performance.now() - sinceMs + pauseMs
        if (!known || signal.aborted || given > patienceMs || !isSheafError(error) || !passing.has(error.code)) {
          throw error
        }
        this.#components.log.info({ jobId, what, error }, 'waiting for the submitter to serve it')
        await delay(pauseMs, undefined, { ref: false, signal })
      }
    }
  }
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

/** One promise for all who ask; a failure is forgotten so that the next one tries afresh. The waiting, not the work, ends with `signal`. */
function shared<K, V>(cache: Map<K, Promise<V>>, key: K, signal: AbortSignal, make: () => Promise<V>): Promise<V> {
  let promise = cache.get(key)
  if (promise === undefined) {
    promise = make()
    cache.set(key, promise)
    promise.catch(() => cache.delete(key))
  }
  return untilAborted(promise, signal)
}

function untilAborted<V>(promise: Promise<V>, signal: AbortSignal): Promise<V> {
  if (signal.aborted) return Promise.reject(asError(signal.reason))
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(asError(signal.reason))
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)))
