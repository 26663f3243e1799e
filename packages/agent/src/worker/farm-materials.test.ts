import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { limits, rational, SheafError, type AssetId, type BlobId, type PeerId } from '@sheaf/protocol'
import { encodeManifest, type Manifest } from '@sheaf/timeline'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { AssetRegistry, BlobService, BlobStore } from '../blobs/index.js'
import { MediaServer } from '../media-server/index.js'
import { FarmMaterials, type JobPlace } from './farm-materials.js'
import type { RetryTimes } from './patience.js'
import type { JobAssets } from './ports.js'
import { blobOf, film, memoryLog, other, self } from './testing/make-work.js'
import { smallManifest } from './testing/small-manifest.js'

const never = AbortSignal.timeout(60_000)
const manifestBlob = blobOf('a')
const mebibyte = limits.assetBlockBytes

/** Ten frames of a file of 100 MiB: 1000 frames, ten in each, a keyframe every 15; then black. */
const longManifest: Manifest = {
  ...smallManifest,
  edit: {
    ...smallManifest.edit,
    frames: 12,
    video: [
      {
        name: 'V1',
        items: [
          {
            kind: 'clip',
            name: 'shot',
            from: 0,
            to: 10,
            content: { kind: 'media', media: 'a0', start: rational(20), speed: rational(1) },
            where: 'shot',
          },
          { kind: 'gap', from: 10, to: 12 },
        ],
      },
    ],
  },
  media: {
    a0: {
      name: 'shot.mov',
      sizeBytes: 100 * mebibyte,
      index: {
        container: 'mov',
        audio: undefined,
        video: {
          stream: 0,
          codec: 'h264',
          width: 160,
          height: 90,
          sar: rational(1),
          pixFmt: 'yuv420p',
          timeBase: rational(1, 25),
          frames: [{ start: 0, num: 1, den: 1, count: 1000 }],
          frameCount: 1000,
          keyframes: [{ start: 0, num: 15, den: 1, count: 66 }],
          lastDuration: 1,
          reorder: 0,
          variableRate: false,
          range: 'limited',
          matrix: 'bt709',
          alpha: 'none',
          places: { every: 10, mebibytes: Array.from({ length: 100 }, (_, at) => at) },
        },
      },
    },
  },
  segments: [
    [0, 10],
    [10, 12],
  ],
}

/** What a tool reads of an asset, from a position to the end. Throws with the status, or when the answer breaks off. */
async function readServed({ placeOf, environment }: JobAssets, asset: string, position: number): Promise<Uint8Array> {
  const proxy = new URL(environment['http_proxy'] ?? '')
  const authorization = Buffer.from(`${proxy.username}:${proxy.password}`).toString('base64')
  const options = {
    host: proxy.hostname,
    port: proxy.port,
    path: (placeOf(asset as AssetId) as { readonly url: string }).url,
    headers: { 'Proxy-Authorization': `Basic ${authorization}`, Range: `bytes=${position}-` },
  }
  const [answer] = (await once(get(options), 'response')) as [IncomingMessage]
  if (answer.statusCode !== 206) throw new Error(String(answer.statusCode))
  return Buffer.concat(await answer.toArray())
}

/** What the submitter answers, one after another; the last answer stays. */
async function farmOf(
  answers: readonly (SheafError | 'served')[],
  options: { readonly retry?: RetryTimes; readonly wholeBytes?: number; readonly manifest?: Manifest } = {},
) {
  const { retry = { firstPauseMs: 0, patienceMs: 5000 } } = options
  const bytes = new TextEncoder().encode(encodeManifest(options.manifest ?? smallManifest))
  const assetsDir = await mkdtemp(join(tmpdir(), 'sheaf-test-'))
  onTestFinished(() => rm(assetsDir, { recursive: true, force: true }))
  const world: { place: JobPlace | undefined; has: boolean; asked: number; readonly blocks: number[] } = {
    place: { manifest: manifestBlob, submitter: other },
    has: false,
    asked: 0,
    blocks: [],
  }
  const answer = (): void => {
    const said = answers[Math.min(world.asked, answers.length - 1)]
    world.asked += 1
    if (said !== 'served' && said !== undefined) throw said
  }
  const store: Pick<BlobStore, 'has' | 'read'> = { has: async () => world.has, read: async () => bytes }
  const service: Pick<BlobService, 'fetchBlob' | 'fetchBlock'> = {
    fetchBlob: async (_from: PeerId, id: BlobId) => {
      answer()
      world.has = true
      return { id, sizeBytes: bytes.length }
    },
    fetchBlock: async (_from, { block }, { expectedBytes }) => {
      answer()
      world.blocks.push(block)
      const content = new Uint8Array(expectedBytes).fill(block)
      return { bytes: content, sha256: createHash('sha256').update(content).digest('hex') }
    },
  }
  // Only the submitter asks it.
  const registry: object = {}
  const media = new MediaServer({ log: memoryLog() })
  onTestFinished(() => media.stop())
  const components = {
    store: store as BlobStore,
    service: service as BlobService,
    registry: registry as AssetRegistry,
    media,
    log: memoryLog(),
  }
  const init = { self, assetsDir, placeOf: () => world.place, retry, wholeBytes: options.wholeBytes }
  const materials = new FarmMaterials(components, init)
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
    const { materials, world } = await farmOf([problem, 'served'], { retry: { firstPauseMs: 1, patienceMs: 0 } })
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
    const { materials } = await farmOf([unreachable], {
      retry: { firstPauseMs: 1000, patienceMs: 60_000 },
    })
    const abort = new AbortController()
    const waiting = materials.manifest(film, abort.signal)
    const other = materials.manifest(film, never)
    abort.abort(new Error('stopped'))
    await expect(waiting).rejects.toThrow('stopped')
    materials.stop()
    await expect(other).rejects.toThrow()
  })

  it('are copied once when they are small, and removed with the job', async () => {
    const { materials, world, assetsDir } = await farmOf(['served'])
    for (const _ of [1, 2]) {
      const assets = await materials.assets(film, never)
      expect(assets.environment).toEqual({})
      expect(await readFile(assets.placeOf('a0' as AssetId) as string)).toEqual(Buffer.alloc(5))
      assets.close()
    }
    expect(world.blocks).toEqual([0])
    await materials.forgetJob(film)
    await expect(stat(join(assetsDir, film))).rejects.toThrow('ENOENT')
  })

  it('are read by the block when they are large: those that are read, no others', async () => {
    const { materials, world } = await farmOf(['served'], { manifest: longManifest })
    const assets = await materials.assets(film, never, { from: 0, to: 1 })
    expect(assets.placeOf('a0' as AssetId)).toEqual({ url: 'http://media.invalid/a0' })
    const tail = await readServed(assets, 'a0', 90 * mebibyte + 7)
    expect([tail.length, tail[0], tail[mebibyte], tail.at(-1)]).toEqual([10 * mebibyte - 7, 90, 91, 99])
    expect(world.blocks).toEqual([90, 91, 92, 93, 94, 95, 96, 97, 98, 99])
    assets.close()
    await expect(readServed(assets, 'a0', 0)).rejects.toThrow('407')
  })

  it('of a stretch are those that it shows', async () => {
    const { materials } = await farmOf(['served'], { manifest: longManifest })
    const shown = await materials.assets(film, never, { from: 0, to: 1 })
    const black = await materials.assets(film, never, { from: 1, to: 2 })
    expect(shown.placeOf('a0' as AssetId)).toBeDefined()
    expect(() => black.placeOf('a0' as AssetId)).toThrow('not read by this stretch')
    for (const assets of [shown, black]) assets.close()
  })

  it('come ahead of their need as far as the index tells: the pictures, what they are decoded from, and the ends', async () => {
    const { materials, world } = await farmOf(['served'], { manifest: longManifest })
    await materials.prefetch(film, [0], never)
    // Frames 500 to 509 from the keyframe at 495, and some that are decoded on the way: 10 frames a MiB.
    expect(world.blocks).toEqual([0, 99, 49, 50, 51, 52, 53])
    await materials.prefetch(film, [0], never)
    expect(world.blocks).toHaveLength(7)
  })

  it('that cannot be brought ahead are met again by the render', async () => {
    const { materials, world } = await farmOf(['served', changed], { manifest: longManifest })
    await materials.prefetch(film, [0], never)
    const assets = await materials.assets(film, never, { from: 0, to: 1 })
    await expect(readServed(assets, 'a0', 0)).rejects.toThrow()
    expect(assets.failed.reason).toBe(changed)
    expect(world.blocks).toEqual([])
    assets.close()
  })

  it('wait for the submitter in the middle of a read, then say that it is away', async () => {
    const back = await farmOf(['served', unreachable, unreachable, 'served'], { manifest: longManifest })
    const assets = await back.materials.assets(film, never, { from: 0, to: 1 })
    expect((await readServed(assets, 'a0', 99 * mebibyte)).at(-1)).toBe(99)
    assets.close()
    const away = await farmOf(['served', 'served', unreachable], {
      manifest: longManifest,
      retry: { firstPauseMs: 1, patienceMs: 0 },
    })
    const broken = await away.materials.assets(film, never, { from: 0, to: 1 })
    await expect(readServed(broken, 'a0', 98 * mebibyte)).rejects.toThrow()
    expect(broken.failed.reason).toBe(unreachable)
    broken.close()
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
