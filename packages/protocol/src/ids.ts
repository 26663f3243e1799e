declare const brand: unique symbol
type Brand<T, B extends string> = T & { readonly [brand]: B }

/** libp2p peer id in base58, the name of an agent (`12D3Koo…`). */
export type PeerId = Brand<string, 'PeerId'>
/** Time-ordered id of a job: lower-case, 20 characters of base32 (see `jobIdFrom`). */
export type JobId = Brand<string, 'JobId'>
/** SHA-256 of a blob's bytes, 64 lower-case hex digits. */
export type BlobId = Brand<string, 'BlobId'>
/** Random id of one author's fact log, new with each store, 32 hex digits. */
export type LogId = Brand<string, 'LogId'>
/** SHA-256 of a signed fact's body, 64 lower-case hex digits. */
export type FactHash = Brand<string, 'FactHash'>
/** A farm's first public key, 64 lower-case hex digits: its name, also after the key was rotated. Told to members only. */
export type FarmId = Brand<string, 'FarmId'>
/** Ed25519 public key of a farm key, 64 lower-case hex digits. */
export type FarmKeyId = Brand<string, 'FarmKeyId'>
/** Id of one asset inside a job's manifest: `a0`, `a1` … in order of first use. */
export type AssetId = Brand<string, 'AssetId'>
/** Id of a lease, unique within the term that granted it. */
export type LeaseId = Brand<string, 'LeaseId'>

const patterns = {
  peerId: /^[1-9A-HJ-NP-Za-km-z]{20,80}$/,
  jobId: /^[0-9a-z]{20}$/,
  hex64: /^[0-9a-f]{64}$/,
  hex32: /^[0-9a-f]{32}$/,
  assetId: /^a(?:0|[1-9][0-9]{0,5})$/,
} as const

/** Narrows text to a `PeerId`; `undefined` when it cannot be one. */
export const parsePeerId = (text: string): PeerId | undefined =>
  patterns.peerId.test(text) ? (text as PeerId) : undefined
/** Narrows text to a `JobId`; `undefined` when it cannot be one. */
export const parseJobId = (text: string): JobId | undefined => (patterns.jobId.test(text) ? (text as JobId) : undefined)
/** Narrows text to a `BlobId`; `undefined` when it cannot be one. */
export const parseBlobId = (text: string): BlobId | undefined =>
  patterns.hex64.test(text) ? (text as BlobId) : undefined
/** Narrows text to a `LogId`; `undefined` when it cannot be one. */
export const parseLogId = (text: string): LogId | undefined => (patterns.hex32.test(text) ? (text as LogId) : undefined)
/** Narrows text to a `FactHash`; `undefined` when it cannot be one. */
export const parseFactHash = (text: string): FactHash | undefined =>
  patterns.hex64.test(text) ? (text as FactHash) : undefined
/** Narrows text to a `FarmId`; `undefined` when it cannot be one. */
export const parseFarmId = (text: string): FarmId | undefined =>
  patterns.hex64.test(text) ? (text as FarmId) : undefined
/** Narrows text to a `FarmKeyId`; `undefined` when it cannot be one. */
export const parseFarmKeyId = (text: string): FarmKeyId | undefined =>
  patterns.hex64.test(text) ? (text as FarmKeyId) : undefined
/** Narrows text to an `AssetId`; `undefined` when it cannot be one. */
export const parseAssetId = (text: string): AssetId | undefined =>
  patterns.assetId.test(text) ? (text as AssetId) : undefined

/** Makes a job id that sorts by submission time: 9 digits of base36 milliseconds, 11 of randomness given by the caller. */
export function jobIdFrom(submittedAtMs: number, random: Uint8Array): JobId {
  let tail = ''
  for (const byte of random.subarray(0, 11)) tail += (byte % 36).toString(36)
  return `${submittedAtMs.toString(36).padStart(9, '0')}${tail.padEnd(11, '0')}` as JobId
}
