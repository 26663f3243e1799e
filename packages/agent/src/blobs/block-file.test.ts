import { createHash, randomBytes } from 'node:crypto'
import { appendFile, mkdtemp, open, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { limits } from '@sheaf/protocol'
import { expect, it, onTestFinished } from 'vitest'
import { BlockFile } from './block-file.js'

const block = limits.assetBlockBytes
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function place(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'sheaf-block-file-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return join(dir, 'job', 'a0')
}

it('keeps blocks at their places, also across a restart, and has nothing else', async () => {
  const path = await place()
  const sizeBytes = 5 * block + 9
  const [second, last] = [randomBytes(block), randomBytes(9)]
  const file = await BlockFile.open(path, sizeBytes)
  await expect(stat(path)).rejects.toThrow('ENOENT')
  await Promise.all([file.write(5, last, sha256(last)), file.write(1, second, sha256(second))])
  expect((await stat(path)).size).toBe(sizeBytes)
  // Holes stay holes on file systems that have them.
  expect((await stat(path)).blocks * 512).toBeLessThan(3 * block)
  for (const again of [file, await BlockFile.open(path, sizeBytes)]) {
    expect([0, 1, 2, 3, 4, 5].map((n) => again.has(n))).toEqual([false, true, false, false, false, true])
    expect(await again.read(0)).toBeUndefined()
    expect(Buffer.from((await again.read(1))!).equals(second)).toBe(true)
    expect(Buffer.from((await again.read(5))!).equals(last)).toBe(true)
    expect(await again.isSound(5)).toBe(true)
  }
  await file.remove()
  await expect(readFile(path)).rejects.toThrow('ENOENT')
  expect((await BlockFile.open(path, sizeBytes)).has(1)).toBe(false)
})

it('has no block whose bytes are not those that came: a crash between two writes, a bad disk', async () => {
  const path = await place()
  const bytes = randomBytes(block)
  const file = await BlockFile.open(path, 3 * block)
  await file.write(0, bytes, sha256(bytes))
  const raw = await open(path, 'r+')
  await raw.write(new Uint8Array([(bytes[77] ?? 0) ^ 1]), 0, 1, 77)
  await raw.close()
  const again = await BlockFile.open(path, 3 * block)
  expect(again.has(0)).toBe(true)
  expect(await again.isSound(0)).toBe(false)
  expect(again.has(0)).toBe(false)
  // The running agent does not believe it either.
  expect(await file.read(0)).toBeUndefined()
  await file.write(0, bytes, sha256(bytes))
  expect(await (await BlockFile.open(path, 3 * block)).isSound(0)).toBe(true)
})

it('reads over what a crash or somebody else left in its journal', async () => {
  const path = await place()
  const bytes = randomBytes(block)
  await (await BlockFile.open(path, 2 * block)).write(1, bytes, sha256(bytes))
  await appendFile(
    `${path}.blocks`,
    `9 ${sha256(bytes)}\n-1 ${sha256(bytes)}\n0 nonsense\n\n1 ${sha256(bytes).slice(9)}`,
  )
  const again = await BlockFile.open(path, 2 * block)
  expect([0, 1, 9].map((n) => again.has(n))).toEqual([false, true, false])
  expect(await again.isSound(1)).toBe(true)
})
