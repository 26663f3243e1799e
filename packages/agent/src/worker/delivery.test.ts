import type { OfferMessage, OfferReply, PeerId, WorkMessage } from '@sheaf/protocol'
import { describe, expect, it } from 'vitest'
import { Delivery } from './delivery.js'
import type { KeptSegment } from './ports.js'
import { blobOf, film, memoryKept, memoryLog, other, self, settled } from './testing/make-work.js'

const keptOf = (index: number, change: Partial<KeptSegment> = {}): KeptSegment => ({
  jobId: film,
  generation: 1,
  index,
  blob: blobOf(`${index}`),
  sizeBytes: 3,
  renderMs: 12.6,
  landed: false,
  ...change,
})
const replyTo = ({ jobId, generation, index, blob }: KeptSegment, outcome: OfferReply['outcome']): OfferReply => ({
  kind: 'offer-reply',
  jobId,
  generation,
  index,
  blob,
  outcome,
})

function deskOf(segments: readonly KeptSegment[], start: { home?: PeerId; connected?: boolean } = {}) {
  const kept = memoryKept(segments)
  const world = { home: start.home ?? other, connected: start.connected ?? true, nowMs: 0 }
  const sent: { to: PeerId; message: WorkMessage }[] = []
  const here: OfferMessage[] = []
  const invalid: number[] = []
  const delivery = new Delivery(
    { kept, log: memoryLog() },
    {
      self,
      homeOf: () => world.home,
      isConnected: () => world.connected,
      send: (to, message) => void sent.push({ to, message }),
      offerHere: async (offer) => {
        here.push(offer)
        return { ...offer, kind: 'offer-reply', outcome: { kind: 'landed' } }
      },
      onChange: () => undefined,
      onInvalid: ({ index }) => void invalid.push(index),
      nowMs: () => world.nowMs,
    },
  )
  return { delivery, kept, world, sent, here, invalid }
}

describe('delivery', () => {
  it('offers what is held, once, until the answer is overdue', () => {
    const { delivery, world, sent } = deskOf([keptOf(0), keptOf(1, { landed: true })])
    delivery.offerDue()
    delivery.offerDue()
    expect(sent).toEqual([
      {
        to: other,
        message: { kind: 'offer', jobId: film, generation: 1, index: 0, blob: blobOf('0'), sizeBytes: 3, renderMs: 13 },
      },
    ])
    world.nowMs = 9_999
    delivery.offerDue()
    expect(sent.length).toBe(1)
    world.nowMs = 10_000
    delivery.offerDue()
    expect(sent.length).toBe(2)
  })

  it('offers when the home connects, and again when it was lost meanwhile', () => {
    const { delivery, world, sent } = deskOf([keptOf(0)], { connected: false })
    delivery.offerDue()
    expect(sent).toEqual([])
    world.connected = true
    delivery.offerDue()
    delivery.onPeerLost(self)
    delivery.offerDue()
    expect(sent.length).toBe(1)
    delivery.onPeerLost(other)
    delivery.offerDue()
    expect(sent.length).toBe(2)
  })

  it('offers to the next home at once', () => {
    const { delivery, world, sent } = deskOf([keptOf(0)])
    delivery.offerDue()
    world.home = 'third' as PeerId
    delivery.offerDue()
    expect(sent.map(({ to }) => to)).toEqual([other, 'third'])
  })

  it('holds no more what landed', async () => {
    const { delivery, world, sent, kept } = deskOf([keptOf(0)])
    delivery.offerDue()
    await delivery.onReply(replyTo(keptOf(0), { kind: 'landed' }))
    world.nowMs = 60_000
    delivery.offerDue()
    expect([sent.length, delivery.held(), kept.get(keptOf(0))?.landed]).toEqual([1, [], true])
  })

  it('takes no answer about other bytes than those it has', async () => {
    const { delivery } = deskOf([keptOf(0)])
    await delivery.onReply({ ...replyTo(keptOf(0), { kind: 'landed' }), blob: blobOf('f') })
    await delivery.onReply(replyTo(keptOf(5), { kind: 'landed' }))
    expect(delivery.held().length).toBe(1)
  })

  it('forgets what the home found invalid, tells, and offers the next try at once', async () => {
    const { delivery, kept, sent, invalid } = deskOf([keptOf(0)])
    delivery.offerDue()
    await delivery.onReply(replyTo(keptOf(0), { kind: 'invalid', code: 'SHEAF_SEGMENT_INVALID', message: 'torn' }))
    expect([invalid, delivery.held()]).toEqual([[0], []])
    await kept.put(keptOf(0))
    delivery.offerDue()
    expect(sent.length).toBe(2)
  })

  it.each([{ kind: 'retry', message: 'busy' }, { kind: 'not-home' }] as const)(
    'keeps on holding after $kind',
    async (outcome) => {
      const { delivery, world, sent } = deskOf([keptOf(0)])
      delivery.offerDue()
      await delivery.onReply(replyTo(keptOf(0), outcome))
      expect(delivery.held().length).toBe(1)
      world.nowMs = 10_000
      delivery.offerDue()
      expect(sent.length).toBe(2)
    },
  )

  it('lands on its own machine without a message', async () => {
    const { delivery, sent, here } = deskOf([keptOf(0)], { home: self })
    delivery.offerDue()
    await settled()
    expect([sent.length, here.length, delivery.held().length]).toEqual([0, 1, 0])
  })
})
