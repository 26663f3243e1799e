import { dirname } from 'node:path'
import { isSheafError, type AssetId } from '@sheaf/protocol'
import type { MediaIndex, MediaState, MediaTarget, PictureSpan } from '@sheaf/timeline'
import { filesOf, type AssetSource } from '../blobs/index.js'
import { findSequence, type FindSequenceInit } from './find-sequence.js'
import { DiskFinder, type MediaFinder } from './media-finder.js'

/** A medium that an edit names, found and indexed, or the reason why not. */
export interface FoundMedium {
  readonly target: MediaTarget
  readonly assetId: AssetId
  readonly path: string
  readonly state: MediaState
  readonly source: AssetSource | undefined
}

/** A medium that is a part of a file: bytes [start, end), and what it is called. */
export interface MediumPart {
  readonly start: number
  readonly end: number
  readonly name: string
}

export interface FindMediaInit {
  readonly editPath: string
  /** Indexes the medium that a file is, or that a part of it is. */
  readonly probe: (path: string, part?: MediumPart) => Promise<MediaIndex>
  /** Where media are looked for; beside the edit without it. */
  readonly finder?: MediaFinder | undefined
  /** See {@link FindSequenceInit}. */
  readonly broken?: FindSequenceInit['broken']
  /** Which pictures of a sequence the edit shows; all without it. */
  readonly picturesOf?: ((target: MediaTarget) => PictureSpan | undefined) | undefined
}

/** How many media are indexed at a time: an index reads the whole file's headers, and disks seek. */
const atOnce = 2

/** Looks for every medium and indexes it; what is wrong with one is its `state`, so that all are reported at once. */
export async function findMedia(targets: readonly MediaTarget[], init: FindMediaInit): Promise<readonly FoundMedium[]> {
  const found: FoundMedium[] = []
  const queue = targets.map((target, at) => ({ target, at }))
  const finder = init.finder ?? new DiskFinder({ folder: dirname(init.editPath), roots: [] })
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { target, at } = next
      const base = { target, assetId: `a${at}` as AssetId }
      found[at] = { ...base, ...(await findOne(target, finder, init)) }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return found
}

type Finding = Pick<FoundMedium, 'path' | 'state' | 'source'>

async function findOne(target: MediaTarget, finder: MediaFinder, init: FindMediaInit): Promise<Finding> {
  const probe = (source: AssetSource): Promise<MediaIndex> => init.probe(source.path, partOf(source, target.path))
  const { sequence, absent } = target
  if (absent !== undefined) return { path: target.path, state: { state: 'missing', why: 'unnamed' }, source: undefined }
  if (sequence) {
    const used = init.picturesOf?.(target)
    return orUnreadable(target.path, () => findSequence(sequence, { finder, probe, used, broken: init.broken }))
  }
  const place = await finder.find(target)
  const { path } = place
  switch (place.found) {
    case 'nothing': {
      const why = place.why === 'absent' ? {} : { looked: path, why: place.why }
      return { path, state: { state: 'missing', ...why }, source: undefined }
    }
    case 'folder':
    case 'other': {
      const reason = place.found === 'folder' ? 'it is not a file' : place.reason
      return { path, state: { state: 'unreadable', reason }, source: undefined }
    }
    case 'file': {
      const { source } = place
      if (source.sizeBytes === 0) return { path, state: { state: 'empty' }, source }
      return orUnreadable(path, async () => ({ path, state: { state: 'indexed', index: await probe(source) }, source }))
    }
  }
}

/** What ffprobe cannot read is the medium's state; an error of our own is none of theirs. */
async function orUnreadable(path: string, find: () => Promise<Finding>): Promise<Finding> {
  try {
    return await find()
  } catch (error) {
    if (!isSheafError(error)) throw error
    return { path, state: { state: 'unreadable', reason: error.message }, source: undefined }
  }
}

function partOf({ sizeBytes, within }: AssetSource, name: string): MediumPart | undefined {
  if (within === undefined) return undefined
  return { start: within.offset, end: within.offset + sizeBytes, name }
}

/** Every file that found media are made of. */
export const filesOfMedia = (media: readonly FoundMedium[]): readonly string[] => [
  ...new Set(media.flatMap(({ source }) => (source ? filesOf(source).map(({ path }) => path) : []))),
]
