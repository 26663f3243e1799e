import { randomBytes } from 'node:crypto'
import { mdns, type MulticastDNSComponents } from '@libp2p/mdns'
import type { PeerDiscovery, PeerInfo, Startable } from '@libp2p/interface'
import { mdnsServiceTag } from '@sheaf/protocol'

/** Every agent answers every question, so questions are rare once the farm has been found. */
const steadyIntervalMs = 20_000
const eagerIntervalMs = 400
const eagerForMs = 6_000

type Discoverer = PeerDiscovery & Startable

/**
 * mDNS under the farm-neutral tag. A datagram is easily lost just after a start, so for the first seconds
 * questions are asked every 0.4 s; afterwards every 20 s.
 */
export class MdnsDiscovery {
  readonly #port: number | undefined
  readonly #onPeer: (peer: PeerInfo) => void
  #services: readonly Discoverer[] = []
  #calm: NodeJS.Timeout | undefined

  constructor(init: { readonly port?: number | undefined; readonly onPeer: (peer: PeerInfo) => void }) {
    this.#port = init.port
    this.#onPeer = init.onPeer
  }

  /** To be called when the node listens: an agent that cannot be dialled yet has nothing to answer. */
  async start(components: MulticastDNSComponents): Promise<void> {
    const common = {
      serviceTag: mdnsServiceTag,
      peerName: randomBytes(16).toString('hex'),
      ...(this.#port === undefined ? {} : { port: this.#port }),
    }
    const steady = mdns({ ...common, interval: steadyIntervalMs })(components) as Discoverer
    const eager = mdns({ ...common, interval: eagerIntervalMs, broadcast: false })(components) as Discoverer
    this.#services = [steady, eager]
    for (const service of this.#services) {
      service.addEventListener('peer', (event) => this.#onPeer(event.detail))
      await service.start()
    }
    this.#calm = setTimeout(() => void eager.stop(), eagerForMs)
  }

  async stop(): Promise<void> {
    clearTimeout(this.#calm)
    await Promise.all(this.#services.map(async (service) => service.stop()))
    this.#services = []
  }
}
