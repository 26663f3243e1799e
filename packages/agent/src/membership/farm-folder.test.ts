import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Identity } from '../identity/index.js'
import { foundTestFarm } from '../measuring/found-test-farm.js'
import { FarmFolder, openOrFoundFarm } from './index.js'

let store: string
beforeEach(async () => {
  store = await mkdtemp(join(tmpdir(), 'sheaf-farm-'))
})
afterEach(() => rm(store, { recursive: true, force: true }))

const modeOf = async (...path: readonly string[]) => (await stat(join(store, ...path))).mode & 0o777

describe('the farm of a store', () => {
  it('is founded once, with its key for the owner alone, and found again', async () => {
    const { peerId: peer } = await Identity.generate()
    const init = { peer, name: 'studio-1', atMs: Date.now() }
    const first = await openOrFoundFarm(await FarmFolder.open(store), init)
    expect(first.how).toBe('founded')
    const folder = await FarmFolder.open(store)
    const again = await openOrFoundFarm(folder, { ...init, name: 'renamed' })
    expect([again.how, again.credentials.farmId]).toEqual(['kept', first.credentials.farmId])
    expect(await folder.farmKey()).toMatchObject({ key: { id: first.credentials.farmKey }, lastSerial: 1 })
    expect([await modeOf('farm', 'farm.key'), await modeOf('farm', 'credentials.json')]).toEqual([0o600, 0o600])
    // The credentials are gone, the key is not: the farm is the same, and no serial is given twice.
    await rm(folder.credentialsPath)
    const mended = await openOrFoundFarm(await FarmFolder.open(store), init)
    expect([mended.how, mended.credentials.farmId]).toEqual(['founded', first.credentials.farmId])
    expect((await folder.farmKey())?.lastSerial).toBe(2)
  })

  it('is not that of another machine', async () => {
    const [own, other] = [await Identity.generate(), await Identity.generate()]
    const folder = await FarmFolder.open(store)
    await folder.keepCredentials((await foundTestFarm()).credentialsFor(other))
    const opening = openOrFoundFarm(folder, { peer: own.peerId, name: 'n', atMs: 0 })
    await expect(opening).rejects.toMatchObject({
      code: 'SHEAF_STORE_DAMAGED',
      message: expect.stringContaining(other.peerId) as string,
    })
  })

  it('refuses a key that others may read, and files that are not its own, without saying what is in them', async () => {
    const folder = await FarmFolder.open(store)
    for (const text of ['swordfish', '{"key":"swordfish","lastSerial":1}', '{"key":1}', '[]', 'null']) {
      await writeFile(folder.keyPath, text, { mode: 0o600 })
      const error: unknown = await folder.farmKey().catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'SHEAF_STORE_DAMAGED' })
      expect(JSON.stringify(error) + String((error as Error).cause)).not.toContain('swordfish')
      await writeFile(folder.credentialsPath, text, { mode: 0o600 })
      await expect(folder.credentials()).rejects.toMatchObject({ code: 'SHEAF_STORE_DAMAGED' })
    }
    await chmod(folder.keyPath, 0o640)
    await writeFile(folder.keyPath, JSON.stringify({ key: 'ab'.repeat(32), lastSerial: 1 }))
    await expect(folder.farmKey()).rejects.toMatchObject({ hint: `Run: chmod 600 '${folder.keyPath}'` })
  })

  it('is the old one or the new one, wherever a change of farms is cut off', async () => {
    const own = await Identity.generate()
    const [before, after] = [await foundTestFarm(), await foundTestFarm()]
    const folder = await FarmFolder.open(store)
    await folder.keepCredentials(before.credentialsFor(own))
    const farmNow = async () => (await (await FarmFolder.open(store)).credentials())?.farmId
    // Cut after the new credentials were written, half of them or all.
    await mkdir(join(store, 'farm.next'))
    expect(await farmNow()).toBe(before.farmId)
    expect(await readdir(store)).toEqual(['farm'])
    await folder.changeTo(after.credentialsFor(own))
    expect(await farmNow()).toBe(after.farmId)
    // Cut after the old one was set aside.
    await rename(join(store, 'farm'), join(store, 'farm.next'))
    expect(await farmNow()).toBe(after.farmId)
  })
})
