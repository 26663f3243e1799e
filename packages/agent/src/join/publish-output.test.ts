import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { setAside } from './publish-output.js'

it.each([
  ['as long as can be', `${'n'.repeat(251)}.mp4`],
  ['of letters of several bytes', `${'é'.repeat(124)}a.mp4`],
])('a faulty film is kept under a name that is cut when the film’s own is %s', async (_name, name) => {
  const dir = await mkdtemp(join(tmpdir(), 'sheaf-test-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const kept: string[] = []
  for (const text of ['one', 'two']) {
    const partPath = join(dir, '.part')
    await writeFile(partPath, text)
    kept.push(await setAside(partPath, join(dir, name)))
    expect(await readFile(kept.at(-1) ?? '', 'utf8')).toBe(text)
  }
  expect(kept.map((path) => /[né]+\.faulty(-2)?\.mp4$/.test(path))).toEqual([true, true])
  expect((await readdir(dir)).length).toBe(2)
})
