import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applyFact, emptyFarmState, farmStateHash, type FarmState } from '@sheaf/coordinator'
import { parseJobId, type FactIntent, type JobId, type PeerId, type Role } from '@sheaf/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { expelMembers } from '../agent/expel-members.js'
import { revokeMember } from '../agent/revoke-member.js'
import { FactStore, FactSync, openStoreDatabase } from '../facts/index.js'
import { Identity } from '../identity/index.js'
import { foundTestFarm, type TestFarm } from '../measuring/found-test-farm.js'
import { FarmMembership } from '../membership/index.js'
import { FarmNetwork, silentLog } from '../network/index.js'
import { FarmTrust } from './farm-trust.js'

// Real sockets and disks: slow on a busy machine, and no figure of theirs is tested here.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let dir: string
let farm: TestFarm
let cleanups: (() => Promise<unknown>)[]
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sheaf-trust-'))
  farm = await foundTestFarm()
  cleanups = [() => rm(dir, { recursive: true, force: true })]
})
afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
})

const job = (n: number): JobId => parseJobId(String(n).padStart(20, '0')) ?? expect.fail('not a job id')
const canceled = (n: number): FactIntent => ({ kind: 'job-canceled', payload: { jobId: job(n) } })
const everything = { count: 1000, bytes: 1 << 20 }

/** The parts of an agent that revocations concern. */
async function member(name: string, init: { role?: Role; knows?: readonly { readonly network: FarmNetwork }[] } = {}) {
  const identity = await Identity.open(join(dir, name))
  const membership = new FarmMembership({
    credentials: farm.credentialsFor(identity, { role: init.role ?? 'artist', name }),
  })
  const db = await openStoreDatabase(join(dir, name, 'db'))
  const store = await FactStore.open({ dir: join(dir, name), db, identity, membership })
  const staticPeers = (init.knows ?? []).map(({ network }) => network.listenAddresses()[0] ?? '')
  const network = new FarmNetwork(
    { identity, membership },
    { listen: { host: '127.0.0.1', port: 0 }, discovery: 'none', introductions: 'none', staticPeers },
  )
  const sync = new FactSync({ network, store }, { headsIntervalMs: 300 })
  const farmState: { now: FarmState; anew: number; stopped: boolean } = { now: emptyFarmState, anew: 0, stopped: false }
  const trust = new FarmTrust({
    replay: () => store.replay(),
    onFacts: (facts) => (farmState.now = facts.reduce(applyFact, farmState.now)),
    onFactsAnew: (facts) => {
      farmState.now = facts.reduce(applyFact, emptyFarmState)
      farmState.anew += 1
    },
    log: silentLog,
  })
  membership.readFacts({ isRevoked: ({ certificate }) => trust.isOut(certificate) })
  store.on('facts', ({ facts }) => trust.take(facts))
  const own = membership.certificate
  const stopWork = () => (farmState.stopped = true)
  trust.on('changed', () => expelMembers({ network, trust, own, stopWork, log: silentLog }))
  await trust.start()
  const stop = async () => {
    await sync.stop()
    await network.stop()
  }
  cleanups.push(async () => {
    await stop()
    await trust.settled()
    await store.close()
    await db.close()
  })
  await sync.start()
  await network.start()
  const revoke = (who: string) =>
    revokeMember(
      {
        trust: trust.trust,
        self: own.peer,
        connected: network.peers(),
        heads: store.heads(),
        append: (facts) => store.append(facts),
      },
      who,
      'lost',
    )
  return { name, peer: identity.peerId, network, store, trust, farmState, revoke, stop }
}
type Member = Awaited<ReturnType<typeof member>>

const until = async (what: () => boolean) => {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 10))
}
const peersOf = ({ network }: Member): readonly PeerId[] => network.peers().map(({ peer }) => peer)
const jobsOf = async ({ trust, farmState }: Member): Promise<string> => {
  await trust.settled()
  return farmStateHash(farmState.now)
}
/** What a member's store holds, given to another as if it came from somebody who is in. */
async function carry(from: Member, to: Member, heads = from.store.heads()): Promise<void> {
  for (const head of heads) await to.store.ingest(await from.store.range(head, 1, everything), head.author)
  await to.trust.settled()
}
/** Jobs that its facts cancel. */
const closedJobs = async (one: Member): Promise<number> => {
  await one.trust.settled()
  return JSON.stringify(one.farmState.now.jobs ?? {}).match(/"canceled"/g)?.length ?? 0
}

describe('a member that is revoked', () => {
  it('is let go by everybody who hears of it, and is not let in again', async () => {
    const ann = await member('ann', { role: 'admin' })
    const bob = await member('bob', { knows: [ann] })
    const mo = await member('mo', { knows: [ann, bob] })
    await until(() => [ann, bob, mo].every((one) => peersOf(one).length === 2))
    await mo.store.append([canceled(1)])
    await until(() =>
      [ann, bob].every(({ store }) => store.headOf({ author: mo.peer, logId: mo.store.ownLogId }) === 2),
    )
    const lost = [ann, bob].map(({ network }) => once(network, 'peer-lost'))
    expect(await ann.revoke('mo')).toMatchObject({ peer: mo.peer, facts: 2, keeps: [] })
    for (const gone of lost) expect(await gone).toEqual([{ peer: mo.peer }])
    await until(() => peersOf(mo).length === 0)
    // It dials again by itself; both refuse it at hello now.
    expect(ann.trust.isOut(mo.trust.trust.members.get(mo.peer) ?? expect.fail('no certificate'))).toBe(true)
    expect(peersOf(ann)).toEqual([bob.peer])
    await expect(ann.revoke('mo')).rejects.toMatchObject({ code: 'SHEAF_MEMBER_REVOKED' })
    await expect(bob.revoke('ann')).rejects.toMatchObject({ code: 'SHEAF_NOT_ALLOWED' })
    await expect(ann.revoke('ann')).rejects.toMatchObject({ code: 'SHEAF_NOT_ALLOWED' })
    await expect(ann.revoke('nobody')).rejects.toMatchObject({ code: 'SHEAF_MEMBER_UNKNOWN' })
  })

  it('is not heard any more however late its words come, and what it had said stays', async () => {
    const ann = await member('ann', { role: 'admin' })
    const bob = await member('bob')
    const mo = await member('mo')
    await mo.store.append([canceled(1)])
    await carry(mo, ann)
    await mo.store.append([canceled(2)])
    // Bob has heard more of it than Ann, who names what she knows.
    await carry(mo, bob)
    expect(await closedJobs(bob)).toBe(2)
    await ann.revoke('mo')
    await carry(ann, bob)
    expect(await closedJobs(bob)).toBe(1)
    expect(bob.farmState.anew).toBe(1)
    // And it writes on, also in a log of its own making.
    await mo.store.append([canceled(3)])
    await carry(mo, ann)
    await carry(mo, bob)
    expect(await jobsOf(ann)).toBe(await jobsOf(bob))
    expect(await closedJobs(ann)).toBe(1)
    // The facts themselves are kept: every member holds one set.
    expect(ann.store.heads().length).toBe(bob.store.heads().length)
    // It learns of it as well, and takes no more work.
    await carry(ann, mo)
    expect(mo.farmState.stopped).toBe(true)
  })
})

describe('two admins who revoke each other at once', () => {
  it('leave everybody with one answer, whatever they hear first', async () => {
    const ann = await member('ann', { role: 'admin' })
    const bob = await member('bob', { role: 'admin' })
    await carry(ann, bob)
    for (const [n, one] of [ann, bob].entries()) await one.store.append([canceled(n)])
    await carry(ann, bob)
    await carry(bob, ann)
    await ann.revoke('bob')
    await bob.revoke('ann')
    await bob.store.append([canceled(7)])
    const [mo, liz] = [await member('mo'), await member('liz')]
    await carry(ann, mo)
    await carry(bob, mo, bob.store.heads())
    await carry(bob, liz)
    await carry(ann, liz)
    for (const one of [mo, liz]) {
      expect([...one.trust.trust.revoked.keys()]).toEqual([bob.peer])
      expect(await closedJobs(one)).toBe(2)
    }
    expect(await jobsOf(mo)).toBe(await jobsOf(liz))
    await carry(mo, bob)
    expect(bob.farmState.stopped).toBe(true)
  })
})
