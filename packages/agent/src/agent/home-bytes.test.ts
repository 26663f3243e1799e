import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PeerId } from '@sheaf/protocol'
import { describe, expect, it, onTestFinished } from 'vitest'
import { BlobStore, type BlobService } from '../blobs/index.js'
import { createHomeBytes } from './home-bytes.js'

const peer = 'x'.repeat(40) as PeerId

async function home(service: Pick<BlobService, 'fetchBlob'>) {
  const dir = await mkdtemp(join(tmpdir(), 'sheaf-test-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const store = await BlobStore.open(dir)
  const { id } = await store.put(new Uint8Array([1, 2, 3]))
  return { bytes: createHomeBytes(store, service), store, id }
}

describe('the bytes of the home', () => {
  it('are given all the time they take to come: only silence ends a fetch', async () => {
    const asked: Parameters<BlobService['fetchBlob']>[] = []
    const { bytes, id } = await home({
      fetchBlob: async (...request) => {
        asked.push(request)
        return { id, sizeBytes: 3 }
      },
    })
    await bytes.fetch(peer, id)
    expect(asked.map(([from, blob, options]) => [from, blob, options?.signal])).toEqual([[peer, id, undefined]])
  })

  it('are dropped when they are not themselves any more, and only then', async () => {
    const { bytes, store, id } = await home({ fetchBlob: () => Promise.reject(new Error('nobody asks')) })
    await bytes.dropIfDamaged(id)
    expect(await bytes.has(id)).toBe(true)
    await writeFile(store.path(id), new Uint8Array([1, 2, 4]))
    await bytes.dropIfDamaged(id)
    expect(await bytes.has(id)).toBe(false)
    await bytes.dropIfDamaged(id)
  })
})
