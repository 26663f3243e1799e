import { mkdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  certificateChainFromWire,
  certificateChainToWire,
  parseFarmId,
  parseFarmKeyId,
  SheafError,
  type Credentials,
} from '@sheaf/protocol'
import { syncFolder, writeJsonDurably } from '../store/index.js'
import { FarmKey, fingerprintOf } from './farm-key.js'

/** The farm key as it is kept, with the seniority that was given last. */
export interface KeptFarmKey {
  readonly key: FarmKey
  readonly lastSerial: number
}

const credentialsName = 'credentials.json'
const keyName = 'farm.key'

/**
 * What a store keeps of its farm, in `<store>/farm`: the credentials, and the farm key where it was made or imported.
 * Files are whole or absent, and for their owner alone. A farm that is left is kept in `<store>/farm-before`.
 */
export class FarmFolder {
  readonly #root: string

  private constructor(root: string) {
    this.#root = root
  }

  /** Opens the folder of the store `root`, ending a change of farms that a crash has cut. */
  static async open(root: string): Promise<FarmFolder> {
    const folder = new FarmFolder(root)
    const next = await readJsonFile(join(folder.#nextDir, credentialsName))
    if (next !== undefined && (await readJsonFile(folder.credentialsPath)) === undefined) await folder.#moveIn()
    else await rm(folder.#nextDir, { recursive: true, force: true })
    await mkdir(folder.dir, { recursive: true, mode: 0o700 })
    return folder
  }

  get dir(): string {
    return join(this.#root, 'farm')
  }

  get credentialsPath(): string {
    return join(this.dir, credentialsName)
  }

  get keyPath(): string {
    return join(this.dir, keyName)
  }

  /** `undefined` when this machine is in no farm. `SHEAF_STORE_DAMAGED`. */
  async credentials(): Promise<Credentials | undefined> {
    const value = await readJsonFile(this.credentialsPath)
    return value === undefined ? undefined : parseCredentials(value, this.credentialsPath)
  }

  /** Keeps new credentials of the same farm. `SHEAF_DISK_FULL`. */
  async keepCredentials(credentials: Credentials): Promise<void> {
    await writeKept(this.credentialsPath, credentialsToJson(credentials))
  }

  /** `undefined` when the farm key is not here. `SHEAF_STORE_DAMAGED`, `SHEAF_CONFIG_INVALID` when others may read it. */
  async farmKey(): Promise<KeptFarmKey | undefined> {
    const value = await readJsonFile(this.keyPath)
    if (value === undefined) return undefined
    await refuseOpenToOthers(this.keyPath)
    const { key, lastSerial } = value as { readonly key?: unknown; readonly lastSerial?: unknown }
    const seed = typeof key === 'string' && /^[0-9a-f]{64}$/.test(key) ? Buffer.from(key, 'hex') : undefined
    if (seed === undefined || !Number.isSafeInteger(lastSerial)) throw damaged(this.keyPath)
    return { key: FarmKey.fromSeed(seed), lastSerial: lastSerial as number }
  }

  /** `SHEAF_DISK_FULL`. */
  async keepFarmKey({ key, lastSerial }: KeptFarmKey): Promise<void> {
    await writeKept(this.keyPath, { key: Buffer.from(key.seed()).toString('hex'), lastSerial })
  }

  /**
   * Goes over to another farm: what is of the old one is kept aside. A crash leaves one or the other.
   * `SHEAF_DISK_FULL` changes nothing.
   */
  async changeTo(credentials: Credentials): Promise<void> {
    await rm(this.#nextDir, { recursive: true, force: true })
    await mkdir(this.#nextDir, { recursive: true, mode: 0o700 })
    await writeKept(join(this.#nextDir, credentialsName), credentialsToJson(credentials))
    await this.leave()
    await this.#moveIn()
  }

  /** Sets what is of the farm aside; the machine is in none then. */
  async leave(): Promise<void> {
    const old = await this.credentials().catch(() => undefined)
    const name = old === undefined ? 'unknown' : fingerprintOf(old.farmId)
    const aside = join(this.#root, 'farm-before')
    await mkdir(aside, { recursive: true, mode: 0o700 })
    await rename(this.dir, join(aside, `${name}-${Date.now()}`)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    })
    await syncFolder(this.#root)
  }

  get #nextDir(): string {
    return join(this.#root, 'farm.next')
  }

  async #moveIn(): Promise<void> {
    // An empty folder may have been made since; one that holds anything is never replaced.
    await rmdir(this.dir).catch(() => undefined)
    await rename(this.#nextDir, this.dir)
    await syncFolder(this.#root)
  }
}

function credentialsToJson({ farmId, farmName, farmKey, chain }: Credentials): unknown {
  return { farmId, farmName, farmKey, chain: Buffer.from(certificateChainToWire(chain)).toString('base64') }
}

function parseCredentials(value: unknown, path: string): Credentials {
  const { farmId, farmName, farmKey, chain } = value as Readonly<Record<string, unknown>>
  const id = typeof farmId === 'string' ? parseFarmId(farmId) : undefined
  const key = typeof farmKey === 'string' ? parseFarmKeyId(farmKey) : undefined
  if (id === undefined || key === undefined || typeof farmName !== 'string' || typeof chain !== 'string') {
    throw damaged(path)
  }
  try {
    return { farmId: id, farmName, farmKey: key, chain: certificateChainFromWire(Buffer.from(chain, 'base64')) }
  } catch (cause) {
    throw damaged(path, cause)
  }
}

/** `undefined` when it is absent; a file that is there and no JSON object is damaged, never founded over. */
async function readJsonFile(path: string): Promise<unknown> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw damaged(path, cause)
  }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // What the parser says quotes the file, and the file may be a secret.
  }
  throw damaged(path)
}

async function writeKept(path: string, value: unknown): Promise<void> {
  try {
    await writeJsonDurably(path, value)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const full = code === 'ENOSPC' || code === 'EDQUOT'
    throw new SheafError({
      code: full ? 'SHEAF_DISK_FULL' : 'SHEAF_CONFIG_INVALID',
      message: full ? `No room to write ${path}.` : `${path} cannot be written (${code ?? 'unknown reason'}).`,
      hint: full ? 'Make room there and try again.' : 'Give yourself the right to write there.',
      cause,
    })
  }
}

async function refuseOpenToOthers(path: string): Promise<void> {
  // Windows has no such mode bits; there the user's profile folder protects the file.
  if (process.platform === 'win32') return
  const { mode } = await stat(path)
  if ((mode & 0o077) === 0) return
  throw new SheafError({
    code: 'SHEAF_CONFIG_INVALID',
    message: `Others on this machine may read the farm key ${path} (mode ${(mode & 0o777).toString(8).padStart(4, '0')}).`,
    hint: `Run: chmod 600 '${path}'`,
  })
}

function damaged(path: string, cause?: unknown): SheafError {
  return new SheafError({
    code: 'SHEAF_STORE_DAMAGED',
    message: `${path} is not what Sheaf wrote there.`,
    hint: 'Restore it from a backup, or move it away: this machine is in no farm then.',
    ...(cause === undefined ? {} : { cause }),
  })
}
