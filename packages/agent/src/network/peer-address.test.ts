import os from 'node:os'
import type { PeerId } from '@sheaf/protocol'
import { describe, expect, it } from 'vitest'
import { dialableAddress, isLoopback, isOnThisMachine } from './peer-address.js'

const peer = '12D3KooWMziNuHk31GYTE3E14NeJis2s6AvaXQJePxkzFbKH4mpn' as PeerId
const other = '12D3KooWSCLyU7Yzz4Xcnk8YKMQPUxKTq2iX4hpAxGgAwwpoR2Kn'

describe('dialableAddress', () => {
  it.each([
    ['/ip4/10.0.0.1/tcp/7433', `/ip4/10.0.0.1/tcp/7433/p2p/${peer}`],
    [`/ip4/10.0.0.1/tcp/7433/p2p/${peer}`, `/ip4/10.0.0.1/tcp/7433/p2p/${peer}`],
    ['/ip6/2001:db8::1/tcp/1', `/ip6/2001:db8::1/tcp/1/p2p/${peer}`],
    ['/dns4/render-7.studio/tcp/7433', `/dns4/render-7.studio/tcp/7433/p2p/${peer}`],
  ])('puts the peer into %s', (address, expected) => {
    expect(dialableAddress(address, peer)).toBe(expected)
  })

  it.each([
    '',
    'workstation-7',
    '/ip4/10.0.0.1',
    '/ip4/300.0.0.1/tcp/1',
    '/ip4/0.0.0.0/tcp/7433',
    '/ip4/10.0.0.1/tcp/0',
    '/ip4/10.0.0.1/udp/7433',
    '/ip4/10.0.0.1/tcp/7433/ws',
    '/unix/tmp%2fsocket',
    `/ip4/10.0.0.1/tcp/7433/p2p/${other}`,
    `/ip4/10.0.0.1/tcp/7433/p2p/${other}/p2p-circuit/p2p/${peer}`,
    `/dns4/${'h'.repeat(240)}/tcp/1`,
  ])('refuses %j', (address) => {
    expect(dialableAddress(address, peer)).toBeUndefined()
  })
})

describe('places', () => {
  it('tells loopback from everything else', () => {
    expect(
      ['/ip4/127.0.0.1/tcp/1', '/ip4/127.8.8.8/tcp/1', '/ip6/::1/tcp/1', '/dns4/localhost/tcp/1'].every(isLoopback),
    ).toBe(true)
    expect(['/ip4/10.0.0.1/tcp/1', '/ip6/::2/tcp/1', '/dns4/localhost.example/tcp/1'].some(isLoopback)).toBe(false)
  })

  it("knows this machine's own addresses", () => {
    const own = Object.values(os.networkInterfaces()).flatMap((addresses) => addresses ?? [])
    for (const { address, family } of own) {
      expect(isOnThisMachine(`/${family === 'IPv4' ? 'ip4' : 'ip6'}/${address}/tcp/1`)).toBe(true)
    }
    expect(isOnThisMachine('/ip4/192.0.2.1/tcp/1')).toBe(false)
  })
})
