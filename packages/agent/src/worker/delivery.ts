import type { JobId, OfferMessage, OfferReply, PeerId, SegmentKey, WorkMessage } from '@sheaf/protocol'
import type { Log } from '../log/index.js'
import type { KeptSegment, KeptSegments } from './ports.js'
import { segmentText } from './segment-text.js'

export interface DeliveryComponents {
  readonly kept: KeptSegments
  readonly log: Log
}

export interface DeliveryInit {
  readonly self: PeerId
  /** Who collects the job's segments now; undefined when the job is closed or unknown. */
  readonly homeOf: (jobId: JobId) => PeerId | undefined
  readonly isConnected: (peer: PeerId) => boolean
  readonly send: (to: PeerId, message: WorkMessage) => void
  /** The home on this machine. */
  readonly offerHere: (offer: OfferMessage) => Promise<OfferReply>
  readonly onChange: () => void
  /** The home found a segment's bytes wrong. */
  readonly onInvalid: (key: SegmentKey, code: string, message: string) => void
  readonly nowMs: () => number
}

/** An offer without an answer for this long is made again: the home may have been restarted. */
const answerWithinMs = 10_000

/**
 * Offers what was rendered to the job's home until the home says that it landed. Offering twice is
 * harmless: a segment is named by its attempt, its bytes by their hash.
 */
export class Delivery {
  readonly #components: DeliveryComponents
  readonly #init: DeliveryInit
  readonly #offered = new Map<string, { readonly home: PeerId; readonly atMs: number }>()

  constructor(components: DeliveryComponents, init: DeliveryInit) {
    this.#components = components
    this.#init = init
  }

  /** Rendered here and not yet landed. */
  held(): readonly KeptSegment[] {
    return this.#components.kept.unlanded()
  }

  /** Offers everything that is due. Called when a segment is done, a peer connects, and on every beat. */
  offerDue(): void {
    for (const segment of this.held()) this.#offer(segment)
  }

  /** A peer that was lost has forgotten what it was offered. */
  onPeerLost(peer: PeerId): void {
    for (const segment of this.held()) {
      const text = segmentText(segment)
      if (this.#offered.get(text)?.home === peer) this.#offered.delete(text)
    }
  }

  async onReply(reply: OfferReply): Promise<void> {
    const segment = this.#components.kept.get(reply)
    if (segment === undefined || segment.blob !== reply.blob) return
    const { outcome } = reply
    if (outcome.kind === 'landed') {
      this.#offered.delete(segmentText(segment))
      await this.#components.kept.put({ ...segment, landed: true })
    } else if (outcome.kind === 'invalid') {
      this.#components.log.warn({ jobId: segment.jobId, index: segment.index, outcome }, 'home refused a segment')
      this.#offered.delete(segmentText(segment))
      await this.#components.kept.forget(segment)
      this.#init.onInvalid(segment, outcome.code, outcome.message)
    } else {
      this.#components.log.debug({ jobId: segment.jobId, index: segment.index, outcome }, 'offer not taken')
      return
    }
    this.#init.onChange()
  }

  #offer(segment: KeptSegment): void {
    const home = this.#init.homeOf(segment.jobId)
    if (home === undefined) return
    const text = segmentText(segment)
    const nowMs = this.#init.nowMs()
    const offered = this.#offered.get(text)
    if (offered?.home === home && nowMs - offered.atMs < answerWithinMs) return
    const { jobId, generation, index, blob, sizeBytes } = segment
    const renderMs = Math.round(segment.renderMs)
    const offer: OfferMessage = { kind: 'offer', jobId, generation, index, blob, sizeBytes, renderMs }
    if (home === this.#init.self) {
      this.#offered.set(text, { home, atMs: nowMs })
      this.#init
        .offerHere(offer)
        .then((reply) => this.onReply(reply))
        .catch((error: unknown) => this.#components.log.error({ jobId, index, error }, 'landing here failed'))
    } else if (this.#init.isConnected(home)) {
      this.#offered.set(text, { home, atMs: nowMs })
      this.#init.send(home, offer)
    }
  }
}
