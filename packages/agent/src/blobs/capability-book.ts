import { capabilityFromWire, type BlobRequest, type JobId, type SignedCapability } from '@sheaf/protocol'

interface Held {
  readonly signed: SignedCapability
  readonly manifest: string
}

/** A guest has leases of few jobs at a time. */
const most = 64

/** Capabilities that a guest was given with its leases; the newest of each job. */
export class CapabilityBook {
  readonly #held = new Map<JobId, Held>()

  /** Keeps one; what cannot be read is of no use to anybody. */
  hold(signed: SignedCapability): void {
    try {
      const { jobId, manifest } = capabilityFromWire(signed.body)
      this.#held.delete(jobId)
      this.#held.set(jobId, { signed, manifest })
    } catch {
      return
    }
    const [oldest] = this.#held.keys()
    if (this.#held.size > most && oldest !== undefined) this.#held.delete(oldest)
  }

  /** The one to show with a request. */
  for(request: BlobRequest): SignedCapability | undefined {
    if (request.kind === 'asset-block') return this.#held.get(request.jobId)?.signed
    return [...this.#held.values()].find(({ manifest }) => manifest === request.blob)?.signed
  }
}
