import { limits } from '@sheaf/protocol'
import type { MediaNeed } from '@sheaf/timeline'
import { blockCount } from '../blobs/index.js'

/**
 * The blocks of an asset that a render will probably read: those that it needs by its index, and before them the ends of
 * the file, where containers keep theirs. All of it when it is copied whole; none when nobody knows.
 */
export function blocksAhead({ spans }: Pick<MediaNeed, 'spans'>, sizeBytes: number, whole: boolean): Iterable<number> {
  const count = blockCount(sizeBytes)
  if (whole) return Array.from({ length: count }, (_, block) => block)
  if (spans.length === 0) return []
  const blocks = new Set([0, count - 1])
  for (const { fromByte, toByte } of spans) {
    const first = Math.floor(fromByte / limits.assetBlockBytes)
    const last = Math.min(count - 1, Math.floor((Math.min(toByte, sizeBytes) - 1) / limits.assetBlockBytes))
    for (let block = first; block <= last; block += 1) blocks.add(block)
  }
  return blocks
}
