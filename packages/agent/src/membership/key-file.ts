import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { parseFarmId, SheafError, type FarmId } from '@sheaf/protocol'
import { FarmKey } from './farm-key.js'

/** What a recovery file brings back. */
export interface RecoveredFarm {
  readonly farmId: FarmId
  readonly farmName: string
  readonly key: FarmKey
  readonly lastSerial: number
}

const format = 'sheaf farm key 1'
/** 128 MiB and about half a second: a guess at a passphrase costs as much. */
const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 << 20 }
const least = 8

/** The farm key under a passphrase (scrypt, AES-256-GCM), as text for a file. `SHEAF_REQUEST_INVALID` for a short one. */
export async function sealFarmKey(farm: RecoveredFarm, passphrase: string): Promise<string> {
  if (passphrase.length < least) {
    throw new SheafError({
      code: 'SHEAF_REQUEST_INVALID',
      message: `The passphrase has fewer than ${least} characters.`,
      hint: 'Take several words: whoever has file and passphrase owns the farm.',
    })
  }
  const salt = randomBytes(16)
  const nonce = randomBytes(12)
  const { farmId, farmName } = farm
  const cipher = createCipheriv('aes-256-gcm', await deriveKey(passphrase, salt), nonce)
  cipher.setAAD(boundText(farmId, farmName))
  const secret = JSON.stringify({ seed: Buffer.from(farm.key.seed()).toString('hex'), lastSerial: farm.lastSerial })
  const data = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
  const file = { format, farmId, farmName, salt: base64(salt), nonce: base64(nonce), data: base64(data) }
  return `${JSON.stringify({ ...file, tag: base64(cipher.getAuthTag()) }, undefined, 2)}\n`
}

/** Reads what `sealFarmKey` wrote. `SHEAF_PASSPHRASE_WRONG`; `SHEAF_CONFIG_INVALID` for another file. */
export async function openFarmKey(text: string, passphrase: string): Promise<RecoveredFarm> {
  const { farmId, farmName, salt, nonce, data, tag } = readFile(text)
  try {
    const decipher = createDecipheriv('aes-256-gcm', await deriveKey(passphrase, salt), nonce)
    decipher.setAAD(boundText(farmId, farmName))
    decipher.setAuthTag(tag)
    const secret = JSON.parse(Buffer.concat([decipher.update(data), decipher.final()]).toString('utf8')) as {
      readonly seed: string
      readonly lastSerial: number
    }
    return { farmId, farmName, key: FarmKey.fromSeed(Buffer.from(secret.seed, 'hex')), lastSerial: secret.lastSerial }
  } catch {
    // The cause would tell nothing more, and must not tell what it read.
    throw new SheafError({
      code: 'SHEAF_PASSPHRASE_WRONG',
      message: 'The passphrase does not open this file, or the file was changed.',
      hint: 'Try again; without the passphrase nobody can read it.',
    })
  }
}

function readFile(text: string) {
  try {
    const value = JSON.parse(text) as Readonly<Record<string, unknown>>
    const bytes = (name: string, length?: number): Buffer => {
      const part = Buffer.from(String(value[name]), 'base64')
      if (length !== undefined && part.byteLength !== length) throw new Error(name)
      return part
    }
    const farmId = parseFarmId(String(value['farmId']))
    const { farmName } = value
    if (value['format'] !== format || farmId === undefined || typeof farmName !== 'string') throw new Error('format')
    return {
      farmId,
      farmName,
      salt: bytes('salt', 16),
      nonce: bytes('nonce', 12),
      data: bytes('data'),
      tag: bytes('tag', 16),
    }
  } catch (cause) {
    throw new SheafError({
      code: 'SHEAF_CONFIG_INVALID',
      message: 'That file is no recovery file of a farm key.',
      hint: 'Name the file that sheaf farm export-key has written.',
      cause,
    })
  }
}

/** What the file says in the clear belongs to what it keeps. */
const boundText = (farmId: FarmId, farmName: string): Buffer => Buffer.from(`${format}\n${farmId}\n${farmName}`)

function deriveKey(passphrase: string, salt: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    scrypt(passphrase.normalize('NFKC'), salt, 32, cost, (error, key) =>
      error === null ? resolve(key) : reject(error),
    ),
  )
}
