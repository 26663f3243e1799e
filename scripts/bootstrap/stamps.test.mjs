import { mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { digestContents, digestTimes, readStamp, writeStamp } from './stamps.mjs'

let root = ''

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'sheaf-stamps-'))
  await mkdir(path.join(root, 'src/deep'), { recursive: true })
  await writeFile(path.join(root, 'a.json'), 'a')
  await writeFile(path.join(root, 'src/deep/b.ts'), 'b')
})

afterEach(async () => {
  await rm(root, { recursive: true, force: true })
})

describe('digestContents', () => {
  const files = ['a.json', 'missing.json']

  it('depends on contents and extra values, not on times or order', async () => {
    const before = await digestContents(root, files)
    await utimes(path.join(root, 'a.json'), 1, 1)
    expect(await digestContents(root, [...files].reverse())).toBe(before)
    expect(await digestContents(root, files, ['linux'])).not.toBe(before)
    await writeFile(path.join(root, 'a.json'), 'A')
    expect(await digestContents(root, files)).not.toBe(before)
  })

  it('tells a missing file from an empty one', async () => {
    const before = await digestContents(root, files)
    await writeFile(path.join(root, 'missing.json'), '')
    expect(await digestContents(root, files)).not.toBe(before)
  })
})

describe('digestTimes', () => {
  it('is the same when nothing changed', async () => {
    expect(await digestTimes(root, ['src', 'none'])).toBe(await digestTimes(root, ['src', 'none']))
  })

  it.each([
    ['a new file', () => writeFile(path.join(root, 'src/c.ts'), '')],
    ['a file that went away', () => rm(path.join(root, 'src/deep/b.ts'))],
    ['a new name', () => rename(path.join(root, 'src/deep/b.ts'), path.join(root, 'src/deep/c.ts'))],
    ['an older time', () => utimes(path.join(root, 'src/deep/b.ts'), 1, 1)],
  ])('sees %s', async (_, change) => {
    const before = await digestTimes(root, ['src'])
    await change()
    expect(await digestTimes(root, ['src'])).not.toBe(before)
  })
})

describe('writeStamp', () => {
  it('is read back, and there is none before', async () => {
    const file = path.join(root, 'tools/step.stamp')
    expect(await readStamp(file)).toBeNull()
    await writeStamp(file, 'digest')
    expect(await readStamp(file)).toBe('digest')
  })
})
