import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, cp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  factBodyToWire,
  factsMessageFromWire,
  factsMessageToWire,
  parseJobId,
  parseLogId,
  protocols,
  type Fact,
  type FactIntent,
  type JobId,
  type LogId,
  type SignedFact,
} from '@sheaf/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Identity } from '../identity/index.js'
import { foundTestFarm } from '../measuring/found-test-farm.js'
import { FarmMembership } from '../membership/index.js'
import { FarmNetwork } from '../network/index.js'
import { FactStore, FactSync, openStoreDatabase, type FactsEvent } from './index.js'

// Real sockets and disks: slow on a busy machine, and no figure of theirs is tested here.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const farm = await foundTestFarm()
const memberOf = (identity: Identity) => new FarmMembership({ credentials: farm.credentialsFor(identity) })
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

async function openStore(name: string) {
  const at = join(dir, name)
  const identity = await Identity.open(at)
  const db = await openStoreDatabase(join(at, 'db'))
  const store = await FactStore.open({ dir: at, db, identity })
  const close = async () => {
    await store.close()
    await db.close()
  }
  cleanups.push(close)
  return { store, identity, db, close, dir: at }
}

async function collect(facts: AsyncIterable<Fact>): Promise<readonly Fact[]> {
  const all: Fact[] = []
  for await (const fact of facts) all.push(fact)
  return all
}

/** A fact of any kind as an author elsewhere would sign it. */
function signed(
  identity: Identity,
  fact: {
    readonly logId: LogId
    readonly seq: number
    readonly lamport?: number
    readonly kind?: string
    readonly payload?: Uint8Array
  },
): SignedFact {
  const { logId, seq, lamport = seq, kind = 'kind-of-tomorrow', payload = new Uint8Array([1, 2, 3]) } = fact
  const body = factBodyToWire({ author: identity.peerId, logId, seq, lamport, kind, payload })
  return { body, signature: identity.sign(Buffer.concat([Buffer.from('sheaf fact 1\n'), body])) }
}
const someLog = parseLogId('0123456789abcdef0123456789abcdef') ?? expect.fail('not a log id')

describe('FactStore', () => {
  it('stamps, signs, keeps and replays', async () => {
    const { store, identity, close } = await openStore('a')
    const events: FactsEvent[] = []
    store.on('facts', (event) => events.push(event))
    const [first, second] = await store.append([canceled(1), canceled(2)])
    expect(first).toMatchObject({ kind: 'job-canceled', seq: 1, stamp: { lamport: 1, author: identity.peerId } })
    expect(second).toMatchObject({ seq: 2, stamp: { lamport: 2 } })
    expect(events).toEqual([{ facts: [first, second], origin: 'self' }])
    await close()
    const again = await openStore('a')
    expect(await collect(again.store.replay())).toEqual([first, second])
    const [third] = await again.store.append([canceled(3)])
    expect(third).toMatchObject({ logId: first?.logId, seq: 3, stamp: { lamport: 3 } })
  })

  it('gives concurrent appends places without gaps', async () => {
    const { store } = await openStore('a')
    const facts = (await Promise.all(range(100).map((n) => store.append([canceled(n), canceled(n)])))).flat()
    expect(facts.map((fact) => fact.seq)).toEqual(range(200).map((n) => n + 1))
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
    expect(await store.append([canceled(2)])).toMatchObject([{ seq: 1 }])
  })

  it('takes what is signed, in order, once', async () => {
    const { store } = await openStore('a')
    const author = await Identity.open(join(dir, 'author'))
    const other = await Identity.open(join(dir, 'other'))
    const from = author.peerId
    const one = signed(author, { logId: someLog, seq: 1, lamport: 40 })
    const two = signed(author, { logId: someLog, seq: 2, lamport: 41 })
    expect((await store.ingest([two], from)).refused).toMatchObject([{ code: 'SHEAF_FACT_INVALID' }])
    const forged = { ...one, signature: other.sign(one.body) }
    expect((await store.ingest([forged, two], from)).refused).toMatchObject([
      { code: 'SHEAF_FACT_INVALID', message: expect.stringContaining('signature') as string },
    ])
    expect(store.heads()).toEqual([])
    expect(await store.ingest([one, one, two], from)).toEqual({
      accepted: 2,
      refused: [],
      heads: [{ author: from, logId: someLog, seq: 2 }],
    })
    expect((await store.ingest([one, two], from)).accepted).toBe(0)
    const backwards = signed(author, { logId: someLog, seq: 3, lamport: 41 })
    expect((await store.ingest([backwards], from)).refused[0]?.message).toContain('Lamport')
    // What is authored next comes after everything seen.
    expect(await store.append([canceled(1)])).toMatchObject([{ seq: 1, stamp: { lamport: 42 } }])
  })

  it('keeps and hands on kinds that it does not know', async () => {
    const { store, close } = await openStore('a')
    const author = await Identity.open(join(dir, 'author'))
    const unknown = signed(author, { logId: someLog, seq: 1 })
    await store.ingest([unknown], author.peerId)
    await close()
    const again = await openStore('a')
    expect(await collect(again.store.replay())).toEqual([])
    const [kept] = await again.store.range({ author: author.peerId, logId: someLog }, 1, { count: 10, bytes: 1000 })
    expect(Buffer.from(kept?.body ?? []).equals(unknown.body)).toBe(true)
  })

  it('starts a new log when a peer knows more of its own than it does', async () => {
    const original = await openStore('a')
    await original.store.append([canceled(1)])
    await original.close()
    await cp(join(dir, 'a'), join(dir, 'backup'), { recursive: true })
    const ahead = await openStore('a')
    await ahead.store.append([canceled(2)])
    const lost = await ahead.store.range({ author: ahead.identity.peerId, logId: ahead.store.ownLogId }, 2, {
      count: 9,
      bytes: 9999,
    })
    const restored = await openStore('backup')
    const oldLog = restored.store.ownLogId
    await restored.store.noteHeads(ahead.store.heads())
    expect(restored.store.ownLogId).not.toBe(oldLog)
    await restored.store.ingest(lost, ahead.identity.peerId)
    expect(await restored.store.append([canceled(3)])).toMatchObject([{ seq: 1, logId: restored.store.ownLogId }])
    expect(restored.store.headOf({ author: ahead.identity.peerId, logId: oldLog })).toBe(2)
  })

  it('does the same when the fact itself comes first', async () => {
    const { store, identity } = await openStore('a')
    await store.append([canceled(1)])
    const oldLog = store.ownLogId
    const elsewhere = signed(identity, { logId: oldLog, seq: 2, lamport: 9 })
    expect((await store.ingest([elsewhere], identity.peerId)).accepted).toBe(1)
    expect(await store.append([canceled(2)])).toMatchObject([{ seq: 1, stamp: { lamport: 10 } }])
    expect(store.ownLogId).not.toBe(oldLog)
  })

  it.each(['flipped', 'missing'] as const)('names its folder when a record is %s', async (damage) => {
    const { store, db, close, dir: at } = await openStore('a')
    await store.append(range(3).map(canceled))
    const records = db.sublevel<string, Uint8Array>('facts', { valueEncoding: 'view' })
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
    const enough = new Promise<void>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        const numbers = text.trim().split('\n').map(Number)
        acknowledged = Math.max(acknowledged, ...numbers)
        if (acknowledged >= 50) resolve()
      })
    })
    const gone = once(child, 'close')
    await Promise.race([enough, gone])
    child.kill('SIGKILL')
    await gone
    expect(acknowledged).toBeGreaterThanOrEqual(50)
    const { store } = await openStore('killed')
    const facts = await collect(store.replay())
    expect(facts.length).toBeGreaterThanOrEqual(acknowledged)
    expect(facts.map((fact) => fact.seq)).toEqual(facts.map((_, n) => n + 1))
  })
})

describe('FactSync', () => {
  async function agent(name: string, knows: readonly FarmNetwork[] = []) {
    const opened = await openStore(name)
    const network = new FarmNetwork(
      { identity: opened.identity, membership: memberOf(opened.identity) },
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
    const stranger = await Identity.open(join(dir, 'stranger'))
    await a.store.ingest([signed(stranger, { logId: someLog, seq: 1 })], stranger.peerId)
    const b = await agent('b', [a.network])
    await b.store.append([canceled(1)])
    const c = await agent('c', [b.network])
    const [last] = await c.store.append([canceled(2)])
    const total = 1503
    await Promise.all([a, b, c].map(({ store }) => holds(store, total)))
    expect(a.network.peers().map(({ peer }) => peer)).toEqual([b.identity.peerId])
    const [setA, setB, setC] = await Promise.all([a, b, c].map(({ store }) => set(store)))
    expect(setA).toHaveLength(1502)
    expect(setB).toEqual(setA)
    expect(setC).toEqual(setA)
    expect(c.store.headOf({ author: stranger.peerId, logId: someLog })).toBe(1)
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
    for (const { store } of [b, c]) expect(await set(store)).toEqual([fact.stamp.hash])
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
    await holds(c.store, 11)
    const again = await agent('d', [a.network, c.network])
    await holds(again.store, 11)
    await b.network.start()
    await Promise.all([a, b, c, again].map(({ store }) => holds(store, 21)))
    const all = await set(a.store)
    for (const { store } of [b, c, again]) expect(await set(store)).toEqual(all)
  })

  it('sends again what a peer still lacks after two rounds of heads', async () => {
    const a = await agent('a')
    const [fact] = await a.store.append([canceled(1)])
    const identity = await Identity.open(join(dir, 'forgetful'))
    const staticPeers = a.network.listenAddresses().slice(0, 1)
    const init = { listen: { host: '127.0.0.1', port: 0 }, discovery: 'none' as const, staticPeers }
    const forgetful = new FarmNetwork({ identity, membership: memberOf(identity) }, init)
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
    expect(received).toEqual([1, 1])
    if (fact === undefined) expect.fail('nothing was appended')
    expect(a.sync.replicatedTo(fact)).toEqual([])
  })
})
