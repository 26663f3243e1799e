import type { PeerId } from '@sheaf/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Dialer } from './dialer.js'
import { silentLog } from './silent-log.js'

const peer = '12D3KooWMziNuHk31GYTE3E14NeJis2s6AvaXQJePxkzFbKH4mpn' as PeerId
const peerOf = (n: number): PeerId => `${peer.slice(0, 48)}${String(n).padStart(4, '1')}` as PeerId
const hourMs = 3_600_000

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A dialer that reaches nobody but where `leads` says so. */
function failing(init: { remembered?: boolean; leads?: (addresses: readonly string[]) => boolean } = {}) {
  const dialled: (readonly string[])[] = []
  let connected = false
  const dialer = new Dialer({
    dial: (addresses) => {
      dialled.push(addresses)
      connected = init.leads?.(addresses) ?? false
      return connected ? Promise.resolve(peer) : Promise.reject(new Error('nobody there'))
    },
    isConnected: () => connected,
    refusedUntilMs: () => 0,
    isRemembered: () => init.remembered ?? false,
    log: silentLog,
  })
  return { dialer, dialled }
}

describe('Dialer', () => {
  it('gives a peer up that nobody remembers', async () => {
    const { dialer, dialled } = failing()
    dialer.heardOf(peer, ['/a'])
    await vi.advanceTimersByTimeAsync(10 * hourMs)
    expect(dialled).toHaveLength(25)
    await dialer.stop()
  })

  it('goes on to ask for one that is remembered, but rarely', async () => {
    const { dialer, dialled } = failing({ remembered: true })
    dialer.heardOf(peer, ['/a'])
    await vi.advanceTimersByTimeAsync(hourMs)
    dialled.length = 0
    await vi.advanceTimersByTimeAsync(hourMs)
    expect(dialled.length).toBeGreaterThanOrEqual(12)
    expect(dialled.length).toBeLessThanOrEqual(24)
    await dialer.stop()
  })

  it('comes to each of many addresses, four in an attempt', async () => {
    const addresses = Array.from({ length: 16 }, (_, n) => `/${n}`)
    const { dialer, dialled } = failing({ leads: (tried) => tried.includes('/15') })
    dialer.heardOf(peer, addresses)
    await vi.advanceTimersByTimeAsync(hourMs)
    expect(dialled).toEqual([0, 4, 8, 12].map((from) => addresses.slice(from, from + 4)))
    await dialer.stop()
  })

  it('tries what was heard last first and keeps what it knew', async () => {
    const { dialer, dialled } = failing()
    dialer.found(peer, ['/old'])
    await vi.advanceTimersByTimeAsync(0)
    dialer.heardOf(peer, ['/new'])
    await vi.advanceTimersByTimeAsync(0)
    expect(dialled).toEqual([['/old'], ['/new', '/old']])
    await dialer.stop()
  })

  it('does not dial more peers than a farm may have, whatever it hears', async () => {
    const { dialer, dialled } = failing()
    for (let n = 0; n < 3_000; n++) dialer.heardOf(peerOf(n), ['/a'])
    await vi.advanceTimersByTimeAsync(0)
    expect(dialled).toHaveLength(2_000)
    await dialer.stop()
  })
})
