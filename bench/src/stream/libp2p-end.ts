import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import type { Stream } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2p } from 'libp2p'
import type { AskingEnd, AskingInit, ServingEnd, ServingInit } from './transfer-end.js'

const protocols = { memory: '/bench/memory', disk: '/bench/disk' } as const
/** What libp2p itself cuts everything to. */
const untunedPieceBytes = 1 << 16

/** A libp2p stream over TCP, Noise and Yamux with all their defaults. */
export async function serveLibp2p({ file, sizeBytes }: ServingInit): Promise<ServingEnd> {
  const node = await untunedNode()
  await node.handle(protocols.memory, (stream) => void send(stream, pieces(sizeBytes)))
  await node.handle(protocols.disk, (stream) => void send(stream, createReadStream(file) as AsyncIterable<Uint8Array>))
  return { address: String(node.getMultiaddrs()[0]), stop: async () => node.stop() }
}

export async function askLibp2p({ address, sizeBytes }: AskingInit): Promise<AskingEnd> {
  const node = await untunedNode()
  const connection = await node.dial(multiaddr(address))
  return {
    memory: async () => {
      let received = 0
      for await (const bytes of await connection.newStream(protocols.memory)) received += bytes.byteLength
      if (received !== sizeBytes) throw new Error(`${received} bytes came by libp2p`)
    },
    disk: async (path) => {
      const hash = createHash('sha256')
      const file = await open(path, 'w')
      for await (const list of await connection.newStream(protocols.disk)) {
        const bytes = list.subarray()
        hash.update(bytes)
        await file.appendFile(bytes)
      }
      await file.close()
      hash.digest('hex')
    },
    stop: async () => node.stop(),
  }
}

function untunedNode(): Promise<Libp2p> {
  return createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    // It would give a connection up on which it waits for its turn behind the bytes.
    connectionMonitor: { enabled: false },
  })
}

async function send(stream: Stream, source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
  for await (const piece of source) if (!stream.send(piece)) await stream.onDrain()
  await stream.close()
}

function* pieces(sizeBytes: number): Iterable<Uint8Array> {
  const piece = new Uint8Array(untunedPieceBytes).fill(7)
  for (let left = sizeBytes; left > 0; left -= piece.byteLength) yield piece
}
