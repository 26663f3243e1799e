import type { BlobId, JobId, LeaseId, LeaseMessage, PeerId, RevokeMessage, Term } from '@sheaf/protocol'
import type { Log } from '../../log/index.js'
import type { JobAssets, KeptSegment, KeptSegments } from '../ports.js'
import { segmentText } from '../segment-text.js'

export const [self, other] = ['self', 'other'] as unknown as readonly [PeerId, PeerId]
export const [film, clip] = ['film', 'clip'] as unknown as readonly [JobId, JobId]
export const termOf = (counter = 1, peer = other): Term => ({ counter, peer })
export const blobOf = (text: string): BlobId => text.padEnd(64, '0') as BlobId

/** Numbers from `from` up to `to`, exclusive. */
export const span = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at)

/** A lease of `film` as a coordinator would send it. */
export function leaseOf(id: string, indexes: readonly number[], change: Partial<LeaseMessage> = {}): LeaseMessage {
  const leaseId = id as LeaseId
  const term = termOf()
  const base = {
    kind: 'lease',
    jobId: film,
    generation: 1,
    home: other,
    epoch: 0,
    durationMs: 10_000,
    order: 0,
  } as const
  return { ...base, term, leaseId, indexes, ...change }
}

/** A revocation of segments of `film`. */
export function revokeOf(indexes: readonly number[], change: Partial<RevokeMessage> = {}): RevokeMessage {
  const base = { kind: 'revoke', jobId: film, generation: 1, stopRunning: false, reason: 'test' } as const
  return { ...base, term: termOf(), indexes, ...change }
}

/** Assets of a job that has none. */
export const noAssets: JobAssets = {
  placeOf: (asset) => `/${asset}`,
  environment: {},
  failed: new AbortController().signal,
  close: () => undefined,
}

/** A log that keeps what it was told. */
export function memoryLog(): Log & { readonly said: { level: string; fields: object; message: string }[] } {
  const said: { level: string; fields: object; message: string }[] = []
  const at = (level: string) => (fields: object, message: string) => void said.push({ level, fields, message })
  const log: Log = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    scope: () => log,
  }
  return { ...log, said }
}

/** `KeptSegments` without a disk. */
export function memoryKept(init: readonly KeptSegment[] = []): KeptSegments {
  const map = new Map(init.map((segment) => [segmentText(segment), segment]))
  return {
    all: () => [...map.values()],
    unlanded: () => [...map.values()].filter(({ landed }) => !landed),
    get: (key) => map.get(segmentText(key)),
    put: async (segment) => void map.set(segmentText(segment), segment),
    forget: async (key) => void map.delete(segmentText(key)),
    forgetJob: async (jobId) => {
      const mine = [...map].filter(([, segment]) => segment.jobId === jobId)
      for (const [text] of mine) map.delete(text)
      return mine.map(([, { blob }]) => blob)
    },
  }
}

/** Resolves once `holds` does; looked at whenever something ran, for as long as the test's time allows. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

/** Lets everything that is already due run. */
export async function settled(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** A promise that the test settles. */
export interface Deferred<T> {
  readonly promise: Promise<T>
  resolve(value: T): void
  reject(error: Error): void
}

/** Makes one. */
export function deferred<T>(): Deferred<T> {
  let settle: Pick<Deferred<T>, 'resolve' | 'reject'> | undefined
  const promise = new Promise<T>((resolve, reject) => (settle = { resolve, reject }))
  return { promise, resolve: (value) => settle?.resolve(value), reject: (error) => settle?.reject(error) }
}
