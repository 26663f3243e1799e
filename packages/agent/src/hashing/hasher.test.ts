import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { BlockMemory, Hasher, hasher } from './index.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const plain = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sheaf-hashing-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

describe('hashing on threads', () => {
  it('gives the hash and the same bytes, whatever their size and whoever else owns their memory', async () => {
    const large = randomBytes(3 << 20)
    for (const size of [0, 1, 65_535, 65_536, 1 << 20, (1 << 20) + 1]) {
      const part = large.subarray(7, 7 + size)
      const { bytes, sha256 } = await hasher.hash(part)
      expect(sha256).toBe(plain(part))
      expect(Buffer.from(bytes).equals(part)).toBe(true)
    }
    const whole = new Uint8Array(1 << 20).fill(3)
    const expected = plain(whole)
    expect((await hasher.hash(whole)).sha256).toBe(expected)
    expect(whole.byteLength).toBe(0)
  })

  it('keeps sums that are under way at once apart', async () => {
    const [a, b] = [randomBytes(300_000), randomBytes(200_000)]
    const [first, second] = [hasher.begin(), hasher.begin()]
    expect(Buffer.from(await first.update(Uint8Array.from(a))).equals(a)).toBe(true)
    await second.update(Uint8Array.from(b))
    await first.update(Uint8Array.from(b))
    expect(await first.digest()).toBe(plain(Buffer.concat([a, b])))
    expect(await second.digest()).toBe(plain(b))
    expect(await hasher.begin().digest()).toBe(plain(new Uint8Array()))
  })

  it('hashes the blocks of a file by several threads, in their order', async () => {
    const bytes = randomBytes((3 << 20) + 17)
    const path = join(dir, 'file')
    await writeFile(path, bytes)
    const blocks = [0, 1, 2, 3].map((at) => plain(bytes.subarray(at << 20, (at + 1) << 20)))
    expect(await hasher.file(path)).toEqual({ sha256: plain(bytes), sizeBytes: bytes.length })
    const file = { path, sizeBytes: bytes.length, blockBytes: 1 << 20 }
    expect(await new Hasher({ threads: 2 }).fileBlocks(file)).toEqual(blocks)
    // What has been cut off since is missing, and what is asked for beyond the end is not made up.
    expect(await hasher.fileBlocks({ ...file, sizeBytes: bytes.length + 1 })).toEqual(blocks.slice(0, 3))
  })

  it('says why a file cannot be read, and goes on', async () => {
    const gone = { path: join(dir, 'gone'), sizeBytes: 1, blockBytes: 1 }
    await expect(hasher.fileBlocks(gone)).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(hasher.file(gone.path)).rejects.toMatchObject({ code: 'ENOENT' })
    const stop = AbortSignal.abort(new Error('not wanted'))
    await expect(hasher.fileBlocks(gone, { signal: stop })).rejects.toThrow('not wanted')
    expect((await hasher.hash(new Uint8Array(1 << 17))).sha256).toBe(plain(new Uint8Array(1 << 17)))
  })
})

describe('memory for blocks', () => {
  it('comes back out of hashing as itself, and is used again once it is given back', async () => {
    const memory = new BlockMemory()
    const first = memory.take(1 << 20).fill(5)
    const { bytes, sha256 } = await hasher.hash(first)
    expect(sha256).toBe(plain(new Uint8Array(1 << 20).fill(5)))
    const sum = hasher.begin()
    const again = await sum.update(bytes)
    await sum.digest()
    expect(memory.take(1 << 20).buffer).not.toBe(first.buffer)
    memory.giveBack(again)
    memory.giveBack(again)
    expect(memory.take(100_000).buffer).toBe(first.buffer)
    expect(memory.take(1 << 20).buffer).not.toBe(first.buffer)
  })

  it('leaves alone what it has not lent', () => {
    const memory = new BlockMemory()
    for (const bytes of [new Uint8Array(1 << 20), new Uint8Array(new SharedArrayBuffer(1 << 20)), memory.take(5)]) {
      memory.giveBack(bytes)
      expect(memory.take(1 << 20).buffer).not.toBe(bytes.buffer)
    }
  })
})
