import { createServer } from 'node:net'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { tcp } from '@libp2p/tcp'
import { SheafError } from '@sheaf/protocol'
import { createLibp2p, type Libp2p } from 'libp2p'
import type { Identity } from '../identity/index.js'

/** Where to listen. */
export interface ListenAddress {
  readonly host: string
  readonly port: number
}

const maxConnections = 2_000
/** Agents of one machine, and a whole subnet behind one router, come from one address. */
const connectionsPerSecondAndHost = 200

/** A libp2p node over TCP, Noise and Yamux, with nothing else switched on; not started. One that listens nowhere dials. */
export async function createNode(identity: Identity, listen: ListenAddress | undefined): Promise<Libp2p> {
  const family = listen?.host.includes(':') === true ? 'ip6' : 'ip4'
  return createLibp2p({
    start: false,
    privateKey: identity.privateKey,
    addresses: { listen: listen === undefined ? [] : [`/${family}/${listen.host}/tcp/${listen.port}`] },
    transports: [tcp({ dialOpts: { noDelay: true }, listenOpts: { noDelay: true } })],
    connectionEncrypters: [noise()],
    // A paused stream must not overrun libp2p's read buffer of 4 MiB, which would reset it.
    streamMuxers: [yamux({ streamOptions: { maxStreamWindowSize: 1 << 20 } })],
    connectionManager: {
      maxConnections,
      inboundConnectionThreshold: connectionsPerSecondAndHost,
      maxIncomingPendingConnections: connectionsPerSecondAndHost,
      // A peer names the addresses of all its interfaces; those that lead nowhere must not hold up the others.
      addressDialTimeout: 2_000,
      reconnectRetries: 0,
    },
    // Finds hosts that went away without a word. Patient: a machine that renders answers late.
    connectionMonitor: { pingInterval: 10_000, pingTimeout: { minTimeout: 15_000 } },
  })
}

/** What to tell the person when the node could not listen. */
export async function listenError(listen: ListenAddress, cause: unknown): Promise<SheafError> {
  const place = `${listen.host}:${listen.port}`
  // libp2p hands the reason on as text only; asking the system again gives the code.
  const code = await tryListen(listen)
  if (code === 'EADDRINUSE') {
    return new SheafError({
      code: 'SHEAF_PORT_IN_USE',
      message: `Port ${listen.port} on ${listen.host} is already in use.`,
      hint: 'Another agent may be running: see `sheaf status`. Or choose another port with --port (0 takes a free one).',
      details: { host: listen.host, port: listen.port },
      cause,
    })
  }
  return new SheafError({
    code: 'SHEAF_CONFIG_INVALID',
    message: `The agent cannot listen on ${place}${code === undefined ? '' : ` (${code})`}.`,
    hint: 'Choose an address of this machine and a port that you may use.',
    cause,
  })
}

function tryListen({ host, port }: ListenAddress): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    server.listen({ host, port }, () => server.close(() => resolve(undefined)))
  })
}
