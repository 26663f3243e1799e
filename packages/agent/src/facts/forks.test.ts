import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { emptyReading, readableFacts, readMore } from '@sheaf/coordinator'
import { parseJobId, parseLogId, type Credentials, type Fact, type FactIntent, type JobId } from '@sheaf/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Identity } from '../identity/index.js'
import { foundTestFarm, type TestFarm } from '../measuring/found-test-farm.js'
import { FarmMembership } from '../membership/index.js'
import { FarmNetwork } from '../network/index.js'
import { FactStore, FactSync, openStoreDatabase } from './index.js'
import { LogWriter } from './testing/log-writer.js'

// Real sockets and disks: slow on a busy machine, and no figure of theirs is tested here.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let dir: string
let farm: TestFarm
let issued: Map<string, Credentials>
let cleanups: (() => Promise<unknown>)[]
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sheaf-forks-'))
  farm = await foundTestFarm()
  issued = new Map()
  cleanups = [() => rm(dir, { recursive: true, force: true })]
})
afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
})

const job = (n: number): JobId => parseJobId(String(n).padStart(20, '0')) ?? expect.fail('not a job id')
const canceled = (n: number): FactIntent => ({ kind: 'job-canceled', payload: { jobId: job(n) } })
const someLog = parseLogId('0123456789abcdef0123456789abcdef') ?? expect.fail('not a log id')
const lots = { count: 1000, bytes: 1 << 20 }

async function openStore(name: string, place = '') {
  const at = join(dir, name)
  const identity = await Identity.open(at)
  const credentials = issued.get(identity.peerId) ?? farm.credentialsFor(identity)
  issued.set(identity.peerId, credentials)
  const membership = new FarmMembership({ credentials })
  const db = await openStoreDatabase(join(at, 'db'))
  const store = await FactStore.open({ dir: at, db, identity, membership, place })
  let open = true
  const close = async () => {
    if (open) await store.close()
    if (open) await db.close()
    open = false
  }
  cleanups.push(close)
  return { store, identity, membership, close }
}
type Opened = Awaited<ReturnType<typeof openStore>>

async function agent(opened: Opened, knows: readonly FarmNetwork[] = []) {
  const staticPeers = knows.map((peer) => peer.listenAddresses()[0] ?? '')
  const network = new FarmNetwork(opened, {
    listen: { host: '127.0.0.1', port: 0 },
    discovery: 'none',
    introductions: 'none',
    staticPeers,
  })
  const sync = new FactSync({ network, store: opened.store }, { headsIntervalMs: 300 })
  const stop = async () => {
    await sync.stop()
    await network.stop()
    await opened.close()
  }
  cleanups.push(stop)
  await sync.start()
  await network.start()
  return { ...opened, network, stop }
}

/** What counts of a store's facts: the jobs that it says are canceled. */
async function counting(store: FactStore): Promise<readonly JobId[]> {
  const facts: Fact[] = []
  for await (const fact of store.replay()) facts.push(fact)
  const { trust } = readMore(emptyReading, facts).reading
  const jobs = readableFacts(trust, facts).flatMap((fact) => (fact.kind === 'job-canceled' ? [fact.payload.jobId] : []))
  return [...new Set(jobs)].sort()
}
const until = async (what: () => Promise<boolean>) => {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 20))
}
const agree = (stores: readonly FactStore[], jobs: readonly JobId[]) =>
  until(async () => {
    const all = await Promise.all(stores.map(counting))
    return all.every((list) => list.join() === jobs.join())
  })

describe('a store that lies elsewhere than before', () => {
  it('begins a new log by itself: a copy and its original fork nothing', async () => {
    const original = await openStore('a', 'disk 1')
    await original.store.append([canceled(1)])
    await original.close()
    await cp(join(dir, 'a'), join(dir, 'copy'), { recursive: true })
    const again = await openStore('a', 'disk 1')
    const copy = await openStore('copy', 'disk 2')
    await again.store.append([canceled(2)])
    await copy.store.append([canceled(3)])
    expect(again.store.ownLogId).toBe(original.store.ownLogId)
    expect(copy.store.ownLogId).not.toBe(original.store.ownLogId)
    const third = await openStore('b')
    for (const { store, identity } of [again, copy]) {
      for (const head of store.heads()) {
        const { refused } = await third.store.ingest(await store.range(head, 1, lots), identity.peerId)
        expect(refused).toEqual([])
      }
    }
    expect(third.store.frozen()).toEqual([])
    expect(await counting(third.store)).toEqual([job(1), job(2), job(3)])
  })
})

describe('a backup that was put back bit by bit', () => {
  it('begins a new log when a peer knows more of its own, before it has written anything', async () => {
    const original = await openStore('a')
    await original.store.append([canceled(1)])
    await original.close()
    await cp(join(dir, 'a'), join(dir, 'backup'), { recursive: true })
    const ahead = await openStore('a')
    await ahead.store.append([canceled(2)])
    const restored = await openStore('backup')
    const oldLog = restored.store.ownLogId
    await restored.store.noteHeads(ahead.store.heads())
    expect(restored.store.ownLogId).not.toBe(oldLog)
    await restored.store.append([canceled(3)])
    expect(restored.store.frozen()).toEqual([])
  })

  it('loses nothing that either branch said, when it wrote first and met its peers later', async () => {
    const first = await openStore('a')
    await first.store.append([canceled(1)])
    await first.close()
    await cp(join(dir, 'a'), join(dir, 'backup'), { recursive: true })
    const b = await agent(await openStore('b'))
    const ahead = await agent(await openStore('a'), [b.network])
    for (const n of [2, 3, 4]) await ahead.store.append([canceled(n)])
    await agree([b.store], [1, 2, 3, 4].map(job))
    await ahead.stop()
    await until(async () => b.network.peers().length === 0)
    const backup = await openStore('backup')
    await backup.store.append([canceled(5)])
    await backup.store.append([canceled(6)])
    const restored = await agent(backup, [b.network])
    const c = await agent(await openStore('c'), [b.network])
    await agree([b.store, restored.store, c.store], [1, 2, 3, 4, 5, 6].map(job))
    const fork = { author: restored.identity.peerId, seq: 2 }
    for (const { store } of [b, restored, c]) expect(store.frozen()).toMatchObject([fork])
    // And goes on, where it is.
    await restored.store.append([canceled(7)])
    await agree([b.store, c.store], [1, 2, 3, 4, 5, 6, 7].map(job))
  })
})

describe('two branches of one log', () => {
  /** A log of one certificate and three facts on either branch, which part after the second. */
  async function branches() {
    const identity = await Identity.open(join(dir, 'author'))
    const one = new LogWriter(identity, someLog, farm.credentialsFor(identity))
    one.intent(canceled(1))
    const other = one.branch()
    const begun = [...one.facts]
    for (const n of [2, 3]) one.intent(canceled(n))
    for (const n of [12, 13]) other.intent(canceled(n))
    return { identity, from: identity.peerId, one: one.facts, other: [...begun, ...other.facts] }
  }

  it.each([
    ['the same place twice', (facts: readonly unknown[]) => facts.slice(0, 3)],
    ['what does not follow', (facts: readonly unknown[]) => facts.slice(3)],
  ])('are found by %s, and frozen before they part on every store that hears of it', async (_, part) => {
    const { from, one, other } = await branches()
    const { store } = await openStore('a')
    await store.ingest(one.slice(0, 3), from)
    await store.ingest(part(other) as typeof other, from)
    await store.ingest(other, from)
    expect(store.frozen()).toMatchObject([{ author: from, logId: someLog, seq: 2 }])
    expect(await counting(store)).toEqual([job(1)])
    // The proof travels as a fact, and needs neither branch.
    const far = await openStore('far')
    await far.store.ingest(
      await store.range(
        { author: store.heads().find(({ author }) => author !== from)?.author ?? from, logId: store.ownLogId },
        1,
        lots,
      ),
      from,
    )
    await far.store.ingest(one, from)
    expect(far.store.frozen()).toEqual(store.frozen())
    expect(await counting(far.store)).toEqual([job(1)])
    expect(far.store.headOf({ author: from, logId: someLog })).toBe(2)
  })

  it('are not made up by somebody else: a proof needs two signatures of the author', async () => {
    const { from, one } = await branches()
    const { store } = await openStore('a')
    await store.ingest(one, from)
    const liar = await Identity.open(join(dir, 'liar'))
    const log = new LogWriter(liar, someLog, farm.credentialsFor(liar))
    const hash = 'ab'.repeat(32) as never
    const place = { seq: 2, prev: hash, hash, signature: new Uint8Array(64) }
    const places = [place, { ...place, hash: 'cd'.repeat(32) as never }] as const
    log.intent({ kind: 'log-forked', payload: { author: from, logId: someLog, places } })
    expect((await store.ingest(log.facts, liar.peerId)).refused[0]?.message).toContain('proves no fork')
    expect(store.frozen()).toEqual([])
  })

  it('stay as they are after a restart, and are found again by nobody', async () => {
    const { from, one, other } = await branches()
    const { store, close } = await openStore('a')
    await store.ingest(one, from)
    await store.ingest(other, from)
    const sorted = (of: FactStore) => [...of.heads()].sort((a, b) => (a.author < b.author ? -1 : 1))
    const heads = sorted(store)
    await close()
    const again = await openStore('a')
    expect(sorted(again.store)).toEqual(heads)
    await again.store.ingest(other, from)
    expect(sorted(again.store)).toEqual(heads)
  })
})
