import { SheafError, type OfferMessage } from '@sheaf/protocol'
import { describe, expect, it } from 'vitest'
import { blobOf, deferred, film, memoryLog, other, self, settled } from '../worker/testing/make-work.js'
import { Landing } from './landing.js'
import type { HomeJob } from './ports.js'
import { fakeBytes, fakeFarm, jobOf, smallMaterials } from './testing/make-home.js'

const offerOf = (index: number, blob = blobOf(`${index}`)): OfferMessage => ({
  kind: 'offer',
  jobId: film,
  generation: 1,
  index,
  blob,
  sizeBytes: 9,
  renderMs: 20,
})
const invalid = new SheafError({ code: 'SHEAF_SEGMENT_INVALID', message: 'no key frame' })

function homeOf(job: Partial<HomeJob> = {}) {
  const farm = fakeFarm(jobOf(job))
  const store = fakeBytes()
  const log = memoryLog()
  const checked: number[] = []
  const world: { problem?: Error } = {}
  const check = async ({ offer }: { offer: OfferMessage }): Promise<void> => {
    checked.push(offer.index)
    if (world.problem !== undefined) throw world.problem
  }
  const landing = new Landing(
    { farm, bytes: store.bytes, materials: smallMaterials, check, append: farm.append, log },
    { self },
  )
  return { farm, store, log, landing, checked, world }
}

describe('a home', () => {
  it('fetches, checks and signs what it is offered, under its own generation and epoch', async () => {
    const { farm, store, landing, checked } = homeOf({ generation: 3 })
    const reply = await landing.offer(other, offerOf(1))
    expect(reply).toEqual({
      kind: 'offer-reply',
      jobId: film,
      generation: 1,
      index: 1,
      blob: blobOf('1'),
      outcome: { kind: 'landed' },
    })
    expect(store.fetched).toEqual([{ from: other, id: blobOf('1') }])
    expect(checked).toEqual([1])
    const segment = { index: 1, blob: blobOf('1'), sizeBytes: 9, renderedBy: other, renderMs: 20 }
    expect(farm.signed).toEqual([
      { kind: 'segments-landed', payload: { jobId: film, generation: 3, epoch: 2, segments: [segment] } },
    ])
  })

  it('says landed only when the fact is on disk', async () => {
    const { farm, landing } = homeOf()
    farm.gate = deferred()
    let said = false
    const reply = landing.offer(other, offerOf(0)).then((answer) => {
      said = true
      return answer
    })
    await settled()
    expect(said).toBe(false)
    farm.gate.resolve(undefined)
    expect((await reply).outcome).toEqual({ kind: 'landed' })
  })

  it('signs one fact for two offers of one segment at a time', async () => {
    const { farm, landing, log } = homeOf()
    farm.gate = deferred()
    const replies = [
      landing.offer(other, offerOf(0)),
      landing.offer(self, offerOf(0)),
      landing.offer(self, offerOf(0, blobOf('f'))),
    ]
    await settled()
    farm.gate.resolve(undefined)
    expect((await Promise.all(replies)).map(({ outcome }) => outcome.kind)).toEqual(['landed', 'landed', 'landed'])
    expect(farm.signed.length).toBe(1)
    expect(log.said.filter(({ message }) => message === 'bytes differ').length).toBe(1)
  })

  it('does not fetch again what has landed', async () => {
    const { farm, store, landing } = homeOf()
    farm.landed.set(0, blobOf('0'))
    expect((await landing.offer(other, offerOf(0))).outcome).toEqual({ kind: 'landed' })
    expect([store.fetched, farm.signed]).toEqual([[], []])
  })

  it.each([{ home: other }, { open: false }])('answers not-home when it is not: %o', async (change) => {
    const { farm, landing, store } = homeOf(change)
    expect((await landing.offer(other, offerOf(0))).outcome).toEqual({ kind: 'not-home' })
    farm.jobs.clear()
    expect((await landing.offer(other, offerOf(0))).outcome).toEqual({ kind: 'not-home' })
    expect(store.fetched).toEqual([])
  })

  it('names bytes invalid that fail the check, signs nothing, and does not keep damaged ones', async () => {
    const { farm, landing, world, store } = homeOf()
    world.problem = invalid
    expect((await landing.offer(other, offerOf(0))).outcome).toEqual({
      kind: 'invalid',
      code: 'SHEAF_SEGMENT_INVALID',
      message: 'no key frame',
    })
    expect([farm.signed, store.dropped]).toEqual([[], [blobOf('0')]])
    delete world.problem
    expect((await landing.offer(other, offerOf(0))).outcome).toEqual({ kind: 'landed' })
  })

  it('asks for another try when bytes cannot be fetched, or the fact cannot be written', async () => {
    const { farm, landing, store } = homeOf()
    store.break(new SheafError({ code: 'SHEAF_TIMEOUT', message: 'nobody answered' }))
    expect((await landing.offer(other, offerOf(0))).outcome).toEqual({ kind: 'retry', message: 'nobody answered' })
    store.break(undefined)
    farm.gate = deferred()
    farm.gate.reject(new Error('disk full'))
    expect((await landing.offer(other, offerOf(0))).outcome).toEqual({ kind: 'retry', message: 'disk full' })
    expect(farm.signed).toEqual([])
  })
})
