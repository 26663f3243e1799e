import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { IntroductionMessage, PeerId } from '@sheaf/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Identity } from '../identity/index.js'
import { foundTestFarm } from '../measuring/found-test-farm.js'
import { FarmMembership } from '../membership/index.js'
import { AddressBook } from './address-book.js'
import { FarmNetwork, type FarmNetworkInit } from './index.js'
import { Introductions } from './introductions.js'
import { silentLog } from './silent-log.js'

// Real sockets and disks: slow on a busy machine, and no figure of theirs is tested here.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const ours = await foundTestFarm()
const theirs = await foundTestFarm()

let dir: string
let cleanups: (() => Promise<unknown>)[]
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sheaf-introductions-'))
  cleanups = [() => rm(dir, { recursive: true, force: true })]
})
afterEach(async () => {
  vi.useRealTimers()
  for (const cleanup of cleanups.reverse()) await cleanup()
})

/** An agent's network; the same name is the same agent, with what it remembers. */
async function agent(name: string, init: FarmNetworkInit = {}, farm = ours): Promise<FarmNetwork & { id: PeerId }> {
  const identity = await Identity.open(join(dir, name))
  const network = new FarmNetwork(
    { identity, membership: new FarmMembership({ credentials: farm.credentialsFor(identity) }) },
    {
      ...{ listen: { host: '127.0.0.1', port: 0 }, discovery: 'none' },
      ...{ addressBookPath: join(dir, `${name}.json`), ...init },
    },
  )
  cleanups.push(() => network.stop())
  return Object.assign(network, { id: identity.peerId })
}

const address = (network: FarmNetwork): string => network.listenAddresses()[0] ?? 'not listening'

/** Resolves when the agent is connected to all of these. */
async function meets(network: FarmNetwork, others: readonly { readonly id: PeerId }[]): Promise<void> {
  const missing = () => others.some(({ id }) => !network.peers().some(({ peer }) => peer === id))
  while (missing()) await once(network, 'peer-connected')
}

async function allMeet(agents: readonly (FarmNetwork & { id: PeerId })[]): Promise<void> {
  await Promise.all(
    agents.map((one) =>
      meets(
        one,
        agents.filter((other) => other !== one),
      ),
    ),
  )
}

/** Three agents of which two know the first alone. */
async function three() {
  const a = await agent('a')
  await a.start()
  const b = await agent('b', { staticPeers: [address(a)] })
  const c = await agent('c', { staticPeers: [address(a)] })
  const met = allMeet([a, b, c])
  await Promise.all([b.start(), c.start()])
  await met
  return { a, b, c }
}

describe('agents that know only one other', () => {
  it('are all connected to each other, and no part of the agent hears of it', async () => {
    const a = await agent('a')
    await a.start()
    const agents = [a]
    const messages: unknown[] = []
    for (const name of ['b', 'c', 'd', 'e']) agents.push(await agent(name, { staticPeers: [address(a)] }))
    for (const one of agents) one.on('message', (message) => messages.push(message))
    const met = allMeet(agents)
    for (const one of agents) await one.start()
    await met
    expect(messages).toEqual([])
  })

  it('meet along a chain: each knows the one before it', async () => {
    const agents = [await agent('a')]
    await agents[0]?.start()
    for (const name of ['b', 'c', 'd']) {
      const before = agents.at(-1)
      const next = await agent(name, { staticPeers: before === undefined ? [] : [address(before)] })
      agents.push(next)
      await next.start()
    }
    await allMeet(agents)
  })

  it('find their farm again after a restart without static peers', async () => {
    const { a, b, c } = await three()
    await b.stop()
    const again = await agent('b')
    const met = allMeet([a, again, c])
    await again.start()
    await met
    expect(again.id).toBe(b.id)
  })

  it('find it through whoever is left, also those that have moved', async () => {
    const { a, b, c } = await three()
    await Promise.all([b.stop(), c.stop()])
    // On another port, of which only A hears.
    const movedC = await agent('c')
    const back = meets(a, [movedC])
    await movedC.start()
    await back
    const again = await agent('b')
    const met = allMeet([a, again, movedC])
    await again.start()
    await met
  })

  it('are not led to strangers: an address is a hint, hello decides', async () => {
    const stranger = await agent('stranger', {}, theirs)
    await stranger.start()
    const a = await agent('a')
    await a.start()
    const b = await agent('b', { staticPeers: [address(a)] })
    const met = allMeet([a, b])
    await b.start()
    await met
    const refused = vi.spyOn(silentLog, 'warn')
    // B says that it knows the stranger, and that somebody else is at the stranger's address.
    const nobody = (await Identity.open(join(dir, 'nobody'))).peerId
    const at = address(stranger).replace(/\/p2p\/.*$/, '')
    const isRefused = new Promise<void>((resolve) => refused.mockImplementation(() => resolve()))
    b.send(a.id, {
      kind: 'introduction',
      listen: b.listenAddresses(),
      peers: [
        { peer: nobody, addresses: [at] },
        { peer: stranger.id, addresses: [at] },
      ],
    })
    await isRefused
    refused.mockRestore()
    expect(a.peers().map(({ peer }) => peer)).toEqual([b.id])
    await a.stop()
    const book = await AddressBook.open({ self: a.id, path: join(dir, 'a.json'), log: silentLog })
    expect(book.list().map(({ peer }) => peer)).toEqual([b.id])
  })
})

const ids = [
  '12D3KooWMziNuHk31GYTE3E14NeJis2s6AvaXQJePxkzFbKH4mpn',
  '12D3KooWSCLyU7Yzz4Xcnk8YKMQPUxKTq2iX4hpAxGgAwwpoR2Kn',
  '12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo',
  '12D3KooWLJtG8fd2hkQzTn96MrLvThmnNQjTUFZwGEsLRz5EmSzc',
] as PeerId[]
const [self, p, q, r] = ids as [PeerId, PeerId, PeerId, PeerId]
const near = '/ip4/127.0.0.1/tcp/5'
const far = '/ip4/192.0.2.7/tcp/5'
const lan = (n: number, peer: PeerId) => `/ip4/192.0.2.${n}/tcp/7433/p2p/${peer}`
const says = (listen: string[], peers: IntroductionMessage['peers'] = []): IntroductionMessage => ({
  kind: 'introduction',
  listen,
  peers,
})

/** Introductions without a network: what is said to whom, what is dialled. */
async function alone() {
  vi.useFakeTimers()
  const sent: [PeerId, IntroductionMessage][] = []
  const heard: [PeerId, readonly string[]][] = []
  const introductions = new Introductions({
    self,
    book: await AddressBook.open({ self, log: silentLog }),
    listen: () => ['/ip4/127.0.0.1/tcp/7433', '/ip4/192.0.2.1/tcp/7433'],
    send: (peer, message) => sent.push([peer, message]),
    heardOf: (peer, addresses) => heard.push([peer, addresses]),
  })
  /** Who was told of whom since the last time. */
  const told = () => {
    vi.runOnlyPendingTimers()
    return sent.splice(0).flatMap(([to, { peers }]) => peers.map(({ peer }) => [to, peer]))
  }
  return { introductions, sent, heard, told }
}

describe('Introductions', () => {
  it('tells those who are here of a newcomer once, and nothing when it says the same again', async () => {
    const { introductions, told } = await alone()
    for (const peer of [p, q]) introductions.met(peer, far)
    introductions.received(p, says([lan(1, p)]))
    expect(told()).toEqual([[q, p]])
    introductions.received(q, says([lan(2, q)]))
    expect(told()).toEqual([[p, q]])
    introductions.met(r, far)
    expect(told()).toEqual([
      [r, p],
      [r, q],
    ])
    introductions.received(r, says([lan(3, r)]))
    expect(told()).toEqual([
      [p, r],
      [q, r],
    ])
    for (let n = 0; n < 3; n++) introductions.received(r, says([lan(3, r)]))
    expect(told()).toEqual([])
  })

  it('does not tell those of a newcomer who know it, nor of one that it was told of itself', async () => {
    const { introductions, told } = await alone()
    for (const peer of [p, q]) introductions.met(peer, far)
    introductions.received(p, says([lan(1, p)], [{ peer: r, addresses: [lan(3, r)] }]))
    introductions.received(q, says([lan(2, q)], [{ peer: p, addresses: [lan(1, p)] }]))
    expect(told()).toEqual([])
    introductions.met(r, far)
    introductions.received(r, says([lan(3, r)]))
    expect(told()).toEqual([
      [r, p],
      [r, q],
    ])
  })

  it('tells again of one that has moved', async () => {
    const { introductions, told } = await alone()
    for (const peer of [p, q]) introductions.met(peer, far)
    introductions.received(p, says([lan(1, p)]))
    told()
    introductions.lost(p)
    introductions.met(p, far)
    introductions.received(p, says([lan(9, p)]))
    expect(told()).toEqual([[q, p]])
  })

  it('dials those who are not here, not itself, and not where loopback leads', async () => {
    const { introductions, heard } = await alone()
    introductions.met(p, far)
    introductions.met(q, near)
    const named = [self, p, q, r].map((peer, n) => ({ peer, addresses: [near, lan(n, peer), 'nonsense'] }))
    introductions.received(p, says([], named))
    expect(heard.splice(0)).toEqual([[r, [lan(3, r)]]])
    introductions.received(q, says([], named))
    expect(heard).toEqual([[r, [`${near}/p2p/${r}`, lan(3, r)]]])
  })

  it('names loopback addresses to those on this machine alone', async () => {
    const { introductions, sent } = await alone()
    introductions.met(q, near)
    introductions.received(q, says([near, lan(2, q)]))
    introductions.met(p, far)
    introductions.met(r, near)
    expect(sent.map(([to, { listen, peers }]) => [to, listen.length, peers[0]?.addresses.length])).toEqual([
      [q, 2, undefined],
      [p, 1, 1],
      [r, 2, 2],
    ])
  })

  it('hears nobody who is not connected', async () => {
    const { introductions, heard, told } = await alone()
    introductions.met(q, far)
    introductions.received(p, says([lan(1, p)], [{ peer: r, addresses: [lan(3, r)] }]))
    expect(heard).toEqual([])
    expect(told()).toEqual([])
  })
})
