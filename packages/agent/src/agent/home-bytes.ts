import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import type { BlobService, BlobStore } from '../blobs/index.js'
import type { HomeBytes } from '../home/index.js'

/**
 * The home's bytes: in this agent's store, fetched from whoever offered them. A fetch may take as long as it
 * likes while bytes come: a large segment on a slow line. `BlobClient` gives up a peer that is silent.
 */
export function createHomeBytes(store: BlobStore, service: Pick<BlobService, 'fetchBlob'>): HomeBytes {
  return {
    path: (id) => store.path(id),
    has: (id) => store.has(id),
    fetch: async (from, id) => {
      await service.fetchBlob(from, id)
    },
    dropIfDamaged: async (id) => {
      if (!(await store.has(id))) return
      const hash = createHash('sha256')
      await pipeline(await store.openRead(id), hash)
      if (hash.digest('hex') !== id) await store.delete(id)
    },
  }
}
