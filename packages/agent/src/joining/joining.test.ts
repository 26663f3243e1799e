import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { multiaddr } from '@multiformats/multiaddr'
import { grantToWire, joinMessageToWire, protocols, SheafError, type Credentials } from '@sheaf/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Identity } from '../identity/index.js'
import { foundTestFarm } from '../measuring/found-test-farm.js'
import {
  askRenewal,
  FarmFolder,
  FarmMembership,
  Invitations,
  Issuer,
  JoinServer,
  Knocks,
  openOrFoundFarm,
  parseCode,
  renewalOpensMs,
  type InvitedRole,
} from '../membership/index.js'
import { createNode } from '../network/create-node.js'
import { FramedStream, type FarmStream } from '../network/farm-stream.js'
import { FarmNetwork, silentLog } from '../network/index.js'
import { joinFarm, knockAtFarms, type JoinFarmInit } from './join-farm.js'
import { keepFarm } from './keep-farm.js'
import { Renewal } from './renewal.js'

// Real sockets and disks: slow on a busy machine, and no figure of theirs is tested here.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const anyPort = { host: '127.0.0.1', port: 0 }
let dir: string
let cleanups: (() => Promise<unknown>)[]
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sheaf-joining-'))
  cleanups = [() => rm(dir, { recursive: true, force: true })]
})
afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
})

/** A farm of one agent, which founded it on a real disk and serves those who want to join. */
async function founder() {
  const store = join(dir, 'founder')
  await mkdir(store)
  const identity = await Identity.open(join(store, 'identity'))
  const folder = await FarmFolder.open(store)
  const { credentials } = await openOrFoundFarm(folder, { peer: identity.peerId, name: 'studio-1', atMs: Date.now() })
  const membership = new FarmMembership({ credentials })
  const clock = { nowMs: Date.now() }
  const invitations = new Invitations()
  const knocks = new Knocks()
  const issuerClock = { nowMs: clock.nowMs }
  const issuer = new Issuer({ identity, membership, folder, nowMs: () => issuerClock.nowMs })
  const nowMs = () => clock.nowMs
  const server = new JoinServer({ self: identity.peerId, invitations, knocks, issuer, log: silentLog, nowMs })
  const network = new FarmNetwork({ identity, membership }, { listen: anyPort, discovery: 'none' })
  network.handleStrangers(protocols.join, (stream, caller) => server.serve(stream, caller))
  await network.start()
  cleanups.push(() => network.stop())
  const invite = (role: InvitedRole = 'artist') => {
    const random = crypto.getRandomValues(new Uint8Array(10))
    return parseCode(invitations.make({ random, role, expiresAtMs: clock.nowMs + 900_000 }).code)
  }
  const address = network.listenAddresses()[0] ?? ''
  return {
    identity,
    membership,
    network,
    invite,
    knocks,
    issuer,
    issuerClock,
    clock,
    address,
    farmId: credentials.farmId,
  }
}

/** A machine that wants to join: what it has stored, and the join itself. */
async function newcomer(name: string) {
  const identity = await Identity.generate()
  const stored: Credentials[] = []
  const keep = async (got: Credentials) => void stored.push(got)
  const signal = AbortSignal.timeout(30_000)
  const attempt = (code: Uint8Array, address: string, store = keep, init: Partial<JoinFarmInit> = {}) =>
    joinFarm(code, ({ credentials }) => store(credentials), {
      ...{ identity, name, addresses: [address], signal, patienceMs: 30_000, ...init },
    })
  return { identity, stored, attempt }
}

const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'joined',
    (error: unknown) => (error as SheafError).code,
  )

describe('with a code', () => {
  it('a machine becomes a member, is let in by hello, and the code is used up', async () => {
    const farm = await founder()
    const code = farm.invite('worker')
    const machine = await newcomer('studio-2')
    const { credentials, address } = await machine.attempt(code, farm.address)
    expect(machine.stored).toEqual([credentials])
    expect(credentials).toMatchObject({ farmId: farm.farmId, farmName: 'studio-1' })
    expect(address).toContain(`/p2p/${farm.identity.peerId}`)
    const membership = new FarmMembership({ credentials })
    expect(membership.certificate).toMatchObject({ role: 'worker', name: 'studio-2', peer: machine.identity.peerId })
    const network = new FarmNetwork(
      { identity: machine.identity, membership },
      { listen: anyPort, discovery: 'none', staticPeers: [address] },
    )
    cleanups.push(() => network.stop())
    const met = once(farm.network, 'peer-connected')
    await network.start()
    await met
    expect(farm.network.member(machine.identity.peerId)?.certificate.role).toBe('worker')
    expect(await codeOf((await newcomer('studio-3')).attempt(code, farm.address))).toBe('SHEAF_INVITATION_UNKNOWN')
  })

  it('two machines at once: one comes in', async () => {
    const farm = await founder()
    const code = farm.invite()
    const machines = await Promise.all([newcomer('a'), newcomer('b')])
    const outcomes = await Promise.all(machines.map((machine) => codeOf(machine.attempt(code, farm.address))))
    expect(outcomes.sort()).toEqual(['SHEAF_INVITATION_UNKNOWN', 'joined'])
    expect(machines.flatMap(({ stored }) => stored)).toHaveLength(1)
  })

  it('that has run out, or that nobody made, nobody comes in; and nothing is told of the farm', async () => {
    const farm = await founder()
    const code = farm.invite()
    const machine = await newcomer('a')
    expect(await codeOf(machine.attempt(new Uint8Array(10), farm.address))).toBe('SHEAF_INVITATION_UNKNOWN')
    farm.clock.nowMs += 900_000
    expect(await codeOf(machine.attempt(code, farm.address))).toBe('SHEAF_INVITATION_UNKNOWN')
    expect(machine.stored).toEqual([])
  })

  it('a machine whose disk is full says so, and the same code serves it again', async () => {
    const farm = await founder()
    const code = farm.invite()
    const machine = await newcomer('a')
    const full = () =>
      Promise.reject(new SheafError({ code: 'SHEAF_DISK_FULL', message: 'No room to write /store/farm.' }))
    expect(await codeOf(machine.attempt(code, farm.address, full))).toBe('SHEAF_DISK_FULL')
    expect(await codeOf((await newcomer('b')).attempt(code, farm.address))).toBe('SHEAF_INVITATION_UNKNOWN')
    expect(await codeOf(machine.attempt(code, farm.address))).toBe('joined')
  })

  it('an inviter that goes away in the middle leaves nothing behind', async () => {
    const machine = await newcomer('a')
    const { node, self } = await stranger()
    let asked = 0
    await node.handle(protocols.join, async (stream, connection) => {
      await new FramedStream(stream, self).read(4096)
      asked += 1
      connection.abort(new Error('gone'))
    })
    await node.start()
    const attempt = machine.attempt(new Uint8Array(10), String(node.getMultiaddrs()[0]), undefined, {
      patienceMs: 1000,
    })
    expect(await codeOf(attempt)).toBe('SHEAF_PEER_UNREACHABLE')
    expect(asked).toBeGreaterThan(0)
    expect(machine.stored).toEqual([])
  })

  it('a relay in the middle gets neither side to believe it', async () => {
    const farm = await founder()
    const code = farm.invite()
    const { node, self } = await stranger()
    let relayed = 0
    const forward = async (from: FarmStream, to: FarmStream) => {
      for (let frame = await from.read(4096); frame !== undefined; frame = await from.read(4096)) {
        relayed += 1
        await to.write(frame)
      }
    }
    await node.handle(protocols.join, async (stream) => {
      const victim = new FramedStream(stream, self)
      const connection = await node.dial(multiaddr(farm.address))
      const target = new FramedStream(await connection.newStream([protocols.join]), farm.identity.peerId)
      await Promise.allSettled([forward(victim, target), forward(target, victim)])
    })
    await node.start()
    const machine = await newcomer('a')
    expect(await codeOf(machine.attempt(code, String(node.getMultiaddrs()[0])))).toBe('SHEAF_INVITATION_WRONG')
    // ask, challenge, proof, refusal: all of it went through the relay.
    expect(relayed).toBe(4)
    expect(machine.stored).toEqual([])
    expect(await codeOf(machine.attempt(code, farm.address))).toBe('joined')
  })

  it('an impostor that lets everybody into a farm of its own is not believed', async () => {
    const machine = await newcomer('a')
    const trap = await foundTestFarm()
    const grant = grantToWire(trap.credentialsFor(machine.identity))
    const answers = [{ kind: 'grant', grant } as const, { kind: 'grant', grant, mac: new Uint8Array(32) } as const]
    for (const answer of answers) {
      const { node, self } = await stranger()
      await node.handle(protocols.join, async (stream) => {
        const victim = new FramedStream(stream, self)
        await victim.read(4096)
        await victim.write(joinMessageToWire({ kind: 'challenge', nonce: new Uint8Array(32) }))
        await victim.read(4096)
        await victim.write(joinMessageToWire(answer))
      })
      await node.start()
      const attempt = machine.attempt(new Uint8Array(10), String(node.getMultiaddrs()[0]))
      expect(await codeOf(attempt)).toBe('SHEAF_INVITATION_WRONG')
    }
    expect(machine.stored).toEqual([])
  })

  it('what was said yesterday is worth nothing today', async () => {
    const farm = await founder()
    const code = farm.invite()
    const { node, self } = await stranger()
    const said: Uint8Array[] = []
    const stop = new AbortController()
    await node.handle(protocols.join, async (stream) => {
      // A recorder that plays the inviter until it has the proof.
      const victim = new FramedStream(stream, self)
      const connection = await node.dial(multiaddr(farm.address))
      const target = new FramedStream(await connection.newStream([protocols.join]), farm.identity.peerId)
      const ask = await victim.read(4096)
      if (ask === undefined) return
      said.push(ask)
      await target.write(ask)
      await victim.write((await target.read(4096)) ?? new Uint8Array())
      said.push((await victim.read(4096)) ?? new Uint8Array())
      connection.abort(new Error('enough'))
      stop.abort(new Error('enough'))
    })
    await node.start()
    const { signal } = stop
    await codeOf((await newcomer('a')).attempt(code, String(node.getMultiaddrs()[0]), undefined, { signal }))
    expect(said).toHaveLength(2)
    const connection = await node.dial(multiaddr(farm.address))
    const stream = new FramedStream(await connection.newStream([protocols.join]), farm.identity.peerId)
    const [ask = new Uint8Array(), proof = new Uint8Array()] = said
    await stream.write(ask)
    await stream.read(4096)
    await stream.write(proof)
    const answer = await stream.read(4096)
    expect(Buffer.from(answer ?? []).toString('latin1')).toContain('wrong-proof')
  })
})

async function stranger() {
  const identity = await Identity.generate()
  const node = await createNode(identity, anyPort)
  cleanups.push(async () => node.stop())
  return { node, self: identity.peerId }
}

describe('without a code', () => {
  it('a machine waits until an admin approves it', async () => {
    const farm = await founder()
    const identity = await Identity.generate()
    const init = { identity, name: 'studio-9', addresses: [farm.address], signal: AbortSignal.timeout(30_000) }
    const joined = knockAtFarms({
      ...init,
      onPending: () => {
        const [knock] = farm.knocks.pending(farm.clock.nowMs)
        expect(knock).toMatchObject({ peer: identity.peerId, name: 'studio-9' })
        void farm.issuer
          .issue({ peer: identity.peerId, name: 'studio-9', role: 'artist' })
          .then((grant) => farm.knocks.approve(identity.peerId, grant))
      },
    })
    expect((await joined).credentials).toMatchObject({ farmName: 'studio-1' })
  })
})

describe('renewal', () => {
  /** A member that is connected with the founder, and what renews its certificate. */
  async function member(role: InvitedRole) {
    const farm = await founder()
    const machine = await newcomer('a')
    const { credentials, address } = await machine.attempt(farm.invite(role), farm.address)
    const membership = new FarmMembership({ credentials })
    const init = { listen: anyPort, discovery: 'none', staticPeers: [address] } as const
    const network = new FarmNetwork({ identity: machine.identity, membership }, init)
    cleanups.push(() => network.stop())
    const met = once(network, 'peer-connected')
    await network.start()
    await met
    const kept: Credentials[] = []
    const clock = { nowMs: Date.now() }
    const renewal = new Renewal({
      membership,
      peers: () => network.peers(),
      open: (peer, protocol, options) => network.openStream(peer, protocol, options),
      renewOwn: () => Promise.reject(new Error('no farm key here')),
      keep: async (renewed) => void kept.push(renewed),
      log: silentLog,
      nowMs: () => clock.nowMs,
    })
    cleanups.push(() => renewal.stop())
    return { farm, machine, membership, renewal, clock, kept }
  }

  it.each(['worker', 'admin'] as const)('opens 30 days before the end, for the same role: %s', async (role) => {
    const { farm, membership, renewal, clock, kept } = await member(role)
    const { expiresAtMs, serial } = membership.certificate
    farm.issuerClock.nowMs = clock.nowMs = expiresAtMs - renewalOpensMs
    renewal.look()
    await new Promise(setImmediate)
    expect(kept).toEqual([])
    clock.nowMs += 1
    const renewed = once(membership, 'renewed')
    renewal.look()
    await renewed
    expect(kept).toEqual([membership.credentials])
    expect(membership.certificate).toMatchObject({ role, name: 'a', serial })
    expect(membership.certificate.expiresAtMs).toBeGreaterThan(expiresAtMs)
  })

  it('is had by nobody whom hello has not admitted', async () => {
    const farm = await founder()
    const { node, self } = await stranger()
    await node.start()
    const connection = await node.dial(multiaddr(farm.address))
    const stream = new FramedStream(await connection.newStream([protocols.join]), farm.identity.peerId)
    expect(await askRenewal(stream, { self, signal: AbortSignal.timeout(10_000) })).toBeUndefined()
  })
})

describe('keepFarm', () => {
  it('goes over to another farm only from one that holds nothing, and keeps the old one aside', async () => {
    const farm = await founder()
    const machine = await newcomer('a')
    const { credentials } = await machine.attempt(farm.invite(), farm.address)
    const store = join(dir, 'machine')
    await mkdir(store)
    const folder = await FarmFolder.open(store)
    const init = { peer: machine.identity.peerId, name: 'a', atMs: Date.now() }
    const own = await openOrFoundFarm(folder, init)
    for (const attachment of ['others', 'open-jobs'] as const) {
      await expect(keepFarm(folder, credentials, attachment)).rejects.toMatchObject({ code: 'SHEAF_ALREADY_MEMBER' })
    }
    expect((await folder.credentials())?.farmId).toBe(own.credentials.farmId)
    await keepFarm(folder, credentials, 'none')
    const kept = await openOrFoundFarm(await FarmFolder.open(store), init)
    expect([grantToWire(kept.credentials), kept.how]).toEqual([grantToWire(credentials), 'kept'])
    expect(await folder.farmKey()).toBeUndefined()
    const [aside = ''] = await readdir(join(store, 'farm-before'))
    expect((await readdir(join(store, 'farm-before', aside))).sort()).toEqual(['credentials.json', 'farm.key'])
    // A certificate of the same farm is always taken.
    await keepFarm(folder, credentials, 'others')
  })
})
