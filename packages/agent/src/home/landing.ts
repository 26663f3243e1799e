import { isSheafError, type OfferMessage, type OfferReply, type PeerId } from '@sheaf/protocol'
import type { Manifest } from '@sheaf/timeline'
import type { Log } from '../log/index.js'
import type { Materials } from '../worker/index.js'
import { LandingBatches } from './landing-batches.js'
import type { AppendFacts, CheckSegment, HomeBytes, HomeFarm, HomeJob } from './ports.js'

export interface LandingComponents {
  readonly farm: HomeFarm
  readonly bytes: HomeBytes
  readonly materials: Materials
  readonly check: CheckSegment
  readonly append: AppendFacts
  readonly log: Log
}

/** The home's first duty: takes offered segments in, checks them, and signs that they landed. */
export class Landing {
  readonly #components: LandingComponents
  readonly #self: PeerId
  readonly #batches: LandingBatches
  /** One segment at a time lands once: offers of the same one wait for each other. */
  readonly #underWay = new Map<string, Promise<OfferReply['outcome']>>()

  constructor(components: LandingComponents, init: { readonly self: PeerId }) {
    this.#components = components
    this.#self = init.self
    this.#batches = new LandingBatches(components.append)
  }

  /** Answers an offer; never rejects. `landed` only after the fact is on disk. */
  async offer(from: PeerId, offer: OfferMessage): Promise<OfferReply> {
    const { jobId, generation, index, blob } = offer
    const key = `${jobId}/${index}`
    for (let other = this.#underWay.get(key); other !== undefined; other = this.#underWay.get(key)) await other
    const landing = this.#land(from, offer).catch((error: unknown) => this.#explain(offer, error))
    this.#underWay.set(key, landing)
    const outcome = await landing.finally(() => this.#underWay.delete(key))
    return { kind: 'offer-reply', jobId, generation, index, blob, outcome }
  }

  async #land(from: PeerId, offer: OfferMessage): Promise<OfferReply['outcome']> {
    const { farm, bytes } = this.#components
    const job = farm.job(offer.jobId)
    if (job === undefined || !job.open || job.home !== this.#self) return { kind: 'not-home' }
    const before = farm.landedBlob(offer.jobId, offer.index)
    if (before !== undefined) return this.#alreadyLanded(from, offer, before)
    if (!(await bytes.has(offer.blob))) await bytes.fetch(from, offer.blob)
    const manifest = await this.#components.materials.manifest(offer.jobId, AbortSignal.timeout(60_000))
    await this.#check(manifest, offer)
    await this.#sign(from, offer, job)
    return { kind: 'landed' }
  }

  async #check(manifest: Manifest, offer: OfferMessage): Promise<void> {
    const { bytes, check } = this.#components
    try {
      await check({ manifest, offer, path: bytes.path(offer.blob) })
    } catch (error) {
      // Whether the bytes came wrong or went bad here: the next offer of this name is to be fetched.
      await bytes.dropIfDamaged(offer.blob)
      throw error
    }
  }

  async #sign(from: PeerId, { jobId, index, blob, sizeBytes, renderMs }: OfferMessage, job: HomeJob): Promise<void> {
    const place = { jobId, generation: job.generation, epoch: job.epoch }
    await this.#batches.land(place, { index, blob, sizeBytes, renderedBy: from, renderMs })
    this.#components.log.debug({ jobId, index, from }, 'landed')
  }

  #alreadyLanded(from: PeerId, offer: OfferMessage, blob: string): OfferReply['outcome'] {
    if (blob !== offer.blob) {
      // Two agents of one fingerprint made unlike bytes: the first to land counts, and a person should know.
      this.#components.log.warn(
        { jobId: offer.jobId, index: offer.index, from, blob, offered: offer.blob },
        'bytes differ',
      )
    }
    return { kind: 'landed' }
  }

  #explain(offer: OfferMessage, error: unknown): OfferReply['outcome'] {
    const message = error instanceof Error ? error.message : String(error)
    this.#components.log.warn({ jobId: offer.jobId, index: offer.index, error }, 'offer failed')
    if (isSheafError(error, 'SHEAF_SEGMENT_INVALID')) return { kind: 'invalid', code: error.code, message }
    return { kind: 'retry', message }
  }
}
