import type { Connection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { parsePeerId, protocols, SheafError, type PeerId } from '@sheaf/protocol'
import type { Libp2p } from 'libp2p'
import type { Identity } from '../identity/index.js'
import { peerOf } from './admission.js'
import { createNode } from './create-node.js'
import { FramedStream, type FarmStream } from './farm-stream.js'
import { MdnsDiscovery } from './mdns-discovery.js'

/** An agent that may be asked to let this machine in: at these addresses. */
export interface FoundAgent {
  readonly key: string
  readonly addresses: readonly string[]
}

export interface JoinNodeInit {
  /** Multiaddrs to try. With them nobody else is looked for. */
  readonly addresses: readonly string[]
  readonly onFound: (agent: FoundAgent) => void
  /** UDP port of mDNS; 5353 unless a test wants to be alone. */
  readonly mdnsPort?: number | undefined
}

/**
 * A node that is there to join a farm and listens nowhere: it finds agents, by mDNS or at addresses, and opens
 * `/sheaf/join/1` to them. It has this machine's identity, so that the certificate it comes back with is its own.
 */
export class JoinNode {
  readonly #node: Libp2p
  readonly #self: PeerId
  readonly #init: JoinNodeInit
  #discovery: MdnsDiscovery | undefined

  private constructor(node: Libp2p, self: PeerId, init: JoinNodeInit) {
    this.#node = node
    this.#self = self
    this.#init = init
  }

  static async start(identity: Identity, init: JoinNodeInit): Promise<JoinNode> {
    const node = await createNode(identity, undefined)
    await node.start()
    const joining = new JoinNode(node, identity.peerId, init)
    if (init.addresses.length > 0)
      for (const address of init.addresses) init.onFound({ key: address, addresses: [address] })
    else await joining.#discover()
    return joining
  }

  /** Opens a stream for joining; `close` ends its connection too. `SHEAF_PEER_UNREACHABLE`. */
  async open(
    agent: FoundAgent,
    signal: AbortSignal,
  ): Promise<{ readonly stream: FarmStream; readonly address: string; readonly close: () => Promise<void> }> {
    let connection: Connection
    try {
      const addresses = agent.addresses.map((address) => multiaddr(address))
      connection = await this.#node.dial(addresses, { signal })
    } catch (cause) {
      signal.throwIfAborted()
      throw new SheafError({
        code: 'SHEAF_PEER_UNREACHABLE',
        message: `No agent answers at ${agent.addresses.join(' or ')}.`,
        hint: 'Is it running (sheaf status there), and does a firewall let its port through?',
        cause,
      })
    }
    const peer = peerOf(connection)
    const stream = new FramedStream(await connection.newStream([protocols.join], { signal }), peer)
    const close = async (): Promise<void> => {
      await stream.close().catch(() => undefined)
      await connection.close().catch((error: unknown) => connection.abort(error as Error))
    }
    return { stream, address: connection.remoteAddr.toString(), close }
  }

  async stop(): Promise<void> {
    await this.#discovery?.stop()
    await this.#node.stop()
  }

  async #discover(): Promise<void> {
    this.#discovery = new MdnsDiscovery({
      port: this.#init.mdnsPort,
      onPeer: ({ id, multiaddrs }) => {
        const peer = parsePeerId(id.toString())
        if (peer === undefined || peer === this.#self) return
        this.#init.onFound({ key: peer, addresses: multiaddrs.map((address) => `${String(address)}/p2p/${peer}`) })
      },
    })
    await this.#discovery.start({
      logger: this.#node.logger,
      addressManager: { getAddresses: () => this.#node.getMultiaddrs() },
    } as never)
  }
}
