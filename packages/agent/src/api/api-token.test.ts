import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isToken, openApiToken } from './api-token.js'

async function scratchPath(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'sheaf-test-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return join(dir, 'api-token')
}
const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777

describe('the token', () => {
  it('is made once, for this user alone', async () => {
    const path = await scratchPath()
    const token = await openApiToken(path)
    expect(token).toMatch(/^[0-9a-f]{64}$/)
    expect([await readFile(path, 'utf8'), await modeOf(path)]).toEqual([token, 0o600])
    await chmod(path, 0o644)
    expect([await openApiToken(path), await modeOf(path)]).toEqual([token, 0o600])
  })

  it.each(['', 'abc', 'G'.repeat(64)])('is made anew when the file holds %j, and closed to others', async (text) => {
    const path = await scratchPath()
    await writeFile(path, text, { mode: 0o644 })
    expect(await openApiToken(path)).toMatch(/^[0-9a-f]{64}$/)
    expect(await modeOf(path)).toBe(0o600)
  })

  it('is compared whole', () => {
    const token = 'a'.repeat(64)
    expect([isToken(token, `Bearer ${token}`), isToken(token, `bearer ${token}`)]).toEqual([true, true])
    for (const wrong of [
      undefined,
      '',
      'Bearer',
      `Bearer ${token}a`,
      `Bearer ${token.slice(1)}`,
      `Bearer ${'a'.repeat(63)}b`,
      `Bearer ${'ä'.repeat(32)}`,
    ]) {
      expect(isToken(token, wrong)).toBe(false)
    }
  })
})
