import type { FactIntent, LandedSegment } from '@sheaf/protocol'
import { describe, expect, it } from 'vitest'
import { blobOf, clip, deferred, film, self, settled, span } from '../worker/testing/make-work.js'
import { LandingBatches } from './landing-batches.js'

const place = { jobId: film, generation: 1, epoch: 0 }
const segmentOf = (index: number): LandedSegment => ({
  index,
  blob: blobOf(`${index}`),
  sizeBytes: 1,
  renderedBy: self,
  renderMs: 1,
})
const sizes = (intents: readonly FactIntent[]): number[] =>
  intents.map((intent) => (intent.kind === 'segments-landed' ? intent.payload.segments.length : -1))

function batchesOf() {
  const calls: { intents: readonly FactIntent[]; end: ReturnType<typeof deferred<readonly never[]>> }[] = []
  const batches = new LandingBatches((intents) => {
    const end = deferred<readonly never[]>()
    calls.push({ intents, end })
    return end.promise
  })
  return { batches, calls }
}

describe('landings', () => {
  it('are signed at once when alone, and together while another batch is being synced', async () => {
    const { batches, calls } = batchesOf()
    const first = batches.land(place, segmentOf(0))
    const others = span(1, 131).map((index) => batches.land(place, segmentOf(index)))
    await settled()
    expect(calls.map(({ intents }) => sizes(intents))).toEqual([[1]])
    calls[0]?.end.resolve([])
    await first
    await settled()
    expect(calls.map(({ intents }) => sizes(intents))).toEqual([[1], [64, 64, 2]])
    calls[1]?.end.resolve([])
    await Promise.all(others)
  })

  it('of different jobs, generations and epochs are different facts', async () => {
    const { batches, calls } = batchesOf()
    void batches.land(place, segmentOf(0))
    void batches.land(place, segmentOf(1))
    void batches.land({ ...place, jobId: clip }, segmentOf(1))
    void batches.land({ ...place, generation: 2 }, segmentOf(2))
    void batches.land({ ...place, epoch: 1 }, segmentOf(3))
    void batches.land(place, segmentOf(4))
    calls[0]?.end.resolve([])
    await settled()
    expect(
      calls[1]?.intents.map(({ kind, payload }) => [
        kind,
        'jobId' in payload && payload.jobId,
        'segments' in payload && payload.segments.map(({ index }) => index),
      ]),
    ).toEqual([
      ['segments-landed', film, [1, 4]],
      ['segments-landed', clip, [1]],
      ['segments-landed', film, [2]],
      ['segments-landed', film, [3]],
    ])
    expect(
      calls[1]?.intents.map(({ payload }) => [
        'generation' in payload && payload.generation,
        'epoch' in payload && payload.epoch,
      ]),
    ).toEqual([
      [1, 0],
      [1, 0],
      [2, 0],
      [1, 1],
    ])
  })

  it('that cannot be written are refused to all who wait for them, and the next ones go on', async () => {
    const { batches, calls } = batchesOf()
    const first = batches.land(place, segmentOf(0))
    const second = batches.land(place, segmentOf(1))
    calls[0]?.end.reject(new Error('disk full'))
    await expect(first).rejects.toThrow('disk full')
    await settled()
    calls[1]?.end.resolve([])
    await expect(second).resolves.toBeUndefined()
  })
})
