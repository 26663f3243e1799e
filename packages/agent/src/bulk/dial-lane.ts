import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import type { PeerId } from '@sheaf/protocol'
import { laneKey, laneName, laneTls, type LaneAgreement } from './lane-key.js'
import { LaneStream } from './lane-stream.js'

export interface LaneAddress {
  readonly host: string
  readonly port: number
}

/** One read of the socket: large, so that it is seldom woken, and small enough for the processor's cache. */
const readBytes = 1 << 16

/** Of the runtime, and not in its types: bytes are read into one buffer, instead of a new one for each record. */
interface ReadsInPlace {
  readonly allowHalfOpen: boolean
  readonly onread: { readonly buffer: Uint8Array; readonly callback: (length: number) => boolean }
}

/** Opens an agreed lane. Rejects with the system's error, or one that says that the other end does not have the key. */
export async function dialLane(
  { host, port }: LaneAddress,
  agreement: LaneAgreement,
  signal: AbortSignal,
): Promise<LaneStream> {
  signal.throwIfAborted()
  const { server, protocol } = agreement
  const buffer = new Uint8Array(readBytes)
  const reader: { stream?: LaneStream } = {}
  const options: ConnectionOptions & ReadsInPlace = {
    ...laneTls,
    host,
    port,
    allowHalfOpen: true,
    rejectUnauthorized: true,
    // Nobody's certificate counts here.
    ca: [],
    checkServerIdentity: () => notTheKey(),
    pskCallback: () => ({ identity: laneName(agreement.lane), psk: Uint8Array.from(laneKey(agreement)) }),
    onread: { buffer, callback: (length) => reader.stream?.take(buffer.subarray(0, length)) ?? false },
  }
  const socket = connect(options)
  const stream = new LaneStream(socket, server, protocol)
  reader.stream = stream
  await whenSecure(socket, signal)
  // The other end has chosen the key, or it has proved nothing.
  if (!socket.isSessionReused()) {
    socket.destroy()
    throw notTheKey()
  }
  socket.setNoDelay(true)
  return stream
}

/** The stream of a connection that has come in and shown its key. */
export function acceptLane(
  socket: TLSSocket,
  { peer, protocol }: { readonly peer: PeerId; readonly protocol: string },
): LaneStream {
  const stream = new LaneStream(socket, peer, protocol)
  socket.on('data', (bytes: Buffer) => {
    if (!stream.take(bytes)) socket.pause()
  })
  return stream
}

function whenSecure(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      signal.removeEventListener('abort', onAbort)
      socket.removeListener('error', onError)
      socket.removeListener('close', onClose)
      act()
    }
    const onAbort = (): void => {
      socket.destroy()
      settle(() => reject(signal.reason as Error))
    }
    const onError = (error: Error): void => settle(() => reject(error))
    const onClose = (): void => settle(() => reject(new Error('the connection was closed')))
    signal.addEventListener('abort', onAbort)
    socket.once('error', onError)
    socket.once('close', onClose)
    socket.once('secureConnect', () => settle(resolve))
  })
}

function notTheKey(): Error {
  return new Error('the other end of the lane does not have its key')
}
