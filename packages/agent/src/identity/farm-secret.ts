import { hkdfSync, randomBytes } from 'node:crypto'
import { mkdir, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SheafError } from '@sheaf/protocol'
import { createPrivateFile } from './write-private-file.js'

const secretBytes = 32

/** The 32 random bytes that the agents of one farm share, kept as hex in a file of mode 0600. */
export class FarmSecret {
  readonly #bytes: Uint8Array

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /**
   * Reads the file, or creates it when it is absent.
   * `SHEAF_CONFIG_INVALID` when it is readable by group or others, or is not 64 hex digits.
   */
  static async open(path: string): Promise<FarmSecret> {
    const kept = await readSecretFile(path)
    if (kept !== undefined) return FarmSecret.fromHex(kept, path)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await createPrivateFile(path, `${randomBytes(secretBytes).toString('hex')}\n`)
    const created = await readSecretFile(path)
    return FarmSecret.fromHex(created ?? '', path)
  }

  /** A secret from its 64 hex digits, for configuration given in the environment. `SHEAF_CONFIG_INVALID` otherwise. */
  static fromHex(text: string, where: string): FarmSecret {
    const hex = text.trim()
    if (!/^[0-9a-fA-F]{64}$/.test(hex)) {
      throw new SheafError({
        code: 'SHEAF_CONFIG_INVALID',
        message: `The farm secret in ${where} is not 64 hexadecimal digits.`,
        hint: 'Copy the file from an agent that is in the farm, or remove it to start a farm of your own.',
      })
    }
    return new FarmSecret(Buffer.from(hex, 'hex'))
  }

  /** HKDF-SHA256 of the secret for one purpose, 32 bytes. */
  deriveKey(purpose: string): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', this.#bytes, new Uint8Array(0), purpose, 32))
  }

  /** Never shown, also not by accident. */
  toJSON(): string {
    return '[farm secret]'
  }
}

async function readSecretFile(path: string): Promise<string | undefined> {
  try {
    // Windows has no such mode bits; there the user's profile folder protects the file.
    if (process.platform !== 'win32') {
      const { mode } = await stat(path)
      if ((mode & 0o077) !== 0) throw openToOthers(path, mode)
    }
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if (error instanceof SheafError) throw error
    throw new SheafError({
      code: 'SHEAF_CONFIG_INVALID',
      message: `The farm secret ${path} cannot be read.`,
      hint: 'Give yourself the right to read it.',
      cause: error,
    })
  }
}

function openToOthers(path: string, mode: number): SheafError {
  return new SheafError({
    code: 'SHEAF_CONFIG_INVALID',
    message: `Others on this machine may read the farm secret ${path} (mode ${(mode & 0o777).toString(8).padStart(4, '0')}).`,
    hint: `Run: chmod 600 '${path}'`,
  })
}
