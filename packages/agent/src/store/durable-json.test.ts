import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readJson, writeJsonDurably } from './durable-json.js'

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'sheaf-test-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

describe('a durable JSON file', () => {
  it('holds the last value, for this user alone, and leaves no temporary file', async () => {
    const dir = await folder()
    const path = join(dir, 'value.json')
    await writeJsonDurably(path, { n: 1 })
    await writeJsonDurably(path, { n: 2 })
    expect([await readJson(path), await readdir(dir), (await stat(path)).mode & 0o777]).toEqual([
      { n: 2 },
      ['value.json'],
      0o600,
    ])
  })

  it('is the old one while a crash has left the new one half-written', async () => {
    const path = join(await folder(), 'value.json')
    await writeJsonDurably(path, { n: 1 })
    await writeFile(`${path}.0badcafe.tmp`, '{"n":')
    expect(await readJson(path)).toEqual({ n: 1 })
    await writeJsonDurably(path, { n: 3 })
    expect(await readJson(path)).toEqual({ n: 3 })
  })

  it('stays the old one when the new one cannot be written or named', async () => {
    const dir = await folder()
    const path = join(dir, 'value.json')
    await writeJsonDurably(path, { n: 1 })
    const loop: { self?: unknown } = {}
    loop.self = loop
    await expect(writeJsonDurably(path, loop)).rejects.toThrow('circular')
    expect([await readFile(path, 'utf8'), await readdir(dir)]).toEqual(['{"n":1}', ['value.json']])
    await mkdir(join(dir, 'taken'))
    await expect(writeJsonDurably(join(dir, 'taken'), { n: 2 })).rejects.toThrow()
    expect((await readdir(dir)).sort()).toEqual(['taken', 'value.json'])
  })

  it('is written whole by whoever was last of many at a time', async () => {
    const path = join(await folder(), 'value.json')
    await Promise.all(Array.from({ length: 20 }, (_, n) => writeJsonDurably(path, { n, pad: 'x'.repeat(n * 100) })))
    expect(await readJson(path)).toMatchObject({ n: expect.any(Number) as number })
  })

  it('reads as nothing when it is absent or torn', async () => {
    const path = join(await folder(), 'value.json')
    expect(await readJson(path)).toBeUndefined()
    await writeFile(path, '{"n":')
    expect(await readJson(path)).toBeUndefined()
  })
})
