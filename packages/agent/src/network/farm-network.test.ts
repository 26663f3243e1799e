import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { multiaddr } from '@multiformats/multiaddr'
import {
  helloFromWire,
  helloToWire,
  protocols,
  protocolVersion,
  workMessageToWire,
  type PeerId,
  type WorkMessage,
} from '@sheaf/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Identity } from '../identity/index.js'
import type { Log } from '../log/index.js'
import { foundTestFarm } from '../measuring/found-test-farm.js'
import { certificateLifetimesMs, expiryLeewayMs, FarmMembership, type MembershipFacts } from '../membership/index.js'
import { createNode } from './create-node.js'
import { FramedStream, type FarmStream } from './farm-stream.js'
import { helloAsDialer } from './hello.js'
import { FarmNetwork, type FarmNetworkInit, type ReceivedMessage } from './index.js'
import { silentLog } from './silent-log.js'

// Real sockets and disks: slow on a busy machine, and no figure of theirs is tested here.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const ours = await foundTestFarm()
const theirs = await foundTestFarm()
const anyPort = { host: '127.0.0.1', port: 0 }

let dir: string
let cleanups: (() => Promise<unknown>)[]
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sheaf-network-'))
  cleanups = [() => rm(dir, { recursive: true, force: true })]
})
afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
})

let made = 0
async function agent(
  init: FarmNetworkInit = {},
  farm = ours,
  log: Log = silentLog,
  member: { readonly atMs?: number; readonly facts?: MembershipFacts } = {},
): Promise<FarmNetwork & { id: PeerId; membership: FarmMembership }> {
  const identity = await Identity.open(join(dir, `agent${made++}`))
  const { atMs = Date.now(), facts } = member
  const membership = new FarmMembership({ credentials: farm.credentialsFor(identity, { atMs }), facts })
  const network = new FarmNetwork({ identity, membership, log }, { listen: anyPort, discovery: 'none', ...init })
  cleanups.push(() => network.stop())
  return Object.assign(network, { id: identity.peerId, membership })
}

const address = (network: FarmNetwork): string => network.listenAddresses()[0] ?? 'not listening'
const connected = (network: FarmNetwork) => once(network, 'peer-connected')
const goodbye = (reason: string): WorkMessage => ({ kind: 'goodbye', reason })

/** Two agents that know each other. */
async function pair() {
  const a = await agent()
  await a.start()
  const b = await agent({ staticPeers: [address(a)] })
  const both = Promise.all([connected(a), connected(b)])
  await b.start()
  await both
  return { a, b }
}

/** Collects log lines and resolves `line` when one with that message comes. */
function listeningLog() {
  const lines: { message: string; fields: object }[] = []
  const waiting = new Map<string, () => void>()
  const take = (fields: object, message: string) => {
    lines.push({ message, fields })
    waiting.get(message)?.()
  }
  const log: Log = { debug: take, info: take, warn: take, error: take, scope: () => log }
  const line = (message: string) =>
    lines.some((known) => known.message === message)
      ? Promise.resolve()
      : new Promise<void>((resolve) => waiting.set(message, resolve))
  return { log, lines, line }
}

describe('members', () => {
  it('meet and see each other, and start and stop are idempotent', async () => {
    const { a, b } = await pair()
    expect(a.peers().map(({ peer }) => peer)).toEqual([b.id])
    expect(b.peers().map(({ peer }) => peer)).toEqual([a.id])
    await b.start()
    const lost = once(a, 'peer-lost')
    await b.stop()
    await b.stop()
    expect(await lost).toEqual([{ peer: b.id }])
    expect(a.peers()).toEqual([])
    const back = connected(a)
    await b.start()
    await back
  })

  it('get messages in the order in which they were sent', async () => {
    const { a, b } = await pair()
    const received: string[] = []
    const all = new Promise<void>((resolve) => {
      a.on('message', ({ from, message }: ReceivedMessage) => {
        expect(from).toBe(b.id)
        if (message.kind === 'goodbye') received.push(message.reason)
        if (received.length === 500) resolve()
      })
    })
    const sent = Array.from({ length: 500 }, (_, n) => `message ${n}`)
    for (const reason of sent) b.send(a.id, goodbye(reason))
    await all
    expect(received).toEqual(sent)
  })

  it('find each other by mDNS', async () => {
    const free = createSocket('udp4').bind(0)
    await once(free, 'listening')
    const mdnsPort = free.address().port
    free.close()
    const a = await agent({ discovery: 'mdns', mdnsPort })
    const b = await agent({ discovery: 'mdns', mdnsPort })
    const both = Promise.all([connected(a), connected(b)])
    await a.start()
    await b.start()
    await both
    expect(a.peers().map(({ peer }) => peer)).toEqual([b.id])
  })

  it('may dial each other at the same time; one closed connection loses nobody', async () => {
    const a = await agent()
    await a.start()
    const identity = await Identity.open(join(dir, 'twice'))
    const node = await createNode(identity, anyPort)
    cleanups.push(async () => node.stop())
    await node.start()
    const to = multiaddr(address(a))
    const membership = new FarmMembership({ credentials: ours.credentialsFor(identity) })
    const greet = async () => {
      const connection = await node.dial(to, { force: true })
      const stream = new FramedStream(await connection.newStream([protocols.hello]), a.id)
      await helloAsDialer(stream, membership, { dialer: identity.peerId, listener: a.id }, AbortSignal.timeout(60_000))
      return connection
    }
    const first = connected(a)
    const one = await greet()
    await first
    const two = await greet()
    const lost = once(a, 'peer-lost')
    await one.close()
    // The other connection still serves, which it would not if the peer were lost.
    const served = once(a, 'message')
    const probe = new FramedStream(await two.newStream([protocols.work]), a.id)
    await probe.write(workMessageToWire(goodbye('still here')))
    await served
    expect(a.peers().map(({ peer }) => peer)).toContain(identity.peerId)
    await two.close()
    expect(await lost).toEqual([{ peer: identity.peerId }])
  })

  it('serve streams with back-pressure both ways', async () => {
    const a = await agent()
    const frames = Array.from({ length: 64 }, (_, n) => new Uint8Array(100_000).fill(n))
    a.handle('/test/echo/1', async (stream) => {
      for (let frame = await stream.read(1 << 20); frame !== undefined; frame = await stream.read(1 << 20)) {
        await stream.write(frame)
      }
    })
    await a.start()
    const b = await agent({ staticPeers: [address(a)] })
    const met = connected(b)
    await b.start()
    await met
    const stream = await b.openStream(a.id, '/test/echo/1')
    const sending = (async () => {
      for (const frame of frames) await stream.write(frame)
      await stream.close()
    })()
    const echoed: number[] = []
    for (let frame = await stream.read(1 << 20); frame !== undefined; frame = await stream.read(1 << 20)) {
      expect(frame.length).toBe(100_000)
      echoed.push(frame[99_999] ?? -1)
    }
    await sending
    expect(echoed).toEqual(frames.map((_, n) => n))
  })

  it('holds a sender back that is faster than the reader', async () => {
    const a = await agent()
    let release = () => {}
    const released = new Promise<void>((resolve) => (release = resolve))
    const counted = new Promise<number>((resolve) => {
      a.handle('/test/slow/1', async (stream) => {
        await released
        let bytes = 0
        for (let frame = await stream.read(1 << 20); frame !== undefined; frame = await stream.read(1 << 20)) {
          bytes += frame.length
        }
        resolve(bytes)
      })
    })
    await a.start()
    const b = await agent({ staticPeers: [address(a)] })
    const met = connected(b)
    await b.start()
    await met
    const stream = await b.openStream(a.id, '/test/slow/1')
    let written = 0
    const frame = new Uint8Array(1 << 18)
    const sending = (async () => {
      for (; written < 64; written++) await stream.write(frame)
      await stream.close()
    })()
    // A round trip on the same connection: whatever was going to be taken has been taken by then.
    const echoed = once(b, 'message')
    b.send(a.id, goodbye('there'))
    await once(a, 'message')
    a.send(b.id, goodbye('and back'))
    await echoed
    expect(written).toBeLessThan(32)
    release()
    expect(await counted).toBe(64 << 18)
    await sending
  })
})

describe('strangers', () => {
  it('of another farm are refused on both sides, once in each log, and get nothing', async () => {
    const atA = listeningLog()
    const a = await agent({}, ours, atA.log)
    await a.start()
    const atB = listeningLog()
    const b = await agent({ staticPeers: [address(a)] }, theirs, atB.log)
    await b.start()
    await Promise.all([atA.line('peer refused'), atB.line('peer refused')])
    for (const { lines } of [atA, atB]) {
      const refused = lines.filter(({ message }) => message === 'peer refused')
      expect(refused).toHaveLength(1)
      expect(refused[0]?.fields).toMatchObject({ error: { code: 'SHEAF_FARM_REFUSED' } })
    }
    expect(a.peers()).toEqual([])
    expect(b.peers()).toEqual([])
  })

  /** What each of two agents of our farm says of the other when it refuses it, or is refused. */
  async function refusals(
    one: { readonly init?: FarmNetworkInit; readonly member?: Parameters<typeof agent>[3] },
    other: { readonly init?: FarmNetworkInit; readonly member?: Parameters<typeof agent>[3] },
  ) {
    const atA = listeningLog()
    const a = await agent(one.init, ours, atA.log, one.member)
    await a.start()
    const atB = listeningLog()
    const b = await agent({ ...other.init, staticPeers: [address(a)] }, ours, atB.log, other.member)
    await b.start()
    await Promise.all([atA.line('peer refused'), atB.line('peer refused')])
    expect([a.peers(), b.peers()]).toEqual([[], []])
    return [atA, atB].map(({ lines }) => {
      const refused = lines.filter(({ message }) => message === 'peer refused')
      expect(refused).toHaveLength(1)
      return (refused[0]?.fields as { readonly error: { readonly code: string } }).error.code
    })
  }

  it.each([
    [protocolVersion + 1, ['SHEAF_VERSION_NEWER', 'SHEAF_VERSION_OLDER']],
    [protocolVersion - 1, ['SHEAF_VERSION_OLDER', 'SHEAF_VERSION_NEWER']],
  ])('of version %i hear that it is the version, and whose is older', async (version, codes) => {
    expect(await refusals({}, { init: { version } })).toEqual(codes)
  })

  it('whose certificate has run out are told so, whoever dials', async () => {
    const expired = { member: { atMs: Date.now() - certificateLifetimesMs.member - expiryLeewayMs - 1000 } }
    const both = ['SHEAF_CERTIFICATE_EXPIRED', 'SHEAF_CERTIFICATE_EXPIRED']
    expect(await refusals({}, expired)).toEqual(both)
    expect(await refusals(expired, {})).toEqual(both)
  })

  it('who were put out are told so, and what they are connected by ends', async () => {
    const revoking = { member: { facts: { isRevoked: () => true } } }
    expect(await refusals(revoking, {})).toEqual(['SHEAF_MEMBER_REVOKED', 'SHEAF_MEMBER_REVOKED'])
    const { a, b } = await pair()
    const lost = [once(a, 'peer-lost'), once(b, 'peer-lost')]
    a.membership.readFacts({ isRevoked: ({ certificate }) => certificate.peer === b.id })
    a.disconnect(b.id, new Error('put out'))
    await Promise.all(lost)
    expect(a.peers()).toEqual([])
  })

  it.each([protocols.facts, protocols.work, protocols.blob])('get nothing on %s without hello', async (protocol) => {
    const a = await agent()
    let served = 0
    const serve = async (stream: FarmStream) => {
      served += 1
      await stream.write(new Uint8Array([42]))
    }
    if (protocol !== protocols.work) a.handle(protocol, serve)
    a.on('message', () => (served += 1))
    await a.start()
    const identity = await Identity.open(join(dir, 'stranger'))
    const node = await createNode(identity, anyPort)
    cleanups.push(async () => node.stop())
    await node.start()
    const connection = await node.dial(multiaddr(address(a)))
    const attempt = async () => {
      const stream = new FramedStream(await connection.newStream([protocol]), a.id)
      await stream.write(new Uint8Array([1, 2, 3]))
      return stream.read(1000)
    }
    await expect(attempt()).rejects.toMatchObject({ code: 'SHEAF_PEER_UNREACHABLE' })

    // And with a hello that knows another farm.
    const hello = new FramedStream(await connection.newStream([protocols.hello]), a.id)
    const parties = { dialer: identity.peerId, listener: a.id }
    const membership = new FarmMembership({ credentials: theirs.credentialsFor(identity) })
    await expect(helloAsDialer(hello, membership, parties, AbortSignal.timeout(60_000))).rejects.toMatchObject({
      code: 'SHEAF_FARM_REFUSED',
    })
    await expect(attempt()).rejects.toThrow()
    expect(served).toBe(0)
    expect(a.peers()).toEqual([])
  })

  it('learn nothing of the farm: who does not know it is told no, and no certificate is shown', async () => {
    const a = await agent()
    await a.start()
    const identity = await Identity.generate()
    const node = await createNode(identity, undefined)
    cleanups.push(async () => node.stop())
    await node.start()
    const connection = await node.dial(multiaddr(address(a)))
    const stream = new FramedStream(await connection.newStream([protocols.hello]), a.id)
    const nonce = new Uint8Array(32)
    await stream.write(helloToWire({ version: protocolVersion, nonce, tag: nonce }))
    const answer = helloFromWire((await stream.read(4096)) ?? new Uint8Array())
    expect(answer).toEqual({ version: protocolVersion, verdict: 'farm-refused' })
  })

  it('in the middle cannot pass one member off as another', async () => {
    const a = await agent()
    await a.start()
    const identity = await Identity.open(join(dir, 'stranger'))
    const node = await createNode(identity, anyPort)
    cleanups.push(async () => node.stop())
    const forward = async (from: FarmStream, to: FarmStream) => {
      for (let frame = await from.read(4096); frame !== undefined; frame = await from.read(4096)) await to.write(frame)
    }
    let relayed = 0
    await node.handle(protocols.hello, async (stream) => {
      const victim = new FramedStream(stream, identity.peerId)
      const connection = await node.dial(multiaddr(address(a)))
      const target = new FramedStream(await connection.newStream([protocols.hello]), a.id)
      relayed += 1
      await Promise.allSettled([forward(victim, target), forward(target, victim)])
    })
    await node.start()
    const atB = listeningLog()
    const b = await agent({ staticPeers: [String(node.getMultiaddrs()[0])] }, ours, atB.log)
    await b.start()
    await atB.line('peer refused')
    expect(relayed).toBe(1)
    expect(a.peers()).toEqual([])
    expect(b.peers()).toEqual([])
  })
})

describe('start', () => {
  it('names the port that is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    cleanups.push(() => new Promise((resolve) => server.close(resolve)))
    const { port } = server.address() as { port: number }
    const a = await agent({ listen: { host: '127.0.0.1', port } })
    await expect(a.start()).rejects.toMatchObject({
      code: 'SHEAF_PORT_IN_USE',
      message: expect.stringContaining(`Port ${port}`) as string,
      hint: expect.stringContaining('--port') as string,
    })
  })

  it('quotes a static peer that is no address', async () => {
    const a = await agent({ staticPeers: ['workstation-7'] })
    await expect(a.start()).rejects.toMatchObject({
      code: 'SHEAF_CONFIG_INVALID',
      message: expect.stringContaining('workstation-7') as string,
    })
  })
})
