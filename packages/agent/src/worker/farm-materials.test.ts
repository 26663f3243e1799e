import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SheafError, type AssetId, type BlobId, type PeerId } from '@sheaf/protocol'
import { encodeManifest } from '@sheaf/timeline'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { AssetRegistry, BlobService, BlobStore } from '../blobs/index.js'
import { FarmMaterials, type JobPlace } from './farm-materials.js'
import { blobOf, film, memoryLog, other, self } from './testing/make-work.js'
import { smallManifest } from './testing/small-manifest.js'

const never = AbortSignal.timeout(60_000)
const manifestBlob = blobOf('a')
let bytes = new Uint8Array()
beforeAll(() => {
  bytes = new TextEncoder().encode(encodeManifest(smallManifest))
})

/** What the submitter answers, one after another; the last answer stays. */
async function farmOf(answers: readonly (SheafError | 'served')[], retry = { firstPauseMs: 0, patienceMs: 5000 }) {
  const assetsDir = await mkdtemp(join(tmpdir(), 'sheaf-test-'))
  onTestFinished(() => rm(assetsDir, { recursive: true, force: true }))
  const world: { place: JobPlace | undefined; has: boolean; asked: number } = {
    place: { manifest: manifestBlob, submitter: other },
    has: false,
    asked: 0,
  }
  const answer = (): void => {
    const said = answers[Math.min(world.asked, answers.length - 1)]
    world.asked += 1
    if (said !== 'served' && said !== undefined) throw said
  }
  const store: Pick<BlobStore, 'has' | 'read'> = { has: async () => world.has, read: async () => bytes }
  const service: Pick<BlobService, 'fetchBlob' | 'fetchAsset'> = {
    fetchBlob: async (_from: PeerId, id: BlobId) => {
      answer()
      world.has = true
      return { id, sizeBytes: bytes.length }
    },
    fetchAsset: async (_from, _job, _asset: AssetId, { toPath, sizeBytes }) => {
      answer()
      await writeFile(toPath, new Uint8Array(sizeBytes))
    },
  }
  // Only the submitter asks it.
  const registry: object = {}
  const components = {
    store: store as BlobStore,
    service: service as BlobService,
    registry: registry as AssetRegistry,
    log: memoryLog(),
  }
  const materials = new FarmMaterials(components, { self, assetsDir, placeOf: () => world.place, retry })
  return { materials, world, assetsDir }
}

const unreachable = new SheafError({ code: 'SHEAF_PEER_UNREACHABLE', message: 'it is off' })
const lost = new SheafError({ code: 'SHEAF_BLOB_NOT_FOUND', message: 'it is gone' })
const changed = new SheafError({ code: 'SHEAF_MEDIA_CHANGED', message: 'it was saved over' })

describe('materials of the farm', () => {
  it('come after all when the submitter comes back, once for all who wait', async () => {
    const { materials, world } = await farmOf([unreachable, unreachable, 'served'])
    const [one, two] = await Promise.all([materials.manifest(film, never), materials.manifest(film, never)])
    expect(one).toEqual(smallManifest)
    expect(two).toBe(one)
    expect(world.asked).toBe(3)
  })

  it.each([unreachable, lost])('are given up when $code does not pass, and asked for afresh later', async (problem) => {
    const { materials, world } = await farmOf([problem, 'served'], { firstPauseMs: 1, patienceMs: 0 })
    await expect(materials.manifest(film, never)).rejects.toBe(problem)
    expect(world.asked).toBe(1)
    await expect(materials.manifest(film, never)).resolves.toEqual(smallManifest)
  })

  it('are not asked for again after an error that does not pass, or for a job that was closed', async () => {
    const first = await farmOf([changed])
    await expect(first.materials.manifest(film, never)).rejects.toBe(changed)
    expect(first.world.asked).toBe(1)
    const second = await farmOf([unreachable])
    const waiting = second.materials.manifest(film, never)
    second.world.place = undefined
    await expect(waiting).rejects.toBe(unreachable)
  })

  it('let go of who waits when its signal fires, and of everything at a stop', async () => {
    const { materials } = await farmOf([unreachable], { firstPauseMs: 1000, patienceMs: 60_000 })
    const abort = new AbortController()
    const waiting = materials.manifest(film, abort.signal)
    const other = materials.manifest(film, never)
    abort.abort(new Error('stopped'))
    await expect(waiting).rejects.toThrow('stopped')
    materials.stop()
    await expect(other).rejects.toThrow()
  })

  it('are copied once and removed with the job', async () => {
    const { materials, world, assetsDir } = await farmOf(['served'])
    const paths = await materials.assets(film, never)
    expect([...paths.keys()]).toEqual(Object.keys(smallManifest.media))
    const [path = ''] = paths.values()
    expect((await stat(path)).size).toBe(Object.values(smallManifest.media)[0]?.sizeBytes)
    await materials.assets(film, never)
    expect(world.asked).toBe(2)
    await materials.forgetJob(film)
    await expect(stat(join(assetsDir, film))).rejects.toThrow('ENOENT')
  })

  it('that the submitter itself has lost are an error at once', async () => {
    const { materials, world } = await farmOf(['served'])
    world.place = { manifest: manifestBlob, submitter: self }
    await expect(materials.manifest(film, never)).rejects.toMatchObject({
      code: 'SHEAF_STORE_DAMAGED',
      hint: 'Submit it again.',
    })
    expect(world.asked).toBe(0)
  })
})
