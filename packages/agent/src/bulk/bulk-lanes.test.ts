import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect as connectTcp, createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { bulkReplyToWire, bulkRequestFromWire, protocols, type BulkReply, type PeerId } from '@sheaf/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Identity } from '../identity/index.js'
import { foundTestFarm } from '../measuring/found-test-farm.js'
import { FarmMembership } from '../membership/index.js'
import { FarmNetwork, silentLog, type FarmStream, type StreamHandler } from '../network/index.js'
import { BulkLanes } from './index.js'
import { LaneGrants } from './lane-grants.js'
import { laneTls } from './lane-key.js'
import { LanePort, strangers } from './lane-port.js'
import { LaneStream } from './lane-stream.js'
import { selfSigned } from './testing/self-signed.js'

// Real sockets: slow on a busy machine, and no figure of theirs is tested here.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const farm = await foundTestFarm()
const memberOf = (identity: Identity) => new FarmMembership({ credentials: farm.credentialsFor(identity) })
const anyPort = { host: '127.0.0.1', port: 0 }
const frameBytes = 1 << 20

let dir: string
let cleanups: (() => unknown)[]
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sheaf-bulk-'))
  cleanups = [() => rm(dir, { recursive: true, force: true })]
})
afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
})

interface End {
  readonly id: PeerId
  readonly network: FarmNetwork
  readonly lanes: BulkLanes
}

/** An agent's network and lanes; what its blob protocol does is the test's. */
async function end(name: string, handler: StreamHandler, peers: readonly string[] = []): Promise<End> {
  const identity = await Identity.open(join(dir, name))
  const network = new FarmNetwork(
    { identity, membership: memberOf(identity) },
    { listen: anyPort, discovery: 'none', staticPeers: peers },
  )
  const lanes = new BulkLanes({ network }, { self: identity.peerId, listen: anyPort })
  lanes.handle(protocols.blob, handler)
  await lanes.start()
  await network.start()
  cleanups.push(() => network.stop())
  cleanups.push(() => lanes.stop())
  return { id: identity.peerId, network, lanes }
}

const idle: StreamHandler = async (stream) => {
  await stream.read(1)
}
const echo: StreamHandler = async (stream) => {
  for (let frame = await stream.read(frameBytes); frame !== undefined; frame = await stream.read(frameBytes)) {
    await stream.write(frame)
  }
}

/** The one that asks, and the one that serves `handler`. */
async function pair(handler: StreamHandler): Promise<{ readonly asker: End; readonly server: End }> {
  const server = await end('server', handler)
  const asker = await end('asker', idle, [server.network.listenAddresses()[0] ?? ''])
  if (asker.network.peers().length === 0) await once(asker.network, 'peer-connected')
  return { asker, server }
}

const open = (asker: End, server: { readonly id: PeerId }): Promise<FarmStream> =>
  asker.lanes.openStream(server.id, protocols.blob)

/**
 * An asker, and a member that answers its wish for a lane with what the test makes of it; its blob protocol on streams
 * echoes. `asked` counts wishes.
 */
async function agreeing(reply: (offer: Extract<BulkReply, { kind: 'lane' }>) => BulkReply) {
  const identity = await Identity.open(join(dir, 'server'))
  const network = new FarmNetwork({ identity, membership: memberOf(identity) }, { listen: anyPort, discovery: 'none' })
  const grants = new LaneGrants({ self: identity.peerId, ttlMs: 60_000, nowMs: () => 0 })
  const [lanes, ends]: [LaneStream[], TLSSocket[]] = [[], []]
  const onLane = (socket: TLSSocket): void => {
    ends.push(socket)
    lanes.push(new LaneStream(socket, asker.id, protocols.blob))
  }
  const port = new LanePort({ ...anyPort, grants, onLane, log: silentLog })
  await port.start()
  cleanups.push(() => port.stop())
  let asked = 0
  network.handle(protocols.bulk, async (stream, peer) => {
    asked += 1
    const { protocol, nonce } = bulkRequestFromWire((await stream.read(1024)) ?? new Uint8Array())
    await stream.write(bulkReplyToWire(reply(grants.grant(peer, { protocol, nonce, port: port.port }))))
  })
  network.handle(protocols.blob, echo)
  await network.start()
  cleanups.push(() => network.stop())
  const asker = await end('asker', idle, [network.listenAddresses()[0] ?? ''])
  if (asker.network.peers().length === 0) await once(asker.network, 'peer-connected')
  return { asker, server: { id: identity.peerId }, port, lanes, ends, asked: () => asked }
}

/** The stream works, and is one of libp2p. */
async function expectFallback(stream: FarmStream): Promise<void> {
  expect(stream).not.toBeInstanceOf(LaneStream)
  await stream.write(Buffer.from('still here'))
  expect(Buffer.from((await stream.read(100)) ?? []).toString()).toBe('still here')
  await stream.close()
}

/** A listener in the way: sees all bytes, and may change what comes back. */
async function between(to: () => number, meddle: (bytes: Buffer) => Buffer = (bytes) => bytes) {
  const seen: Buffer[] = []
  const proxy = createServer((near) => {
    const far = connectTcp(to(), '127.0.0.1')
    for (const socket of [near, far]) {
      socket.on('error', () => undefined).on('close', () => void (near.destroy(), far.destroy()))
    }
    near.on('data', (bytes: Buffer) => void (seen.push(bytes), far.write(bytes)))
    far.on('data', (bytes: Buffer) => void (seen.push(bytes), near.write(meddle(bytes))))
    cleanups.push(() => void (near.destroy(), far.destroy()))
  })
  return { port: await listening(proxy), seen }
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => server.close())
  return (server.address() as AddressInfo).port
}

/** Sockets of this process that are open, by what they are. */
const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name.startsWith('TCPSocket')).length

describe('a lane', () => {
  it('carries frames of all sizes both ways, and ends when both ends do', async () => {
    const { asker, server } = await pair(echo)
    const before = sockets()
    const stream = await open(asker, server)
    expect(stream).toBeInstanceOf(LaneStream)
    for (const size of [0, 1, 127, 128, 16_384, 16_385, 300_000, frameBytes]) {
      const frame = Buffer.alloc(size, `frame of ${size} `)
      await stream.write(frame)
      expect(frame.equals((await stream.read(frameBytes)) ?? Buffer.from('nothing'))).toBe(true)
    }
    await stream.close()
    expect(await stream.read(1)).toBeUndefined()
    await vi.waitFor(() => expect(sockets()).toBe(before))
  })

  it('is opened once with each key, by whoever has it, and shows nothing to those in the way', async () => {
    const proxy: { port?: number } = {}
    const { asker, server, port, lanes } = await agreeing((offer) => ({ ...offer, port: proxy.port ?? 0 }))
    const { port: near, seen } = await between(() => port.port)
    proxy.port = near
    const stream = await open(asker, server)
    expect(stream).toBeInstanceOf(LaneStream)
    await stream.write(Buffer.alloc(frameBytes, 'of the film'))
    await vi.waitFor(() => expect(lanes).toHaveLength(1))
    expect(Buffer.concat(seen).byteLength).toBeGreaterThan(0)
    expect(Buffer.concat(seen).includes('of the film')).toBe(false)
    // What was seen is of no use to whoever says it again.
    const replay = connectTcp(port.port, '127.0.0.1')
    replay.write(seen[0] ?? '')
    replay.resume()
    await once(replay, 'close')
    expect(lanes).toHaveLength(1)
    stream.abort(new Error('done'))
  })

  it('is not opened with a wrong key or by a stranger, and costs the port a short time', async () => {
    const { asker, server, lanes, port } = await agreeing((offer) => ({ ...offer, nonce: new Uint8Array(32) }))
    await expectFallback(await open(asker, server))
    const stranger = connectTls({
      ...laneTls,
      port: port.port,
      host: '127.0.0.1',
      pskCallback: () => ({ identity: '00'.repeat(16), psk: new Uint8Array(32) }),
    })
    await expect(once(stranger, 'secureConnect')).rejects.toThrow()
    const certificate = connectTls({ port: port.port, host: '127.0.0.1', rejectUnauthorized: false })
    await expect(once(certificate, 'secureConnect')).rejects.toThrow()
    expect(lanes).toHaveLength(0)
    // Those who say nothing are few at once.
    const silent = Array.from({ length: strangers.fromOneAddress + 3 }, () => connectTcp(port.port, '127.0.0.1'))
    cleanups.push(() => silent.forEach((socket) => socket.destroy()))
    for (const socket of silent) socket.on('error', () => undefined).resume()
    await vi.waitFor(() => expect(silent.filter((socket) => socket.closed)).toHaveLength(3))
  })

  it('breaks when somebody in the way changes a byte', async () => {
    const proxy: { port?: number } = {}
    const { asker, server, port, lanes } = await agreeing((offer) => ({ ...offer, port: proxy.port ?? 0 }))
    let spoil = false
    proxy.port = (
      await between(
        () => port.port,
        (bytes) => {
          if (spoil) bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
          return bytes
        },
      )
    ).port
    const stream = await open(asker, server)
    await vi.waitFor(() => expect(lanes).toHaveLength(1))
    spoil = true
    await lanes[0]?.write(Buffer.from('a frame'))
    await expect(stream.read(100)).rejects.toMatchObject({ code: 'SHEAF_PEER_UNREACHABLE' })
  })

  it('does not begin with somebody in the way who has a certificate and not the key', async () => {
    const { key, cert } = selfSigned
    const middle: Server = createTlsServer({ key, cert, minVersion: 'TLSv1.3' }, (socket) => void socket.end('hello'))
    const port = await listening(middle)
    const { asker, server } = await agreeing((offer) => ({ ...offer, port }))
    await expectFallback(await open(asker, server))
  })
})

describe('where there is no lane', () => {
  it('a stream is used, and a port that does not answer is left alone for a while', async () => {
    const mute = await listening(createServer((socket) => void cleanups.push(() => socket.destroy())))
    const { asker, server, asked } = await agreeing((offer) => ({ ...offer, port: mute }))
    const both = await Promise.all([open(asker, server), open(asker, server)])
    for (const stream of both) await expectFallback(stream)
    await expectFallback(await open(asker, server))
    expect(asked()).toBe(1)
  })

  it('a stream is used when the other end refuses, and it is asked again when it had only too many', async () => {
    const answers: BulkReply[] = [
      { kind: 'refused', refusal: 'too-many' },
      { kind: 'refused', refusal: 'no-lanes' },
    ]
    const { asker, server, asked } = await agreeing((offer) => answers.shift() ?? offer)
    for (let time = 0; time < 3; time += 1) await expectFallback(await open(asker, server))
    expect(asked()).toBe(2)
  })

  it('the reason of an abort comes back, and nothing stays open', async () => {
    const mute = await listening(createServer((socket) => void cleanups.push(() => socket.destroy())))
    const { asker, server } = await agreeing((offer) => ({ ...offer, port: mute }))
    const stop = new AbortController()
    const opening = asker.lanes.openStream(server.id, protocols.blob, { signal: stop.signal })
    stop.abort(new Error('not wanted any more'))
    await expect(opening).rejects.toThrow('not wanted any more')
  })
})

describe('an end that does not behave', () => {
  it('dies in the middle of a frame: the reader hears of it', async () => {
    const { asker, server, lanes, ends } = await agreeing((offer) => offer)
    const stream = await open(asker, server)
    await vi.waitFor(() => expect(lanes).toHaveLength(1))
    await lanes[0]?.write(Buffer.from('whole'))
    expect(Buffer.from((await stream.read(100)) ?? []).toString()).toBe('whole')
    const reading = stream.read(2 * frameBytes)
    ends[0]?.write(Uint8Array.of(0x80, 0x80, 0x40, 1, 2, 3), () => ends[0]?.destroy())
    await expect(reading).rejects.toMatchObject({ code: 'SHEAF_PEER_UNREACHABLE' })
  })

  it('never reads: the writer waits with one frame in its hands, and can give up', async () => {
    const { asker, server, lanes } = await agreeing((offer) => offer)
    const before = sockets()
    const stream = await open(asker, server)
    await vi.waitFor(() => expect(lanes).toHaveLength(1))
    const [lane] = lanes
    const giveUp = new AbortController()
    let written = 0
    const writing = (async () => {
      for (;;) {
        await lane?.write(new Uint8Array(frameBytes), { signal: giveUp.signal })
        written += 1
      }
    })()
    const stuck = writing.catch((error: unknown) => error)
    // Until what the system holds between two sockets is full, nothing more can be seen to happen.
    let last = -1
    await vi.waitFor(
      () => {
        const now = written
        const still = now === last
        last = now
        expect(still && now > 0).toBe(true)
      },
      { interval: 200, timeout: 30_000 },
    )
    expect(written).toBeLessThan(64)
    giveUp.abort(new Error('taken too long'))
    expect(await stuck).toMatchObject({ message: 'taken too long' })
    lane?.abort(new Error('taken too long'))
    stream.abort(new Error('over'))
    await vi.waitFor(() => expect(sockets()).toBe(before))
  })

  it('announces a frame that is too long: refused before any of it is kept', async () => {
    const { asker, server, lanes } = await agreeing((offer) => offer)
    const stream = await open(asker, server)
    await vi.waitFor(() => expect(lanes).toHaveLength(1))
    await lanes[0]?.write(new Uint8Array(200_000)).catch(() => undefined)
    await expect(stream.read(1000)).rejects.toMatchObject({ code: 'SHEAF_WIRE_LIMIT' })
  })

  it('goes: its lanes end with its connection, at both ends', async () => {
    const { asker, server } = await pair(echo)
    const stream = await open(asker, server)
    expect(stream).toBeInstanceOf(LaneStream)
    const reading = stream.read(1)
    await asker.network.stop()
    await expect(reading).rejects.toMatchObject({ code: 'SHEAF_PEER_UNREACHABLE' })
    await expect(open(asker, server)).rejects.toMatchObject({ code: 'SHEAF_PEER_UNREACHABLE' })
  })

  it('is aborted: both ends are over, and no socket stays', async () => {
    let served: Promise<unknown> = Promise.resolve()
    const { asker, server } = await pair((stream, peer) => {
      const serving = Promise.resolve(echo(stream, peer))
      served = serving.catch((error: unknown) => error)
      return serving
    })
    const before = sockets()
    const stream = await open(asker, server)
    await stream.write(new Uint8Array(10))
    await stream.read(10)
    stream.abort(new Error('enough'))
    await expect(stream.read(1)).rejects.toMatchObject({ code: 'SHEAF_PEER_UNREACHABLE' })
    await served
    await vi.waitFor(() => expect(sockets()).toBe(before))
  })
})
