import { stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { isSheafError, type AssetId } from '@sheaf/protocol'
import type { MediaIndex, MediaState, MediaTarget } from '@sheaf/timeline'
import type { AssetSource } from '../blobs/index.js'

/** A medium that an edit names, found and indexed, or the reason why not. */
export interface FoundMedium {
  readonly target: MediaTarget
  readonly assetId: AssetId
  readonly path: string
  readonly state: MediaState
  readonly source: AssetSource | undefined
}

export interface FindMediaInit {
  readonly editPath: string
  readonly probe: (path: string) => Promise<MediaIndex>
}

/** How many media are indexed at a time: an index reads the whole file's headers, and disks seek. */
const atOnce = 2

/** Looks for every medium and indexes it; what is wrong with one is its `state`, so that all are reported at once. */
export async function findMedia(targets: readonly MediaTarget[], init: FindMediaInit): Promise<readonly FoundMedium[]> {
  const found: FoundMedium[] = []
  const queue = targets.map((target, at) => ({ target, at }))
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      found[next.at] = await findOne(next.target, `a${next.at}` as AssetId, init)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return found
}

async function findOne(target: MediaTarget, assetId: AssetId, init: FindMediaInit): Promise<FoundMedium> {
  const { path, facts } = await locate(target, dirname(init.editPath))
  const base = { target, assetId, path }
  if (facts === undefined) return { ...base, state: { state: 'missing' }, source: undefined }
  const { size: sizeBytes, mtimeMs, ctimeMs, ino } = facts
  const source: AssetSource = { path, sizeBytes, mtimeMs, ctimeMs, ino }
  if (!facts.isFile()) return { ...base, state: { state: 'unreadable', reason: 'it is not a file' }, source: undefined }
  if (facts.size === 0) return { ...base, state: { state: 'empty' }, source }
  try {
    return { ...base, state: { state: 'indexed', index: await init.probe(path) }, source }
  } catch (error) {
    if (!isSheafError(error)) throw error
    return { ...base, state: { state: 'unreadable', reason: error.message }, source }
  }
}

/** The path as it is written, else with its percent escapes resolved: both are seen in the wild. */
async function locate({ path, decodedPath }: MediaTarget, folder: string) {
  const written = resolve(folder, path)
  const facts = await stat(written).catch(() => undefined)
  if (facts !== undefined || decodedPath === undefined) return { path: written, facts }
  const decoded = resolve(folder, decodedPath)
  const decodedFacts = await stat(decoded).catch(() => undefined)
  return decodedFacts === undefined ? { path: written, facts } : { path: decoded, facts: decodedFacts }
}
