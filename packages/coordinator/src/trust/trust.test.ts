import type { Fact, FactIntent, LogId, PeerId } from '@sheaf/protocol'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { applyFact } from '../facts/apply-fact.js'
import { emptyFarmState } from '../facts/farm-state.js'
import { farmStateHash } from '../facts/farm-state-hash.js'
import { deepFreeze, jobOf, peerOf, submission } from '../testing/make.js'
import { certificate, certified, forked, logOf, revoked, writeLog } from '../testing/make-trust.js'
import { emptyReading, readMore } from './read-more.js'
import { exclusionOf, readableFacts, readingKey, unreadReason } from './reading.js'
import { weighRevocations, type RevocationFact } from './weigh-revocations.js'
import { weighTrust } from './weigh-trust.js'
import type { Trust } from './trust.js'

// Counted runs: how long they take on a loaded machine says nothing.
vi.setConfig({ testTimeout: 120_000 })

const trustOf = (set: readonly Fact[]): Trust =>
  weighTrust(
    deepFreeze(set).filter(
      (fact) => 'peer' in fact.payload || 'certificate' in fact.payload || 'places' in fact.payload,
    ) as never,
  )
const stateOf = (set: readonly Fact[]) => readableFacts(trustOf(set), set).reduce(applyFact, emptyFarmState)
const outcome = (set: readonly Fact[]) => [readingKey(trustOf(set)), farmStateHash(stateOf(set))]
const reasons = (set: readonly Fact[], facts: readonly Fact[]) => facts.map((fact) => unreadReason(trustOf(set), fact))

const [ann, bob, eve] = [peerOf('ann'), peerOf('bob'), peerOf('eve')]
const [mo, liz] = [peerOf('mo'), peerOf('liz')]
const admin = (peer: PeerId, serial: number) => certificate(peer, { role: 'admin', serial })
const adminLog = (peer: PeerId, serial: number, intents: readonly FactIntent[], lamports?: readonly number[]) =>
  writeLog(peer, logOf(peer), [certified(admin(peer, serial)), ...intents], lamports)
const memberOf = (issuer: PeerId, serial: number, peer: PeerId, role: 'artist' | 'worker' = 'artist') =>
  certified(certificate(peer, { role, issuer }), admin(issuer, serial))
const submit = (name: string): FactIntent => submission({ job: jobOf(name) })

/** What the random logs are made from: three admins, two whom they certified, two logs each. */
const authors = [ann, bob, eve, mo, liz]
const serialOf = new Map([ann, bob, eve].map((peer, serial) => [peer, serial]))
const logsOf = (peer: PeerId): LogId[] => [logOf(`${peer}/1`), logOf(`${peer}/2`)]
const someone = fc.constantFrom(...authors)
const anyLog = fc.constantFrom(...authors.flatMap(logsOf))
const intent: fc.Arbitrary<FactIntent> = fc.oneof(
  fc.integer({ min: 0, max: 5 }).map((n) => submit(String(n))),
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        someone,
        fc.array(fc.tuple(anyLog, fc.integer({ min: 0, max: 6 })), { maxLength: 4 }),
        fc.array(someone, { maxLength: 2 }),
      )
      .map(([peer, heads, keeps]) => revoked(peer, heads, keeps)),
  },
  fc
    .tuple(someone, fc.integer({ min: 0, max: 1 }), fc.integer({ min: 1, max: 6 }))
    .map(([peer, which, seq]) => forked(peer, logsOf(peer)[which] ?? expect.fail('no log'), seq)),
)
const issuer = fc.constantFrom(ann, bob, eve)
const logs: fc.Arbitrary<readonly (readonly Fact[])[]> = fc
  .array(
    fc.tuple(
      fc.constantFrom(...authors),
      issuer,
      fc.integer({ min: 0, max: 1 }),
      fc.array(intent, { maxLength: 5 }),
      fc.integer({ min: 1, max: 9 }),
    ),
    { maxLength: 6 },
  )
  .map((list) => {
    const chosen = new Map(list.map((entry) => [logsOf(entry[0])[entry[2]], entry] as const))
    return [...chosen].map(([logId, [author, by, , intents, lamport]]) => {
      const serial = serialOf.get(author)
      const first =
        serial === undefined ? memberOf(by, serialOf.get(by) ?? 0, author) : certified(admin(author, serial))
      return writeLog(
        author,
        logId ?? expect.fail('no log'),
        [first, ...intents],
        [...Array(6).keys()].map((n) => lamport + n),
      )
    })
  })

/** Facts of several logs, each log in its order, the logs among each other in any. */
function interleave(set: readonly (readonly Fact[])[], choices: Iterator<number>): readonly Fact[] {
  const left = set.map((log) => [...log])
  const facts: Fact[] = []
  for (;;) {
    const open = left.filter((log) => log.length > 0)
    const next = open[Number(choices.next().value ?? 0) % Math.max(1, open.length)]?.shift()
    if (next === undefined) return facts
    facts.push(next)
  }
}

describe('what facts say of members', () => {
  it('is the same in every order, however often they come', () => {
    fc.assert(
      fc.property(logs, fc.infiniteStream(fc.nat()), (set, keys) => {
        const facts = set.flat()
        const shuffled = [...facts, ...facts.filter((_, at) => at % 3 === 0)]
          .map((fact) => ({ fact, key: Number(keys.next().value ?? 0) }))
          .sort((a, b) => a.key - b.key)
          .map(({ fact }) => fact)
        expect(outcome(shuffled)).toEqual(outcome(facts))
      }),
      { numRuns: 400 },
    )
  })

  it('is the same read bit by bit, in any interleaving and grouping, as read at once', () => {
    fc.assert(
      fc.property(logs, fc.infiniteStream(fc.nat()), (set, choices) => {
        const facts = interleave(set, choices)
        let reading = emptyReading
        let farm = emptyFarmState
        for (let at = 0; at < facts.length;) {
          const part = facts.slice(at, (at += 1 + (Number(choices.next().value ?? 0) % 4)))
          const on = readMore(reading, part)
          reading = on.reading
          const again = on.before === 'anew' ? readableFacts(reading.trust, facts.slice(0, at)) : on.readable
          farm = again.reduce(applyFact, on.before === 'anew' ? emptyFarmState : farm)
        }
        expect([reading.key, farmStateHash(farm)]).toEqual(outcome(facts))
      }),
      { numRuns: 400 },
    )
  })

  it('leaves nothing readable above what a revocation that counts names, or from a fork on', () => {
    fc.assert(
      fc.property(logs, (set) => {
        const facts = set.flat()
        const trust = trustOf(facts)
        for (const { stamp, logId, seq } of readableFacts(trust, facts)) {
          const out = trust.revoked.get(stamp.author)
          if (out !== undefined) expect(seq).toBeLessThanOrEqual(out.heads.get(logId) ?? 0)
          const forks = facts.filter((fact) => fact.kind === 'log-forked' && fact.payload.logId === logId)
          for (const fork of forks) if (fork.kind === 'log-forked') expect(seq).toBeLessThan(fork.payload.places[0].seq)
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('revocations among each other', () => {
  const fact = fc.record({
    author: issuer,
    target: someone,
    seq: fc.integer({ min: 1, max: 6 }),
    head: fc.integer({ min: 0, max: 6 }),
  })
  const cuts = (one: RevocationFact, other: RevocationFact): boolean =>
    one !== other &&
    one.payload.peer === other.stamp.author &&
    other.seq > (one.payload.heads.find(({ logId }) => logId === other.logId)?.seq ?? 0)

  it('contradict each other nowhere, and each void one is cut off, or outranked by one that it would cut off', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fact, { maxLength: 9, selector: ({ author, seq }) => `${author}${seq}` }), (list) => {
        const set = list.map(({ author, target, seq, head }): RevocationFact => {
          const made = writeLog(
            author,
            logOf(author),
            Array<FactIntent>(seq).fill(revoked(target, [[logOf(target), head]])),
          )
          return made.at(-1) as RevocationFact
        })
        const seniority = (peer: PeerId): number => serialOf.get(peer) ?? Infinity
        const counting = weighRevocations(set, seniority)
        for (const one of set) {
          if (counting.includes(one)) {
            expect(counting.filter((other) => cuts(other, one))).toEqual([])
            continue
          }
          const why = counting.some(
            (other) =>
              cuts(other, one) || (cuts(one, other) && seniority(other.stamp.author) <= seniority(one.stamp.author)),
          )
          expect(why).toBe(true)
        }
        expect(new Set(weighRevocations([...set].reverse(), seniority))).toEqual(new Set(counting))
      }),
      { numRuns: 500 },
    )
  })

  it('of two admins who revoke each other at once, the senior is believed', () => {
    const set = [
      ...adminLog(ann, 0, [revoked(bob, [[logOf(bob), 1]])]),
      ...adminLog(bob, 1, [revoked(ann, [[logOf(ann), 1]]), submit('late')]),
    ]
    const trust = trustOf(set)
    expect([...trust.revoked.keys()]).toEqual([bob])
    expect(reasons(set, set)).toEqual([undefined, undefined, undefined, 'author-revoked', 'author-revoked'])
  })

  it('a junior admin may revoke a senior one, whose later word then counts for nothing', () => {
    const set = [
      ...adminLog(ann, 0, [submit('before'), revoked(eve, []), submit('after')]),
      ...adminLog(bob, 1, [revoked(ann, [[logOf(ann), 2]])]),
      ...adminLog(eve, 2, [submit('kept')]),
    ]
    expect([...trustOf(set).revoked.keys()]).toEqual([ann])
    expect(readableFacts(trustOf(set), set)).toMatchObject([
      { payload: { jobId: jobOf('before') } },
      { payload: { jobId: jobOf('kept') } },
    ])
  })

  it('two juniors who revoke each other lend a senior outside of their quarrel nothing', () => {
    // Bob's and Eve's quarrel is Bob's; so his word about Ann stands, and what she wrote after it is void.
    const set = [
      ...adminLog(ann, 0, [revoked(mo, [])]),
      ...adminLog(bob, 1, [revoked(eve, [[logOf(eve), 1]]), revoked(ann, [[logOf(ann), 1]])]),
      ...adminLog(eve, 2, [revoked(bob, [[logOf(bob), 1]])]),
    ]
    expect([...trustOf(set).revoked.keys()].sort()).toEqual([ann, eve])
  })
})

describe('a revoked member', () => {
  const backDated = [certified(admin(bob, 1)), revoked(ann, []), submit('old')]

  it('cannot come back with a log of another day: logs that are not named count for nothing', () => {
    const late = writeLog(bob, logOf('new'), backDated, [1, 1, 1])
    const set = [
      ...adminLog(ann, 0, [revoked(bob, [[logOf(bob), 2]])], [50, 51]),
      ...adminLog(bob, 1, [submit('kept')]),
      ...late,
    ]
    expect(reasons(set, late)).toEqual(['author-revoked', 'author-revoked', 'author-revoked'])
    expect([...trustOf(set).revoked.keys()]).toEqual([bob])
    expect(readableFacts(trustOf(set), set)).toMatchObject([{ payload: { jobId: jobOf('kept') } }])
  })

  it('takes nobody in after it: only those whom it had certified and who are kept stay', () => {
    const kept = writeLog(mo, logOf(mo), [memberOf(bob, 1, mo), submit('mo')])
    const uninvited = writeLog(liz, logOf(liz), [memberOf(bob, 1, liz), submit('liz')])
    const set = [...adminLog(ann, 0, [revoked(bob, [], [mo])]), ...adminLog(bob, 1, []), ...kept, ...uninvited]
    expect(reasons(set, [...kept, ...uninvited])).toEqual([undefined, undefined, 'not-certified', 'not-certified'])
    const trust = trustOf(set)
    expect(exclusionOf(trust, mo, certificate(mo, { role: 'artist', issuer: bob }))).toBeUndefined()
    expect(exclusionOf(trust, liz, certificate(liz, { role: 'artist', issuer: bob }))).toBe('issuer-revoked')
    expect(exclusionOf(trust, bob, admin(bob, 1))).toBe('revoked')
    const again = writeLog(liz, logOf(liz), [memberOf(bob, 1, liz), submit('liz'), memberOf(ann, 0, liz)])
    expect(reasons([...set, ...again], again)).toEqual([undefined, undefined, undefined])
  })

  it('leaves by its own word, and revokes nobody else unless it is an admin', () => {
    const set = [
      ...adminLog(ann, 0, []),
      ...writeLog(mo, logOf(mo), [
        memberOf(ann, 0, mo),
        submit('mo'),
        revoked(liz, []),
        revoked(mo, [[logOf(mo), 4]]),
        submit('late'),
      ]),
      ...writeLog(liz, logOf(liz), [memberOf(ann, 0, liz, 'worker'), submit('liz')]),
    ]
    expect([...trustOf(set).revoked.keys()]).toEqual([mo])
    expect(readableFacts(trustOf(set), set)).toMatchObject([{ payload: { jobId: jobOf('mo') } }])
    // A worker renders for others: what it submits is kept, and not read.
    expect(reasons(set, set.slice(-1))).toEqual(['not-allowed'])
  })
})
