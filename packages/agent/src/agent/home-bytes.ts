import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import type { BlobService, BlobStore } from '../blobs/index.js'
import type { HomeBytes } from '../home/index.js'

/** How long one segment may take to come from the agent that rendered it. */
const fetchWithinMs = 120_000

/** The home's bytes: in this agent's store, fetched from whoever offered them. */
export function createHomeBytes(store: BlobStore, service: BlobService): HomeBytes {
  return {
    path: (id) => store.path(id),
    has: (id) => store.has(id),
    fetch: async (from, id) => {
      await service.fetchBlob(from, id, { signal: AbortSignal.timeout(fetchWithinMs) })
    },
    dropIfDamaged: async (id) => {
      if (!(await store.has(id))) return
      const hash = createHash('sha256')
      await pipeline(await store.openRead(id), hash)
      if (hash.digest('hex') !== id) await store.delete(id)
    },
  }
}
