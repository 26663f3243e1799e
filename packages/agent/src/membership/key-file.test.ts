import { describe, expect, it } from 'vitest'
import type { FarmId } from '@sheaf/protocol'
import { FarmKey } from './farm-key.js'
import { openFarmKey, sealFarmKey } from './key-file.js'

const key = FarmKey.generate()
const farm = { farmId: key.id as string as FarmId, farmName: 'studio-1', key, lastSerial: 7 }
const passphrase = 'three words here'

describe('a recovery file', () => {
  it('brings the key back with its passphrase, shows nothing of it, and tells a change or a wrong word', async () => {
    const text = await sealFarmKey(farm, passphrase)
    expect(text).not.toContain(Buffer.from(key.seed()).toString('hex'))
    const back = await openFarmKey(text, passphrase)
    expect({ ...back, key: back.key.id }).toEqual({ ...farm, key: key.id })
    expect(back.key.seed()).toEqual(key.seed())
    const wrong = { code: 'SHEAF_PASSPHRASE_WRONG' }
    await expect(openFarmKey(text, `${passphrase}!`)).rejects.toMatchObject(wrong)
    await expect(openFarmKey(text.replace('studio-1', 'studio-2'), passphrase)).rejects.toMatchObject(wrong)
  })

  it('needs a passphrase worth the name, and is no other file', async () => {
    await expect(sealFarmKey(farm, 'short')).rejects.toMatchObject({ code: 'SHEAF_REQUEST_INVALID' })
    for (const text of ['', '{}', 'null', '{"format":"sheaf farm key 1"}']) {
      await expect(openFarmKey(text, passphrase)).rejects.toMatchObject({ code: 'SHEAF_CONFIG_INVALID' })
    }
  })
})
