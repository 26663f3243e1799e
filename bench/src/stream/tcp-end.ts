import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { pieceBytes, type AskingEnd, type AskingInit, type ServingEnd, type ServingInit } from './transfer-end.js'

/** Plain `node:net` as anybody would write it: no encryption, and the first byte says what is wanted. */
export async function serveTcp({ file, sizeBytes }: ServingInit): Promise<ServingEnd> {
  const server = createServer((socket) => {
    socket.once('data', (wanted: Buffer) => {
      const sent = wanted[0] === 0 ? sendMemory(socket, sizeBytes) : pipeline(createReadStream(file), socket)
      sent.catch((error: unknown) => socket.destroy(error instanceof Error ? error : undefined))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = async (): Promise<void> => {
    server.close()
    await Promise.resolve()
  }
  return { address: String((server.address() as AddressInfo).port), stop }
}

async function sendMemory(socket: Socket, sizeBytes: number): Promise<void> {
  const piece = Buffer.alloc(pieceBytes, 'sheaf')
  for (let left = sizeBytes; left > 0; left -= piece.byteLength) {
    if (!socket.write(piece)) await once(socket, 'drain')
  }
  socket.end()
}

export async function askTcp({ address, sizeBytes }: AskingInit): Promise<AskingEnd> {
  const open = async (wanted: number): Promise<Socket> => {
    const socket = connect(Number(address), '127.0.0.1')
    await once(socket, 'connect')
    socket.write(Uint8Array.of(wanted))
    return socket
  }
  return {
    memory: async () => {
      const socket = await open(0)
      let received = 0
      socket.on('data', (bytes: Buffer) => (received += bytes.byteLength))
      await once(socket, 'end')
      if (received !== sizeBytes) throw new Error(`${received} bytes came by TCP`)
    },
    disk: async (path) => {
      const hash = createHash('sha256')
      const socket = await open(1)
      socket.on('data', (bytes: Buffer) => hash.update(bytes))
      await pipeline(socket, createWriteStream(path))
      hash.digest('hex')
    },
    stop: () => Promise.resolve(),
  }
}
