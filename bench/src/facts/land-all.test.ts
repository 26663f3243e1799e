import { describe, expect, it } from 'vitest'
import { jobIdFrom, type BlobId, type Fact, type FactIntent, type LandedSegment, type PeerId } from '@sheaf/protocol'
import { landAll } from './land-all.js'

const place = { jobId: jobIdFrom(0, new Uint8Array(11)), generation: 0, epoch: 0 }
const segmentsOf = (count: number): readonly LandedSegment[] =>
  Array.from({ length: count }, (_, index) => ({
    index,
    blob: index.toString(16).padStart(64, '0') as BlobId,
    sizeBytes: 1,
    renderedBy: '12D3KooWAnyPeer' as PeerId,
    renderMs: 1,
  }))

/** A farm in memory that signs at once and replicates when told to. */
function memoryFarm() {
  const signed: Fact[] = []
  const release: (() => void)[] = []
  return {
    signed,
    release,
    farm: {
      append: async (intents: readonly FactIntent[]) => {
        const facts = intents.map((intent) => ({ ...intent, logId: 'log', seq: signed.length + 1 }) as unknown as Fact)
        signed.push(...facts)
        return facts
      },
      whenReplicated: () => new Promise<void>((resolve) => release.push(resolve)),
    },
  }
}
const { signal } = new AbortController()
const turn = () => new Promise((resolve) => setImmediate(resolve))
const landed = (facts: readonly Fact[]) =>
  facts.flatMap((fact) => (fact.kind === 'segments-landed' ? fact.payload.segments.map(({ index }) => index) : []))

describe('landAll', () => {
  it('offers no more than so many at once, and the next only when one is on the disks of the peers', async () => {
    const { farm, signed, release } = memoryFarm()
    let done = false
    const all = landAll(farm, { place, segments: segmentsOf(5), inFlight: 2, signal }).then((times) => {
      done = true
      return times
    })
    await turn()
    expect(landed(signed)).toEqual([0, 1])
    release.shift()?.()
    await turn()
    expect(landed(signed)).toEqual([0, 1, 2])
    while (release.length > 0) {
      expect(done).toBe(false)
      for (const resolve of release.splice(0)) resolve()
      await turn()
    }
    const times = await all
    expect(landed(signed).sort()).toEqual([0, 1, 2, 3, 4])
    expect(times.landingMs).toHaveLength(5)
    expect(times.facts).toBe(signed.length)
  })

  it('fails when landings cannot be signed', async () => {
    const { farm } = memoryFarm()
    const broken = { ...farm, append: () => Promise.reject(new Error('disk full')) }
    await expect(landAll(broken, { place, segments: segmentsOf(1), inFlight: 1, signal })).rejects.toThrow('disk full')
  })

  it('does not wait for ever for a landing that hangs', async () => {
    const { farm } = memoryFarm()
    const hanging = { ...farm, append: () => new Promise<readonly Fact[]>(() => undefined) }
    const stop = new AbortController()
    const all = landAll(hanging, { place, segments: segmentsOf(3), inFlight: 1, signal: stop.signal })
    stop.abort(new Error('long enough'))
    await expect(all).rejects.toThrow('long enough')
  })
})
