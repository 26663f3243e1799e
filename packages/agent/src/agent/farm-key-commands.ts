import { readFile, writeFile } from 'node:fs/promises'
import os from 'node:os'
import { certificateFromWire, SheafError, toSheafError, type Credentials } from '@sheaf/protocol'
import { Identity, StoreLock } from '../identity/index.js'
import { farmNameOf, keepFarm, type FarmName } from '../joining/index.js'
import { certifyAdmin, FarmFolder, openFarmKey, sealFarmKey } from '../membership/index.js'
import { openStorePaths } from '../store/index.js'
import { attachmentOf } from './join-machine.js'

export interface FarmKeyRequest {
  readonly storePath: string
  /** The recovery file. */
  readonly path: string
  readonly passphrase: string
}

/**
 * Writes the farm key of a store to a recovery file that is not there yet, mode 0600. `SHEAF_FARM_KEY_MISSING`,
 * `SHEAF_OUTPUT_EXISTS`, `SHEAF_REQUEST_INVALID` for a short passphrase.
 */
export async function exportFarmKey({ storePath, path, passphrase }: FarmKeyRequest): Promise<FarmName> {
  const folder = await FarmFolder.open((await openStorePaths(storePath)).root)
  const [credentials, kept] = [await folder.credentials(), await folder.farmKey()]
  if (credentials === undefined || kept === undefined) {
    throw new SheafError({
      code: 'SHEAF_FARM_KEY_MISSING',
      message: `No farm key lies in ${folder.dir}.`,
      hint: 'It is on the machine that founded the farm.',
    })
  }
  const { farmId, farmName } = credentials
  const text = await sealFarmKey({ farmId, farmName, ...kept }, passphrase)
  try {
    await writeFile(path, text, { mode: 0o600, flag: 'wx', flush: true })
  } catch (cause) {
    const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST'
    throw new SheafError({
      code: exists ? 'SHEAF_OUTPUT_EXISTS' : 'SHEAF_OUTPUT_NOT_WRITABLE',
      message: exists ? `${path} is there already.` : `${path} cannot be written.`,
      hint: 'Name another file.',
      cause,
    })
  }
  return farmNameOf(credentials)
}

/**
 * Brings a farm key back from a recovery file: this machine holds it from now on and is an admin of that farm, also
 * when nobody else of it is left. The agent must not run. `SHEAF_STORE_IN_USE`, `SHEAF_PASSPHRASE_WRONG`,
 * `SHEAF_CONFIG_INVALID`, `SHEAF_ALREADY_MEMBER`, `SHEAF_DISK_FULL`.
 */
export async function importFarmKey({ storePath, path, passphrase }: FarmKeyRequest): Promise<FarmName> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw toSheafError(cause, { code: 'SHEAF_CONFIG_INVALID', message: `${path} cannot be read.` })
  })
  const { farmId, farmName, key, lastSerial } = await openFarmKey(text, passphrase)
  const paths = await openStorePaths(storePath)
  const attachment = await attachmentOf(paths.root)
  const lock = await StoreLock.take(paths.root)
  try {
    const identity = await Identity.open(paths.identity)
    const folder = await FarmFolder.open(paths.root)
    const before = await folder.credentials()
    const own = before?.farmId === farmId ? certificateFromWire(before.chain[0].body) : undefined
    const serial = own?.role === 'admin' && own.farmKey === key.id ? own.serial : lastSerial + 1
    const name = own?.name ?? os.hostname()
    const chain = certifyAdmin(key, { peer: identity.peerId, name, serial, atMs: Date.now() })
    const credentials: Credentials = { farmId, farmName, farmKey: key.id, chain }
    await keepFarm(folder, credentials, attachment)
    await folder.keepFarmKey({ key, lastSerial: Math.max(lastSerial, serial) })
    return farmNameOf(credentials)
  } finally {
    await lock.release()
  }
}
