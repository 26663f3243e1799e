import { allowanceOf, roles, roleTable, type Heartbeat, type PeerId, type Role, type Term } from '@sheaf/protocol'
import { describe, expect, it } from 'vitest'
import { CapabilityBook } from '../blobs/index.js'
import { silentLog, type FarmMessage } from '../network/index.js'
import { routeMessage, type Receivers } from './route-message.js'

const peer = 'peer' as PeerId
const term: Term = { counter: 3, peer }
const key = { jobId: 'job', generation: 1, index: 0 } as never

/** Parts that note what reaches them. */
function partsFor(role: Role | undefined, followed: Term | undefined = term) {
  const reached: unknown[][] = []
  const note =
    (what: string) =>
    (...args: unknown[]) => {
      reached.push([what, ...args])
      return Promise.resolve({})
    }
  const parts = {
    host: {
      onHeartbeat: note('heartbeat'),
      onReport: note('segment-report'),
      onPeerLost: note('goodbye'),
      following: () => followed,
    },
    worker: { lease: note('lease'), revoke: note('revoke') },
    landing: { offer: note('offer') },
    delivery: { onReply: note('offer-reply') },
    farm: { job: () => ({ home: peer }) },
    capabilities: new CapabilityBook(),
    roleOf: () => role,
  } as unknown as Receivers
  return { parts, reached }
}

const heartbeat = {
  kind: 'heartbeat',
  following: { term, silentMs: 0 },
  highestCounter: 9,
  ability: { role: 'admin' },
  leases: [{ term }, { term: { counter: 2, peer } }],
  running: [{ term: { counter: 2, peer } }],
  held: [],
} as unknown as Heartbeat
const messages: Record<FarmMessage['kind'], FarmMessage> = {
  heartbeat,
  lease: { kind: 'lease', term } as FarmMessage,
  revoke: { kind: 'revoke', term } as FarmMessage,
  'segment-report': { ...(key as object), kind: 'segment-report' } as FarmMessage,
  offer: { ...(key as object), kind: 'offer' } as FarmMessage,
  'offer-reply': { ...(key as object), kind: 'offer-reply' } as FarmMessage,
  goodbye: { kind: 'goodbye', reason: '' },
}
const route = (role: Role | undefined, message: FarmMessage, followed?: Term) => {
  const { parts, reached } = partsFor(role, followed)
  routeMessage({ from: peer, message }, { parts, log: silentLog, deliver: () => undefined })
  return reached
}

describe('a message', () => {
  it.each(roles)('reaches its part when the table lets a peer with the role %s say it, and no other', (role) => {
    for (const [kind, message] of Object.entries(messages)) {
      const may = allowanceOf('message', message.kind, role) !== 'no'
      expect([kind, route(role, message).map(([what]) => what)]).toEqual([kind, may ? [kind] : []])
    }
    // What the network keeps for itself is in the table and not among these.
    expect(Object.keys(roleTable.message).filter((kind) => !(kind in messages))).toEqual(['introduction'])
  })

  it('of a peer that is gone reaches nobody', () => {
    for (const message of Object.values(messages)) expect(route(undefined, message)).toEqual([])
  })

  it('says what role its sender has by the certificate, whatever it says itself', () => {
    expect(route('worker', heartbeat)).toMatchObject([
      ['heartbeat', peer, { ability: { role: 'worker' }, highestCounter: 9 }],
    ])
  })

  it('of a guest counts for no election, and for leases of the followed term alone', () => {
    const [[, , heard] = []] = route('guest', heartbeat)
    expect(heard).toMatchObject({ ability: { role: 'guest' }, highestCounter: 0, leases: [{ term }], running: [] })
    expect(heard).not.toHaveProperty('following')
    const { parts, reached } = partsFor('guest', { counter: 4, peer })
    routeMessage({ from: peer, message: heartbeat }, { parts, log: silentLog, deliver: () => undefined })
    expect(reached).toMatchObject([['heartbeat', peer, { leases: [] }]])
  })

  it.each([
    ['an earlier term', { counter: 4, peer }],
    ['a term of somebody else', { counter: 3, peer: 'zed' as PeerId }],
  ])('with a command of %s is refused', (_, followed) => {
    for (const kind of ['lease', 'revoke'] as const) expect(route('admin', messages[kind], followed)).toEqual([])
    const stolen = { ...messages.lease, term: { counter: 9, peer: 'zed' as PeerId } } as FarmMessage
    expect(route('admin', stolen)).toEqual([])
  })
})
