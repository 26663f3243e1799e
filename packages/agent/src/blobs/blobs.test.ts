import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, mkdir, readdir, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  blobResponseToWire,
  limits,
  parseAssetId,
  parseBlobId,
  parseJobId,
  protocols,
  type BlobId,
} from '@sheaf/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openStoreDatabase } from '../facts/index.js'
import { Identity } from '../identity/index.js'
import { foundTestFarm } from '../measuring/found-test-farm.js'
import { FarmMembership } from '../membership/index.js'
import { FarmNetwork, type StreamHandler } from '../network/index.js'
import { AssetRegistry, blockLength, BlobService, BlobStore, sourceOfParts } from './index.js'

// Real sockets and disks: slow on a busy machine, and no figure of theirs is tested here.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const farm = await foundTestFarm()
const jobId = parseJobId('00000000000000000001') ?? expect.fail('not a job id')
const assetId = parseAssetId('a0') ?? expect.fail('not an asset id')
const sha256 = (bytes: Uint8Array): BlobId =>
  parseBlobId(createHash('sha256').update(bytes).digest('hex')) ?? expect.fail('not a blob id')

let dir: string
let cleanups: (() => Promise<unknown>)[]
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sheaf-blobs-'))
  cleanups = [() => rm(dir, { recursive: true, force: true })]
})
afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
})

async function* pieces(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** A medium on this machine, with a time of change that a later write is sure to differ from. */
async function medium(name: string, bytes: Uint8Array) {
  const path = join(dir, name)
  await writeFile(path, bytes)
  await utimes(path, 1_000_000, 1_000_000)
  const { size, mtimeMs } = await stat(path)
  return { path, sizeBytes: size, mtimeMs }
}

describe('BlobStore', () => {
  it('keeps bytes under their hash, however they come', async () => {
    const store = await BlobStore.open(join(dir, 'blobs'))
    const bytes = randomBytes(700_000)
    const id = sha256(bytes)
    expect(await store.has(id)).toBe(false)
    expect(await store.put(bytes)).toEqual({ id, sizeBytes: bytes.length })
    expect(await store.put(pieces(bytes, 1000), { expect: id })).toEqual({ id, sizeBytes: bytes.length })
    await writeFile(join(dir, 'segment'), bytes)
    expect(await store.putFile(join(dir, 'segment'))).toEqual({ id, sizeBytes: bytes.length })
    await expect(stat(join(dir, 'segment'))).rejects.toMatchObject({ code: 'ENOENT' })
    expect(Buffer.from(await store.read(id, { maxBytes: 1 << 20 })).equals(bytes)).toBe(true)
    expect(await readdir(join(dir, 'blobs', 'incoming'))).toEqual([])
    await store.delete(id)
    await store.delete(id)
    await expect(store.openRead(id)).rejects.toMatchObject({ code: 'SHEAF_BLOB_NOT_FOUND' })
  })

  it('leaves nothing behind when the bytes are not the ones, or stop coming', async () => {
    const store = await BlobStore.open(join(dir, 'blobs'))
    const id = sha256(new Uint8Array([1]))
    await expect(store.put(new Uint8Array([2]), { expect: id })).rejects.toMatchObject({ code: 'SHEAF_BLOB_CORRUPT' })
    const broken = (async function* () {
      yield new Uint8Array([1])
      throw new Error('cable')
    })()
    await expect(store.put(broken)).rejects.toThrow('cable')
    expect(await store.has(id)).toBe(false)
    expect(await readdir(join(dir, 'blobs'))).toEqual(['incoming'])
    expect(await readdir(join(dir, 'blobs', 'incoming'))).toEqual([])
  })

  it('clears away what a crash left half written', async () => {
    await mkdir(join(dir, 'blobs', 'incoming'), { recursive: true })
    await writeFile(join(dir, 'blobs', 'incoming', 'half'), 'half')
    await BlobStore.open(join(dir, 'blobs'))
    expect(await readdir(join(dir, 'blobs', 'incoming'))).toEqual([])
  })

  it('names its folder when the disk is full', async () => {
    const store = await BlobStore.open(join(dir, 'blobs'))
    const full = (async function* () {
      yield new Uint8Array([1])
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    })()
    await expect(store.put(full)).rejects.toMatchObject({
      code: 'SHEAF_DISK_FULL',
      message: expect.stringContaining(join(dir, 'blobs')) as string,
    })
  })
})

describe('AssetRegistry', () => {
  async function registry() {
    const db = await openStoreDatabase(join(dir, 'db'))
    cleanups.push(() => db.close())
    return AssetRegistry.open({ db })
  }

  it('serves blocks of a file where it lies', async () => {
    const assets = await registry()
    const bytes = randomBytes(limits.assetBlockBytes + 5)
    await assets.register(jobId, assetId, await medium('clip 1.mov', bytes))
    const last = await assets.readBlock(jobId, assetId, 1)
    expect(Buffer.from(last.bytes).equals(bytes.subarray(limits.assetBlockBytes))).toBe(true)
    expect(last.sha256).toBe(sha256(last.bytes))
    await expect(assets.readBlock(jobId, assetId, 2)).rejects.toMatchObject({ code: 'SHEAF_BLOB_NOT_FOUND' })
    await assets.forget(jobId)
    await expect(assets.readBlock(jobId, assetId, 0)).rejects.toMatchObject({ code: 'SHEAF_BLOB_NOT_FOUND' })
  })

  it('knows the hashes of all blocks, of one file and of parts, and reads a file once for them', async () => {
    const assets = await registry()
    const bytes = randomBytes(2 * limits.assetBlockBytes + 5)
    const blocks = [0, 1, 2].map((at) =>
      sha256(bytes.subarray(at * limits.assetBlockBytes).subarray(0, limits.assetBlockBytes)),
    )
    const source = await medium('clip.mov', bytes)
    await assets.register(jobId, assetId, source)
    expect((await assets.readBlock(jobId, assetId, 2)).sha256).toBe(blocks[2])
    expect(await assets.hashes(jobId, assetId)).toEqual(blocks)
    // Another content that looks the same: the second time nothing is read, what is served is held against it.
    await medium('clip.mov', randomBytes(bytes.length))
    expect(await assets.hashes(jobId, assetId)).toEqual(blocks)
    await expect(assets.readBlock(jobId, assetId, 1)).rejects.toMatchObject({ code: 'SHEAF_MEDIA_CHANGED' })
    await truncate(source.path, 10)
    await expect(assets.hashes(jobId, assetId)).rejects.toMatchObject({ code: 'SHEAF_MEDIA_CHANGED' })
    const halves = [await medium('a', bytes.subarray(0, 700_000)), await medium('b', bytes.subarray(700_000))]
    await assets.register(jobId, assetId, sourceOfParts('a and b', halves))
    expect(await assets.hashes(jobId, assetId)).toEqual(blocks)
  })

  it.each(['size', 'time', 'content'] as const)('names a file whose %s changed', async (what) => {
    const assets = await registry()
    const source = await medium('clip.mov', randomBytes(1000))
    await assets.register(jobId, assetId, source)
    await assets.readBlock(jobId, assetId, 0)
    if (what === 'size') await truncate(source.path, 999)
    if (what === 'time') await utimes(source.path, 2_000_000, 2_000_000)
    // Same size and same time: only the hash can tell.
    if (what === 'content') await medium('clip.mov', randomBytes(1000))
    await expect(assets.readBlock(jobId, assetId, 0)).rejects.toMatchObject({
      code: 'SHEAF_MEDIA_CHANGED',
      message: expect.stringContaining(source.path) as string,
    })
  })

  it.runIf(process.platform !== 'win32').each(['replaced', 'written to'] as const)(
    'names a file that was %s without a trace in size and time',
    async (how) => {
      const assets = await registry()
      const source = await medium('clip.mov', randomBytes(1000))
      const { ino, ctimeMs } = await stat(source.path)
      // Each of the two is found out by one of them alone.
      await assets.register(jobId, assetId, { ...source, ...(how === 'replaced' ? { ino } : { ctimeMs }) })
      await assets.check(jobId, assetId)
      if (how === 'replaced') await rename((await medium('copy.mov', randomBytes(1000))).path, source.path)
      // Clocks of file systems go by ticks: until the next one a change cannot be told.
      else while ((await stat(source.path)).ctimeMs === ctimeMs) await medium('clip.mov', randomBytes(1000))
      const refusal = { code: 'SHEAF_MEDIA_CHANGED', message: expect.stringContaining(source.path) as string }
      await expect(assets.check(jobId, assetId)).rejects.toMatchObject(refusal)
      await expect(assets.readBlock(jobId, assetId, 0)).rejects.toMatchObject(refusal)
    },
  )

  it('names a file that is gone', async () => {
    const assets = await registry()
    const source = await medium('clip.mov', randomBytes(10))
    await assets.register(jobId, assetId, source)
    await rm(source.path)
    await expect(assets.check(jobId, assetId)).rejects.toMatchObject({
      code: 'SHEAF_MEDIA_MISSING',
      message: expect.stringContaining(source.path) as string,
    })
  })
})

describe('BlobService', () => {
  async function agent(name: string, options: { readonly knows?: FarmNetwork; readonly serve?: StreamHandler } = {}) {
    const identity = await Identity.open(join(dir, name))
    const staticPeers = options.knows?.listenAddresses().slice(0, 1) ?? []
    const network = new FarmNetwork(
      { identity, membership: new FarmMembership({ credentials: farm.credentialsFor(identity) }) },
      { listen: { host: '127.0.0.1', port: 0 }, discovery: 'none', staticPeers },
    )
    const db = await openStoreDatabase(join(dir, name, 'db'))
    const store = await BlobStore.open(join(dir, name, 'blobs'))
    const registry = await AssetRegistry.open({ db })
    let service: BlobService | undefined
    if (options.serve === undefined) service = new BlobService({ streams: network, store, registry })
    else network.handle(protocols.blob, options.serve)
    cleanups.push(async () => {
      await network.stop()
      await db.close()
    })
    const met = options.knows === undefined ? Promise.resolve([]) : once(network, 'peer-connected')
    await network.start()
    await met
    return { peer: identity.peerId, network, store, registry, service: service as BlobService }
  }

  it('fetches a blob once for all who ask, and verifies it', async () => {
    const a = await agent('a')
    const b = await agent('b', { knows: a.network })
    const bytes = randomBytes(3_000_000)
    const { id } = await a.store.put(bytes)
    const fetched = await Promise.all([b.service.fetchBlob(a.peer, id), b.service.fetchBlob(a.peer, id)])
    expect(fetched[0]).toBe(fetched[1])
    expect(Buffer.from(await b.store.read(id, { maxBytes: 1 << 22 })).equals(bytes)).toBe(true)
    await expect(b.service.fetchBlob(a.peer, sha256(new Uint8Array([9])))).rejects.toMatchObject({
      code: 'SHEAF_BLOB_NOT_FOUND',
    })
  })

  it('rejects a blob that was damaged on its way', async () => {
    const bytes = randomBytes(1000)
    const id = sha256(bytes)
    const a = await agent('a', {
      serve: async (stream) => {
        await stream.read(limits.blobRequestBytes)
        await stream.write(blobResponseToWire({ kind: 'found', sha256: id, sizeBytes: bytes.length }))
        const damaged = Uint8Array.from(bytes)
        damaged[500] = (damaged[500] ?? 0) ^ 1
        await stream.write(damaged)
      },
    })
    const b = await agent('b', { knows: a.network })
    await expect(b.service.fetchBlob(a.peer, id)).rejects.toMatchObject({ code: 'SHEAF_BLOB_CORRUPT' })
    expect(await b.store.has(id)).toBe(false)
  })

  it('fetches the blocks that are asked for, a few at once, over streams that stay', async () => {
    const a = await agent('a')
    const b = await agent('b', { knows: a.network })
    const bytes = randomBytes(12 * limits.assetBlockBytes + 77)
    await a.registry.register(jobId, assetId, await medium('clip.mov', bytes))
    const opened = vi.spyOn(b.network, 'openStream')
    const wanted = [12, 3, 4, 5, 9, 10, 0, 1]
    const fetched = await Promise.all(
      wanted.map((block) =>
        b.service.fetchBlock(a.peer, { jobId, assetId, block }, { expectedBytes: blockLength(bytes.length, block) }),
      ),
    )
    for (const [at, block] of wanted.entries()) {
      const from = block * limits.assetBlockBytes
      expect(Buffer.from(fetched[at]!.bytes).equals(bytes.subarray(from, from + limits.assetBlockBytes))).toBe(true)
      expect(fetched[at]!.sha256).toBe(sha256(fetched[at]!.bytes))
    }
    await b.service.fetchBlock(a.peer, { jobId, assetId, block: 7 }, { expectedBytes: limits.assetBlockBytes })
    expect(opened).toHaveBeenCalledTimes(4)
  })

  it('does not fetch what nobody wants any more when its turn comes', async () => {
    const a = await agent('a')
    const b = await agent('b', { knows: a.network })
    await a.registry.register(jobId, assetId, await medium('clip.mov', randomBytes(8 * limits.assetBlockBytes)))
    const served = vi.spyOn(a.registry, 'readBlock')
    const options = { expectedBytes: limits.assetBlockBytes }
    const first = [0, 1, 2, 3].map((block) => b.service.fetchBlock(a.peer, { jobId, assetId, block }, options))
    const abort = new AbortController()
    const late = b.service.fetchBlock(a.peer, { jobId, assetId, block: 4 }, { ...options, signal: abort.signal })
    abort.abort(new Error('not wanted'))
    await expect(late).rejects.toThrow('not wanted')
    await Promise.all(first)
    expect(served).toHaveBeenCalledTimes(4)
  })

  it('rejects a block that was damaged on its way, or is not as long as it should be', async () => {
    const bytes = randomBytes(1000)
    const a = await agent('a', {
      serve: async (stream) => {
        while ((await stream.read(limits.blobRequestBytes)) !== undefined) {
          await stream.write(blobResponseToWire({ kind: 'found', sha256: sha256(bytes), sizeBytes: bytes.length }))
          await stream.write(Uint8Array.from(bytes, (byte, at) => (at === 500 ? byte ^ 1 : byte)))
        }
      },
    })
    const b = await agent('b', { knows: a.network })
    for (const expectedBytes of [1000, 1001]) {
      await expect(b.service.fetchBlock(a.peer, { jobId, assetId, block: 0 }, { expectedBytes })).rejects.toMatchObject(
        { code: 'SHEAF_BLOB_CORRUPT', message: expect.stringContaining(a.peer) as string },
      )
    }
  })

  it('stops with the name of a file that changed during the job', async () => {
    const a = await agent('a')
    const b = await agent('b', { knows: a.network })
    const source = await medium('clip.mov', randomBytes(3 * limits.assetBlockBytes))
    await a.registry.register(jobId, assetId, source)
    const fetch = (block: number) =>
      b.service.fetchBlock(a.peer, { jobId, assetId, block }, { expectedBytes: limits.assetBlockBytes })
    await fetch(0)
    await utimes(source.path, 2_000_000, 2_000_000)
    await expect(fetch(1)).rejects.toMatchObject({
      code: 'SHEAF_MEDIA_CHANGED',
      message: expect.stringContaining(source.path) as string,
    })
  })

  it('fails at once when the peer goes away in the middle', async () => {
    const bytes = randomBytes(1000)
    const a = await agent('a', {
      serve: async (stream) => {
        await stream.read(limits.blobRequestBytes)
        await stream.write(blobResponseToWire({ kind: 'found', sha256: sha256(bytes), sizeBytes: bytes.length }))
        await stream.write(bytes.subarray(0, 10))
        stream.abort(new Error('killed'))
      },
    })
    const b = await agent('b', { knows: a.network })
    await expect(b.service.fetchBlob(a.peer, sha256(bytes))).rejects.toMatchObject({ code: 'SHEAF_PEER_UNREACHABLE' })
  })
})
