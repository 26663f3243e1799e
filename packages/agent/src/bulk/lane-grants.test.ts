import type { PeerId } from '@sheaf/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameAssembler } from './frame-assembler.js'
import { LaneGrants } from './lane-grants.js'
import { laneHost } from './lane-host.js'
import { laneKey, laneName } from './lane-key.js'
import { Reachability } from './reachability.js'

const [a, b, self] = ['peer a', 'peer b', 'self'] as unknown as [PeerId, PeerId, PeerId]
const asked = { protocol: '/x', nonce: new Uint8Array(32), port: 1 }

describe('grants', () => {
  it('are good once, for a while, and for a peer that is not gone', () => {
    let now = 0
    const grants = new LaneGrants({ self, ttlMs: 10, nowMs: () => now })
    const name = (peer: PeerId) => laneName(grants.grant(peer, asked).lane)
    const first = name(a)
    expect(grants.redeem(first)).toMatchObject({ peer: a, protocol: '/x' })
    expect(grants.redeem(first)).toBeUndefined()
    const [gone, kept] = [name(a), name(b)]
    expect([grants.count(), grants.count(a), grants.count(b)]).toEqual([2, 1, 1])
    grants.revoke(a)
    expect(grants.redeem(gone)).toBeUndefined()
    now = 10
    expect(grants.redeem(kept)).toBeUndefined()
    name(b)
    now = 20
    expect(grants.count()).toBe(0)
  })

  it('have keys that fit their peers, protocol, lane and nonces alone', () => {
    const bytes = (fill: number, length = 32) => new Uint8Array(length).fill(fill)
    const one = {
      asker: a,
      server: self,
      protocol: '/x',
      lane: bytes(1, 16),
      askerNonce: bytes(2),
      serverNonce: bytes(3),
    }
    const others = [
      one,
      { ...one, asker: b },
      { ...one, server: b },
      { ...one, asker: self, server: a },
      { ...one, protocol: '/y' },
      { ...one, lane: bytes(4, 16) },
      { ...one, askerNonce: bytes(3) },
      { ...one, serverNonce: bytes(2) },
    ]
    const keys = new Set(others.map((agreement) => Buffer.from(laneKey(agreement)).toString('hex')))
    expect(keys.size).toBe(others.length)
  })
})

describe('what is remembered of a port that cannot be reached', () => {
  it('is forgotten after a time that grows to ten minutes, and at once when it was reached', () => {
    const ports = new Reachability<string>()
    let now = 0
    const waits = Array.from({ length: 7 }, () => {
      ports.failed('p', now)
      const from = now
      while (!ports.mayTry('p', now)) now += 1000
      return (now - from) / 1000
    })
    expect(waits).toEqual([30, 60, 120, 240, 480, 600, 600])
    ports.failed('p', now)
    expect(ports.mayTry('q', now)).toBe(true)
    ports.forget('p')
    expect(ports.mayTry('p', now)).toBe(true)
  })

  it.each([
    ['/ip4/192.168.1.20/tcp/7433/p2p/x', '192.168.1.20'],
    ['/ip6/fe80::1/tcp/7433', 'fe80::1'],
    ['/dns4/studio-7/tcp/7433', 'studio-7'],
    ['/ip4/10.0.0.1/udp/7433/quic-v1', undefined],
    ['/p2p-circuit', undefined],
  ])('%s is dialled at %s', (address, host) => expect(laneHost(address)).toBe(host))
})

describe('frames', () => {
  const varint = (length: number): number[] =>
    length < 128 ? [length] : [(length % 128) | 0x80, ...varint(length >> 7)]

  it('come out as they went in, however they were cut on their way and whenever they are asked for', () => {
    const frames = fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 8 })
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (sent, cuts) => {
        const wire = Uint8Array.from(sent.flatMap((frame) => [...varint(frame.length), ...frame]))
        const [assembler, received]: [FrameAssembler, number[][]] = [new FrameAssembler(), []]
        for (let at = 0, cut = 0; at < wire.length; cut += 1) {
          const end = at + (cuts[cut % cuts.length] ?? 1)
          const piece = wire.slice(at, end)
          assembler.append(piece)
          // Whoever gave it uses its memory again.
          piece.fill(0xff)
          at = end
          // Not asked each time, so that some come early.
          if (cut % 3 === 0) continue
          for (let next = assembler.next(400); next.kind === 'whole'; next = assembler.next(400))
            received.push([...next.bytes])
        }
        for (let next = assembler.next(400); next.kind === 'whole'; next = assembler.next(400))
          received.push([...next.bytes])
        expect(received).toEqual(sent.map((frame) => [...frame]))
        expect(assembler.next(400).kind).toBe('empty')
      }),
    )
  })

  it('are refused by their length, before there is any memory for them', () => {
    const tooLong = new FrameAssembler()
    tooLong.append(Uint8Array.from(varint(1 << 20)))
    expect(tooLong.next(1 << 19)).toMatchObject({ kind: 'refused' })
    const endless = new FrameAssembler()
    endless.append(new Uint8Array(5).fill(0x80))
    expect(endless.next(1 << 30)).toMatchObject({ kind: 'refused' })
  })

  it('that nobody asks for ask for a pause', () => {
    const assembler = new FrameAssembler()
    for (let left = 1 << 18; left > 0; left -= 1 << 16) {
      expect(assembler.wantsMore).toBe(true)
      assembler.append(new Uint8Array(1 << 16))
    }
    expect(assembler.wantsMore).toBe(false)
  })
})
