import { randomBytes, timingSafeEqual } from 'node:crypto'
import { chmod, readFile, writeFile } from 'node:fs/promises'

/** Reads the API's token, or makes it: 32 random bytes in hex, readable by this user alone. */
export async function openApiToken(path: string): Promise<string> {
  const existing = (await readFile(path, 'utf8').catch(() => '')).trim()
  if (/^[0-9a-f]{64}$/.test(existing)) {
    await chmod(path, 0o600)
    return existing
  }
  const token = randomBytes(32).toString('hex')
  await writeFile(path, token, { mode: 0o600 })
  await chmod(path, 0o600)
  return token
}

/** Compares in constant time. */
export function isToken(expected: string, header: string | undefined): boolean {
  const given = Buffer.from(header?.replace(/^Bearer /i, '') ?? '')
  const wanted = Buffer.from(expected)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}
