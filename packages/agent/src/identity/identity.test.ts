import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Identity, StoreLock, verifySignature } from './index.js'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sheaf-identity-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

describe('Identity', () => {
  it('is kept, for its owner alone', async () => {
    const first = await Identity.open(dir)
    const again = await Identity.open(dir)
    expect(again.peerId).toBe(first.peerId)
    expect((await stat(join(dir, 'identity.key'))).mode & 0o777).toBe(0o600)
    expect(await readdir(dir)).toEqual(['identity.key'])
  })

  it('is one identity when two openings race', async () => {
    const [first, second] = await Promise.all([Identity.open(dir), Identity.open(dir)])
    expect(first.peerId).toBe(second.peerId)
  })

  it('signs what everybody can verify with the peer id alone', async () => {
    const identity = await Identity.open(dir)
    const other = await Identity.open(join(dir, 'other'))
    const bytes = Buffer.from('one fact')
    const signature = identity.sign(bytes)
    expect(verifySignature(identity.peerId, bytes, signature)).toBe(true)
    expect(verifySignature(other.peerId, bytes, signature)).toBe(false)
    expect(verifySignature(identity.peerId, Buffer.from('one fect'), signature)).toBe(false)
    expect(verifySignature(identity.peerId, bytes, signature.subarray(1))).toBe(false)
    expect(verifySignature('nobody' as never, bytes, signature)).toBe(false)
  })

  it('says which file is damaged', async () => {
    await writeFile(join(dir, 'identity.key'), 'not a key')
    await expect(Identity.open(dir)).rejects.toMatchObject({
      code: 'SHEAF_STORE_DAMAGED',
      message: expect.stringContaining(join(dir, 'identity.key')) as string,
    })
  })
})

describe('StoreLock', () => {
  it('names the holder and its folder', async () => {
    const lock = await StoreLock.take(dir)
    await expect(StoreLock.take(dir)).rejects.toMatchObject({
      code: 'SHEAF_STORE_IN_USE',
      details: { dir, pid: process.pid },
      hint: expect.stringContaining('--store') as string,
    })
    await lock.release()
    await lock.release()
    const next = await StoreLock.take(dir)
    await next.release()
  })

  it('goes with a holder that is killed', async () => {
    const level = pathToFileURL(createRequire(import.meta.url).resolve('level')).href
    const script = `
      const { Level } = (await import(${JSON.stringify(level)})).default
      await new Level(${JSON.stringify(join(dir, 'lock'))}).open()
      console.log('held')
      setInterval(() => {}, 1000)`
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(holder.stdout, 'data')
    await expect(StoreLock.take(dir)).rejects.toMatchObject({ code: 'SHEAF_STORE_IN_USE' })
    const gone = once(holder, 'exit')
    holder.kill('SIGKILL')
    await gone
    const lock = await StoreLock.take(dir)
    await lock.release()
  })
})
