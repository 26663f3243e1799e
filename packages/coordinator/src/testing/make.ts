import {
  type BlobId,
  type Fact,
  type FactHash,
  type FactIntent,
  type Heartbeat,
  type JobId,
  type LogId,
  type PeerId,
} from '@sheaf/protocol'

export const peerOf = (name: string): PeerId => `peer-${name}` as PeerId
export const jobOf = (name: string): JobId => `job-${name}` as JobId
export const blobOf = (name: string): BlobId => `blob-${name}` as BlobId

let hashes = 0
/** A fact with everything but kind, payload, author and lamport made up; hashes are unique. */
export function fact(
  author: PeerId,
  lamport: number,
  intent: FactIntent,
  hash = `h${String(hashes++).padStart(8, '0')}`,
): Fact {
  const stamp = { author, lamport, hash: hash as FactHash }
  return { ...intent, stamp, logId: `log-${author}` as LogId, seq: lamport }
}

export interface SubmittedInit {
  readonly job?: JobId
  readonly segments?: number
  readonly frames?: number
  readonly priority?: number
  readonly submittedAtMs?: number
  readonly fingerprint?: string
}

/** A `job-submitted` intent of ten segments of 50 frames unless told otherwise. */
export function submission(init: SubmittedInit = {}): FactIntent {
  return {
    kind: 'job-submitted',
    payload: {
      jobId: init.job ?? jobOf('1'),
      name: 'film',
      submittedAtMs: init.submittedAtMs ?? 1000,
      engine: 'ffmpeg',
      manifest: blobOf('manifest'),
      segmentFrames: Array.from({ length: init.segments ?? 10 }, () => init.frames ?? 50),
      rate: { num: 25, den: 1 },
      priority: init.priority ?? 50,
      preset: 'h264',
      fingerprint: init.fingerprint ?? 'print',
      outputPath: '/film.mp4',
      overwrite: false,
    },
  }
}

/** A landing intent; the blob of a segment is named after its index. */
export function landing(
  job: JobId,
  indexes: readonly number[],
  by: PeerId,
  extra: { epoch?: number; generation?: number; renderMs?: number } = {},
): FactIntent {
  const { epoch = 0, generation = 1, renderMs = 1000 } = extra
  const segments = indexes.map((index) => ({
    index,
    blob: blobOf(`${index}`),
    sizeBytes: 10,
    renderedBy: by,
    renderMs,
  }))
  return { kind: 'segments-landed', payload: { jobId: job, generation, epoch, segments } }
}

/** A heartbeat of an idle agent with one slot and score 100. */
export function heartbeat(
  init: Partial<Omit<Heartbeat, 'ability'>> & { ability?: Partial<Heartbeat['ability']> } = {},
): Heartbeat {
  const { ability, ...rest } = init
  return {
    kind: 'heartbeat',
    status: 'awake',
    uptimeMs: 1000,
    highestCounter: 0,
    leases: [],
    running: [],
    held: [],
    ...rest,
    ability: {
      name: 'agent',
      version: '1',
      role: 'artist',
      slots: 1,
      scores: { ffmpeg: 100 },
      fingerprints: { ffmpeg: 'print' },
      ...ability,
    },
  }
}

/** Freezes a value and all that it holds, so that a test fails where an input is written to. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(deepFreeze)
  }
  return value
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
