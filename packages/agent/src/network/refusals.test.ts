import type { PeerId } from '@sheaf/protocol'
import { describe, expect, it } from 'vitest'
import { Refusals } from './refusals.js'

const peer = (n: number) => `peer${n}` as PeerId

describe('refusals', () => {
  it('last for their time, from the latest one on, and can be taken back', () => {
    const refusals = new Refusals(60)
    refusals.refuse(peer(1), 1000)
    expect([refusals.untilMs(peer(1)), refusals.untilMs(peer(2))]).toEqual([1060, 0])
    refusals.refuse(peer(1), 1030)
    expect(refusals.untilMs(peer(1))).toBe(1090)
    refusals.forget(peer(1))
    expect(refusals.untilMs(peer(1))).toBe(0)
  })

  it('that are over are forgotten', () => {
    const refusals = new Refusals(60)
    for (let n = 0; n < 500; n += 1) refusals.refuse(peer(n), 1000 + n)
    expect(refusals.size).toBe(60)
    refusals.refuse(peer(0), 5000)
    expect([refusals.size, refusals.untilMs(peer(0))]).toEqual([1, 5060])
  })

  it('of more strangers than are remembered leave the latest', () => {
    const refusals = new Refusals(60)
    for (let n = 0; n < 5000; n += 1) refusals.refuse(peer(n), 1000)
    expect(refusals.size).toBe(1000)
    expect([refusals.untilMs(peer(3999)), refusals.untilMs(peer(4000)), refusals.untilMs(peer(4999))]).toEqual([
      ...[0, 1060, 1060],
    ])
  })
})
