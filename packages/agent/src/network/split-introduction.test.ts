import { limits, workMessageFromWire, workMessageToWire, type PeerId } from '@sheaf/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitIntroduction } from './split-introduction.js'

const peerOf = (n: number): PeerId =>
  `12D3KooW${[...n.toString().padStart(6, '0')].map((digit) => 'ABCDEFGHJK'[Number(digit)]).join('')}`.padEnd(
    52,
    'x',
  ) as PeerId
const addressOf = (n: number, length: number): string => `/dns4/${'h'.repeat(length)}/tcp/${n % 65_536}`

describe('splitIntroduction', () => {
  it('names 200 peers in one message', () => {
    const peers = Array.from({ length: 200 }, (_, n) => ({
      peer: peerOf(n),
      addresses: [`/ip4/192.168.1.${n}/tcp/7433/p2p/${peerOf(n)}`, `/ip4/10.0.0.${n}/tcp/7433/p2p/${peerOf(n)}`],
    }))
    const messages = splitIntroduction(['/ip4/192.168.1.250/tcp/7433'], peers)
    expect(messages).toHaveLength(1)
    expect(workMessageFromWire(workMessageToWire(messages[0]))).toEqual({
      ...{ kind: 'introduction', listen: ['/ip4/192.168.1.250/tcp/7433'], peers },
    })
  })

  it('says where we listen when there is nobody to name', () => {
    expect(splitIntroduction(['/ip4/10.0.0.1/tcp/1'], [])).toEqual([
      { kind: 'introduction', listen: ['/ip4/10.0.0.1/tcp/1'], peers: [] },
    ])
  })

  it('keeps every message within the limits and names everybody once, in order', () => {
    const shape = fc.record({
      count: fc.nat(600),
      addresses: fc.nat(limits.addressesPerPeer + 5),
      length: fc.nat(limits.addressBytes - 20),
      listen: fc.nat(limits.addressesPerPeer + 5),
    })
    fc.assert(
      fc.property(shape, ({ count, addresses, length, listen }) => {
        const some = (many: number) => Array.from({ length: many }, (_, n) => addressOf(n, length))
        const peers = Array.from({ length: count }, (_, n) => ({ peer: peerOf(n), addresses: some(addresses) }))
        const read = splitIntroduction(some(listen), peers).map((message) =>
          workMessageFromWire(workMessageToWire(message)),
        )
        const named = read.flatMap((message) => (message.kind === 'introduction' ? message.peers : []))
        expect(named.map(({ peer }) => peer)).toEqual(peers.map(({ peer }) => peer))
        const kept = some(addresses).slice(0, limits.addressesPerPeer)
        expect(named.every((entry) => entry.addresses.length === kept.length)).toBe(true)
      }),
      { numRuns: 20, examples: [[{ count: 600, addresses: 64, length: 235, listen: 64 }]] },
    )
  })
})
