import { applyFact, emptyFarmState, type FarmState } from '@sheaf/coordinator'
import type { BlobId, Fact, FactHash, FactIntent, JobId, LogId, PeerId } from '@sheaf/protocol'

/** The state of a farm in which `author` signed these, one after another. */
export function farmOf(author: PeerId, ...intents: readonly FactIntent[]): FarmState {
  return intents.reduce((farm, intent, at) => applyFact(farm, factOf(author, at + 1, intent)), emptyFarmState)
}

/** A fact with everything but kind, payload, author and counter made up. */
export function factOf(author: PeerId, lamport: number, intent: FactIntent): Fact {
  const stamp = { author, lamport, hash: `h${lamport}` as FactHash }
  return { ...intent, stamp, logId: 'log' as LogId, seq: lamport }
}

/** Three segments of ten frames. */
export function submission(jobId: JobId, manifest: BlobId): FactIntent {
  const rate = { num: 25, den: 1 }
  const what = { name: 'film', engine: 'ffmpeg', priority: 50, preset: 'h264', fingerprint: 'print' } as const
  const output = { outputPath: '/film.mp4', overwrite: false }
  return {
    kind: 'job-submitted',
    payload: { jobId, submittedAtMs: 1, manifest, segmentFrames: [10, 10, 10], rate, ...what, ...output },
  }
}

/** Lands segments with these bytes. */
export function landing(jobId: JobId, by: PeerId, blobs: Readonly<Record<number, BlobId>>): FactIntent {
  const segments = Object.entries(blobs).map(([index, blob]) => ({
    index: Number(index),
    blob,
    sizeBytes: 1,
    renderedBy: by,
    renderMs: 1,
  }))
  return { kind: 'segments-landed', payload: { jobId, generation: 1, epoch: 0, segments } }
}
