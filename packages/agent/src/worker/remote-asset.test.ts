import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { limits, SheafError } from '@sheaf/protocol'
import { expect, it, onTestFinished } from 'vitest'
import { blockLength, BlockFile, type FetchedBlock } from '../blobs/index.js'
import { RemoteAsset } from './remote-asset.js'
import { deferred } from './testing/make-work.js'

const never = new AbortController().signal
const block = limits.assetBlockBytes

/** A file of six blocks on another machine; `asked` is every fetch, in order. */
async function assetOf(change: { fetchAhead?: (block: number) => Promise<FetchedBlock> } = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'sheaf-remote-asset-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const bytes = randomBytes(5 * block + 100)
  const asked: number[] = []
  const fetch = async (number: number, expectedBytes: number): Promise<FetchedBlock> => {
    asked.push(number)
    expect(expectedBytes).toBe(blockLength(bytes.length, number))
    const content = bytes.subarray(number * block, number * block + expectedBytes)
    return { bytes: content, sha256: createHash('sha256').update(content).digest('hex') }
  }
  const file = await BlockFile.open(join(dir, 'a0'), bytes.length)
  return { bytes, asked, file, asset: new RemoteAsset({ file, fetch, fetchAhead: change.fetchAhead ?? fetch }) }
}

it('brings the blocks that are read, each once', async () => {
  const { asset, asked, bytes } = await assetOf()
  const reads = await Promise.all([3 * block + 17, 3 * block, 5 * block + 99].map((at) => asset.read(at, never)))
  expect(Buffer.from(reads[0]!).equals(bytes.subarray(3 * block + 17, 4 * block))).toBe(true)
  expect(Buffer.from(reads[1]!).equals(bytes.subarray(3 * block, 4 * block))).toBe(true)
  expect(Buffer.from(reads[2]!).equals(bytes.subarray(-1))).toBe(true)
  await asset.read(3 * block + 1, never)
  expect(asked).toEqual([3, 5])
})

it('brings what is missing when all of it is wanted, and gives a file with the very bytes', async () => {
  const { asset, asked, bytes } = await assetOf()
  await asset.read(2 * block, never)
  const [path, again] = await Promise.all([asset.whole(), asset.whole()])
  expect(again).toBe(path)
  expect((await readFile(path)).equals(bytes)).toBe(true)
  expect(asked.sort()).toEqual([0, 1, 2, 3, 4, 5])
})

it('does not bring ahead what is here, or coming, or beyond the end', async () => {
  const { asset, asked } = await assetOf()
  await Promise.all([asset.ahead(1, never), asset.ahead(1, never), asset.ahead(6, never)])
  await asset.ahead(1, never)
  await asset.read(block, never)
  expect(asked).toEqual([1])
})

it('brings itself what could not be brought ahead', async () => {
  const { asset, asked, bytes } = await assetOf({
    fetchAhead: () => Promise.reject(new SheafError({ code: 'SHEAF_PEER_UNREACHABLE', message: 'off' })),
  })
  const ahead = asset.ahead(0, never)
  const read = asset.read(0, never)
  await expect(ahead).rejects.toThrow('off')
  expect(Buffer.from(await read).equals(bytes.subarray(0, block))).toBe(true)
  expect(asked).toEqual([0])
})

it('lets go of a reader who hung up, and finishes the block for others', async () => {
  const gate = deferred<FetchedBlock>()
  const { asset, file } = await assetOf({ fetchAhead: () => gate.promise })
  const ahead = asset.ahead(0, never)
  const abort = new AbortController()
  const read = asset.read(0, abort.signal)
  abort.abort(new Error('hung up'))
  await expect(read).rejects.toThrow('hung up')
  const bytes = new Uint8Array(block)
  gate.resolve({ bytes, sha256: createHash('sha256').update(bytes).digest('hex') })
  await ahead
  expect(await file.isSound(0)).toBe(true)
})
