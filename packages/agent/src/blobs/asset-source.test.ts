import { appendFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { limits, type AssetId, type JobId } from '@sheaf/protocol'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openStoreDatabase } from '../facts/index.js'
import { partsOf } from './asset-place.js'
import { AssetRegistry } from './asset-registry.js'
import { filesOf, placeOf, sourceOfFile, sourceOfParts, type AssetSource } from './asset-source.js'

const [jobId, assetId] = ['job' as JobId, 'a0' as AssetId]

async function registry(): Promise<{ readonly dir: string; readonly assets: AssetRegistry }> {
  const dir = await mkdtemp(join(tmpdir(), 'sheaf-test-'))
  const db = await openStoreDatabase(join(dir, 'db'))
  onTestFinished(async () => {
    await db.close()
    await rm(dir, { recursive: true, force: true })
  })
  return { dir, assets: await AssetRegistry.open({ db }) }
}

async function file(
  path: string,
  bytes: Uint8Array,
  within?: { offset: number; sizeBytes: number },
): Promise<AssetSource> {
  await writeFile(path, bytes)
  return sourceOfFile(path, await stat(path), within)
}

it('the parts that hold a stretch of an asset are those bytes, of whatever sizes the parts are', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(sizes, fc.nat(120), fc.nat(120), (lengths, from, length) => {
      let next = 0
      const place = lengths.map((size, i) => {
        const start = 3 * i
        return { path: `f${i}`, start, end: start + size, bytes: Array.from({ length: size }, () => next++) }
      })
      const all = place.flatMap(({ bytes }) => bytes)
      const found = partsOf(place, { start: from, end: from + length }).flatMap(({ path, start, end }) => {
        const part = place.find((one) => one.path === path)
        return part?.bytes.slice(start - part.start, end - part.start)
      })
      expect(found).toEqual(all.slice(from, from + length))
    }),
  )
})

describe('an asset of several files', () => {
  it('is served in blocks that go over their borders', async () => {
    const { dir, assets } = await registry()
    const pieces = [700_000, 1, 700_000, 300_000].map((size, i) => Buffer.alloc(size, i + 1))
    const parts = await Promise.all(pieces.map((bytes, i) => file(join(dir, `${i}.png`), bytes)))
    const source = sourceOfParts(join(dir, '*.png'), parts)
    await assets.register(jobId, assetId, source)
    const all = Buffer.concat(pieces)
    expect(source.sizeBytes).toBe(all.length)
    const [first, second] = [await assets.readBlock(jobId, assetId, 0), await assets.readBlock(jobId, assetId, 1)]
    expect(Buffer.concat([first.bytes, second.bytes]).equals(all)).toBe(true)
    expect(first.bytes.length).toBe(limits.assetBlockBytes)
    expect(placeOf(await assets.check(jobId, assetId))).toHaveLength(4)
    // Any of them, also one that a block does not touch.
    await appendFile(join(dir, '3.png'), 'x')
    await expect(assets.check(jobId, assetId)).rejects.toMatchObject({
      code: 'SHEAF_MEDIA_CHANGED',
      message: expect.stringContaining('3.png') as string,
    })
    await rm(join(dir, '1.png'))
    await expect(assets.readBlock(jobId, assetId, 0)).rejects.toMatchObject({
      code: 'SHEAF_MEDIA_MISSING',
      message: expect.stringContaining('1.png') as string,
    })
  })

  it('may be parts of one file', async () => {
    const { dir, assets } = await registry()
    const path = join(dir, 'film.otioz')
    await file(path, Buffer.from('head-ONE-between-TWO-tail'))
    const facts = await stat(path)
    const [one, two] = [
      sourceOfFile(path, facts, { offset: 5, sizeBytes: 3 }),
      sourceOfFile(path, facts, { offset: 17, sizeBytes: 3 }),
    ]
    await assets.register(jobId, assetId, one)
    expect(Buffer.from((await assets.readBlock(jobId, assetId, 0)).bytes).toString()).toBe('ONE')
    const both = sourceOfParts('both', [one, two])
    await assets.register(jobId, assetId, both)
    expect(Buffer.from((await assets.readBlock(jobId, assetId, 0)).bytes).toString()).toBe('ONETWO')
    expect(filesOf(both)).toHaveLength(1)
    await appendFile(path, 'x')
    await expect(assets.check(jobId, assetId)).rejects.toMatchObject({ code: 'SHEAF_MEDIA_CHANGED' })
  })
})
