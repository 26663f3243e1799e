import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  certificateFromWire,
  factsMessageFromWire,
  factsMessageToWire,
  parseFarmId,
  parseJobId,
  parseLogId,
  protocols,
  type Credentials,
  type Fact,
  type FactIntent,
  type JobId,
} from '@sheaf/protocol'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { Identity } from '../identity/index.js'
import { foundTestFarm, type TestFarm } from '../measuring/found-test-farm.js'
import { FarmMembership } from '../membership/index.js'
import { FarmNetwork } from '../network/index.js'
import { FactStore, FactSync, openStoreDatabase, type FactsEvent } from './index.js'
import { LogWriter } from './testing/log-writer.js'

// Real sockets and disks: slow on a busy machine, and no figure of theirs is tested here.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let farm: TestFarm
beforeAll(async () => {
  farm = await foundTestFarm()
})
let dir: string
let cleanups: (() => Promise<unknown>)[]
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sheaf-facts-'))
  cleanups = [() => rm(dir, { recursive: true, force: true })]
})
afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
})

const job = (n: number): JobId => parseJobId(n.toString(36).padStart(20, '0')) ?? expect.fail('not a job id')
const canceled = (n: number): FactIntent => ({ kind: 'job-canceled', payload: { jobId: job(n) } })
const range = (count: number) => Array.from({ length: count }, (_, n) => n)

/** Certificates are made once for each identity: a store must not take every start for a renewal. */
const issued = new Map<string, Credentials>()
function credentialsOf(identity: Identity): Credentials {
  const credentials = issued.get(identity.peerId) ?? farm.credentialsFor(identity)
  issued.set(identity.peerId, credentials)
  return credentials
}

async function openStore(name: string, init: { credentials?: Credentials; place?: string } = {}) {
  const at = join(dir, name)
  const identity = await Identity.open(at)
  const db = await openStoreDatabase(join(at, 'db'))
  const { place, credentials = credentialsOf(identity) } = init
  const membership = new FarmMembership({ credentials })
  const store = await FactStore.open({ dir: at, db, identity, membership, place })
  const close = async () => {
    await store.close()
    await db.close()
  }
  cleanups.push(close)
  return { store, identity, membership, db, close, dir: at }
}

async function collect(facts: AsyncIterable<Fact>): Promise<readonly Fact[]> {
  const all: Fact[] = []
  for await (const fact of facts) all.push(fact)
  return all
}

const someLog = parseLogId('0123456789abcdef0123456789abcdef') ?? expect.fail('not a log id')

/** Log of a member whom no store here knows. */
async function writerOf(name = 'author', logId = someLog) {
  const identity = await Identity.open(join(dir, name))
  return { from: identity.peerId, identity, log: new LogWriter(identity, logId, credentialsOf(identity)) }
}

describe('FactStore', () => {
  it('stamps, signs, keeps and replays', async () => {
    const { store, identity, close } = await openStore('a')
    const events: FactsEvent[] = []
    store.on('facts', (event) => events.push(event))
    const [first, second] = await store.append([canceled(1), canceled(2)])
    // A log begins with the certificates of its author.
    expect(first).toMatchObject({ kind: 'job-canceled', seq: 2, stamp: { lamport: 2, author: identity.peerId } })
    expect(second).toMatchObject({ seq: 3, stamp: { lamport: 3 } })
    const papers = { kind: 'member-certified', seq: 1, payload: { certificate: { peer: identity.peerId } } }
    expect(events).toMatchObject([{ facts: [papers, first, second], origin: 'self' }])
    await close()
    const again = await openStore('a')
    expect(await collect(again.store.replay())).toMatchObject([papers, first, second])
    const [third] = await again.store.append([canceled(3)])
    expect(third).toMatchObject({ logId: first?.logId, seq: 4, stamp: { lamport: 4 } })
  })

  it('gives concurrent appends places without gaps', async () => {
    const { store } = await openStore('a')
    const facts = (await Promise.all(range(100).map((n) => store.append([canceled(n), canceled(n)])))).flat()
    expect(facts.map((fact) => fact.seq)).toEqual(range(200).map((n) => n + 2))
  })

  it('writes an append that comes in whichever moment the one before it is done', async () => {
    const { store } = await openStore('a')
    for (const microtasks of range(12)) {
      await store.append([canceled(microtasks)])
      for (let n = 0; n < microtasks; n++) await Promise.resolve()
      expect(await store.append([canceled(microtasks)])).toHaveLength(1)
    }
  })

  it('writes nothing of an append that peers would refuse', async () => {
    const { store } = await openStore('a')
    const tooLong: FactIntent = {
      kind: 'job-failed',
      payload: { jobId: job(1), generation: 0, code: 'X'.repeat(100), message: 'x' },
    }
    await expect(store.append([canceled(1), tooLong])).rejects.toMatchObject({ code: 'SHEAF_WIRE_LIMIT' })
    expect(store.heads()).toEqual([])
    expect(await store.append([canceled(2)])).toMatchObject([{ seq: 2 }])
  })

  it('takes what is signed, in order, once', async () => {
    const { store } = await openStore('a')
    const { from, log } = await writerOf()
    const one = log.facts[0] ?? expect.fail('no papers')
    const two = log.raw('kind-of-tomorrow', new Uint8Array(1), 41)
    const three = log.raw()
    expect((await store.ingest([two, three], from)).refused).toMatchObject([{ code: 'SHEAF_FACT_INVALID' }])
    const other = await Identity.open(join(dir, 'other'))
    const forged = { ...one, signature: other.sign(one.body) }
    expect((await store.ingest([forged, two], from)).refused).toMatchObject([
      { code: 'SHEAF_FACT_INVALID', message: expect.stringContaining('signature') as string },
    ])
    expect(store.heads()).toEqual([])
    expect(await store.ingest([one, one, two], from)).toMatchObject({
      accepted: 2,
      refused: [],
      heads: [{ author: from, logId: someLog, seq: 2 }],
    })
    expect((await store.ingest([one, two], from)).accepted).toBe(0)
    const backwards = log.branch()
    await store.ingest([three], from)
    expect((await store.ingest([backwards.raw('x', new Uint8Array(1), 41)], from)).refused[0]?.message).toContain(
      'Lamport',
    )
    // What is authored next comes after everything seen.
    expect(await store.append([canceled(1)])).toMatchObject([{ seq: 2, stamp: { lamport: 44 } }])
  })

  it('takes no log that does not begin with a certificate of this farm for its author, and none of a guest', async () => {
    const { store } = await openStore('a')
    const { identity, from, log } = await writerOf()
    const foreign = (await foundTestFarm()).credentialsFor(identity)
    const logs = {
      'does not begin': new LogWriter(identity, someLog).raw(),
      'other-farm': new LogWriter(identity, someLog, foreign).facts[0],
      'other-peer': new LogWriter(identity, someLog, credentialsOf(await Identity.open(join(dir, 'other')))).facts[0],
      'a guest writes no facts': new LogWriter(identity, someLog, farm.credentialsFor(identity, { role: 'guest' }))
        .facts[0],
    }
    for (const [why, first] of Object.entries(logs)) {
      const { refused } = await store.ingest(first === undefined ? [] : [first], from)
      expect([why, refused[0]?.message]).toEqual([why, expect.stringContaining(why)])
    }
    expect(store.heads()).toEqual([])
    expect((await store.ingest(log.facts, from)).accepted).toBe(1)
  })

  it('says its certificates again when they were renewed, and nothing that its role may not say', async () => {
    const { store, membership, identity } = await openStore('a')
    await store.append([canceled(1)])
    membership.renew(farm.credentialsFor(identity, { role: 'worker' }))
    await expect(store.append([canceled(2)])).rejects.toMatchObject({ code: 'SHEAF_NOT_ALLOWED' })
    const failed = { jobId: job(1), generation: 1, code: 'X', message: 'x' }
    expect(await store.append([{ kind: 'job-failed', payload: failed }])).toMatchObject([{ seq: 4 }])
    const others = { peer: farm.admin.peerId, heads: [], keeps: [], reason: '' }
    await expect(store.append([{ kind: 'member-revoked', payload: others }])).rejects.toMatchObject({
      code: 'SHEAF_NOT_ALLOWED',
    })
    await store.append([{ kind: 'member-revoked', payload: { ...others, peer: identity.peerId } }])
    const roles = (await collect(store.replay())).map(
      (fact) => fact.kind === 'member-certified' && certificateFromWire(fact.payload.chain[0].body).role,
    )
    expect(roles).toEqual(['artist', false, 'worker', false, false])
  })

  it('keeps and hands on kinds that it does not know', async () => {
    const { store, close } = await openStore('a')
    const { from, log } = await writerOf()
    const unknown = log.raw()
    await store.ingest(log.facts, from)
    await close()
    const again = await openStore('a')
    expect((await collect(again.store.replay())).map(({ kind }) => kind)).toEqual(['member-certified'])
    const [kept] = await again.store.range({ author: from, logId: someLog }, 2, { count: 10, bytes: 1000 })
    expect(Buffer.from(kept?.body ?? []).equals(unknown.body)).toBe(true)
  })

  it('keeps the facts of each farm for itself', async () => {
    const { store, identity, close } = await openStore('a')
    await store.append([canceled(1)])
    await close()
    const elsewhere = await openStore('a', { credentials: (await foundTestFarm()).credentialsFor(identity) })
    expect(elsewhere.store.heads()).toEqual([])
    await elsewhere.close()
    expect(await collect((await openStore('a')).store.replay())).toHaveLength(2)
  })

  it.each(['flipped', 'missing'] as const)('names its folder when a record is %s', async (damage) => {
    const { store, db, close, dir: at } = await openStore('a')
    await store.append(range(3).map(canceled))
    const records = db.sublevel<string, Uint8Array>(['farm', farm.farmId, 'facts'], { valueEncoding: 'view' })
    const [, key = ''] = await records.keys().all()
    const value = Uint8Array.from((await records.get(key)) ?? [])
    value[20] = (value[20] ?? 0) ^ 1
    await (damage === 'flipped' ? records.put(key, value) : records.del(key))
    await close()
    await expect(openStore('a')).rejects.toMatchObject({
      code: 'SHEAF_STORE_DAMAGED',
      message: expect.stringContaining(at) as string,
    })
  })

  it('keeps every fact that it acknowledged when it is killed', async () => {
    const script = new URL('./testing/append-until-killed.ts', import.meta.url).pathname
    const sources = new URL('./testing/resolve-sources.mjs', import.meta.url).href
    const flags = [
      '--conditions=sheaf-source',
      '--experimental-transform-types',
      '--disable-warning=ExperimentalWarning',
    ]
    const child = spawn(process.execPath, [...flags, '--import', sources, script, join(dir, 'killed')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let acknowledged = 0
    let farmId = ''
    const enough = new Promise<void>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        const lines = text.trim().split('\n')
        farmId ||= lines.shift() ?? ''
        acknowledged = Math.max(acknowledged, ...lines.map(Number))
        if (acknowledged >= 50) resolve()
      })
    })
    const gone = once(child, 'close')
    await Promise.race([enough, gone])
    child.kill('SIGKILL')
    await gone
    expect(acknowledged).toBeGreaterThanOrEqual(50)
    const identity = await Identity.open(join(dir, 'killed'))
    const of = { ...credentialsOf(identity), farmId: parseFarmId(farmId) ?? expect.fail('not a farm id') }
    const { store } = await openStore('killed', { credentials: of })
    const facts = await collect(store.replay())
    expect(facts.length).toBeGreaterThan(acknowledged)
    expect(facts.map((fact) => fact.seq)).toEqual(facts.map((_, n) => n + 1))
  })
})

describe('FactSync', () => {
  async function agent(name: string, knows: readonly FarmNetwork[] = []) {
    const opened = await openStore(name)
    const network = new FarmNetwork(
      { identity: opened.identity, membership: opened.membership },
      {
        listen: { host: '127.0.0.1', port: 0 },
        discovery: 'none',
        introductions: 'none',
        staticPeers: knows.map((peer) => peer.listenAddresses()[0] ?? ''),
      },
    )
    const sync = new FactSync({ network, store: opened.store })
    cleanups.push(async () => {
      await sync.stop()
      await network.stop()
    })
    await sync.start()
    await network.start()
    return { ...opened, network, sync }
  }
  /** Resolves when the store holds that many facts of known and unknown kinds. */
  const holds = (store: FactStore, count: number) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (store.heads().reduce((sum, head) => sum + head.seq, 0) < count) return
        store.off('grown', check)
        resolve()
      }
      store.on('grown', check)
      check()
    })
  const set = async (store: FactStore) => (await collect(store.replay())).map((fact) => fact.stamp.hash).sort()

  it('makes three agents in a row one set, unknown kinds too', async () => {
    const a = await agent('a')
    await a.store.append(range(1500).map(canceled))
    const absent = await writerOf('absent')
    absent.log.raw()
    await a.store.ingest(absent.log.facts, absent.from)
    const b = await agent('b', [a.network])
    await b.store.append([canceled(1)])
    const c = await agent('c', [b.network])
    const [last] = await c.store.append([canceled(2)])
    const total = 1507
    await Promise.all([a, b, c].map(({ store }) => holds(store, total)))
    expect(a.network.peers().map(({ peer }) => peer)).toEqual([b.identity.peerId])
    const [setA, setB, setC] = await Promise.all([a, b, c].map(({ store }) => set(store)))
    expect(setA).toHaveLength(1506)
    expect(setB).toEqual(setA)
    expect(setC).toEqual(setA)
    expect(c.store.headOf({ author: absent.from, logId: someLog })).toBe(2)
    if (last === undefined) expect.fail('nothing was appended')
    await c.sync.whenReplicated(last, 1)
    expect(c.sync.replicatedTo(last)).toEqual([b.identity.peerId])
  })

  it('says when a fact is on the disks of two peers', async () => {
    const a = await agent('a')
    const met = Promise.all([once(a.network, 'peer-connected')])
    const b = await agent('b', [a.network])
    await met
    const [fact] = await a.store.append([canceled(1)])
    if (fact === undefined) expect.fail('nothing was appended')
    await a.sync.whenReplicated(fact, 1)
    const two = a.sync.whenReplicated(fact, 2)
    const c = await agent('c', [a.network])
    await two
    for (const { store } of [b, c]) expect(await set(store)).toContain(fact.stamp.hash)
    await expect(a.sync.whenReplicated(fact, 3, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    )
  })

  it('catches up after a partition', async () => {
    const a = await agent('a')
    const b = await agent('b', [a.network])
    const [before] = await a.store.append([canceled(1)])
    if (before === undefined) expect.fail('nothing was appended')
    await a.sync.whenReplicated(before, 1)
    const lost = once(a.network, 'peer-lost')
    await b.network.stop()
    await lost
    await a.store.append(range(10).map(canceled))
    await b.store.append(range(10).map(canceled))
    const c = await agent('c', [a.network])
    await holds(c.store, 12)
    const again = await agent('d', [a.network, c.network])
    await holds(again.store, 12)
    await b.network.start()
    await Promise.all([a, b, c, again].map(({ store }) => holds(store, 23)))
    const all = await set(a.store)
    for (const { store } of [b, c, again]) expect(await set(store)).toEqual(all)
  })

  it('sends again what a peer still lacks after two rounds of heads', async () => {
    const a = await agent('a')
    const [fact] = await a.store.append([canceled(1)])
    const identity = await Identity.open(join(dir, 'forgetful'))
    const staticPeers = a.network.listenAddresses().slice(0, 1)
    const init = { listen: { host: '127.0.0.1', port: 0 }, discovery: 'none' as const, staticPeers }
    const membership = new FarmMembership({ credentials: credentialsOf(identity) })
    const forgetful = new FarmNetwork({ identity, membership }, init)
    cleanups.push(() => forgetful.stop())
    const received: number[] = []
    const waiting = new Map<number, () => void>()
    const receipt = (count: number) =>
      received.length >= count ? Promise.resolve() : new Promise<void>((resolve) => waiting.set(count, resolve))
    forgetful.handle(protocols.facts, async (stream) => {
      for (let frame = await stream.read(1 << 22); frame !== undefined; frame = await stream.read(1 << 22)) {
        const message = factsMessageFromWire(frame)
        if (message.kind !== 'facts') continue
        received.push(message.facts.length)
        waiting.get(received.length)?.()
      }
    })
    const met = once(forgetful, 'peer-connected')
    await forgetful.start()
    await met
    const stream = await forgetful.openStream(a.identity.peerId, protocols.facts)
    const nothing = factsMessageToWire({ kind: 'heads', heads: [] })
    await stream.write(nothing)
    await receipt(1)
    // The first round may have crossed the facts on their way; the second cannot have.
    await stream.write(nothing)
    await stream.write(nothing)
    await receipt(2)
    expect(received).toEqual([2, 2])
    if (fact === undefined) expect.fail('nothing was appended')
    expect(a.sync.replicatedTo(fact)).toEqual([])
  })
})
