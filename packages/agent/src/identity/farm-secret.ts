/** The 32 random bytes that the agents of one farm share, kept as hex in a file of mode 0600. */
export class FarmSecret {
  /**
   * Reads the file, or creates it when it is absent.
   * `SHEAF_CONFIG_INVALID` when it is readable by group or others, or is not 64 hex digits.
   */
  static open(path: string): Promise<FarmSecret> {
    return Promise.reject(new Error(`not implemented: ${path}`))
  }

  /** A secret from its 64 hex digits, for configuration given in the environment. `SHEAF_CONFIG_INVALID` otherwise. */
  static fromHex(text: string, where: string): FarmSecret {
    throw new Error(`not implemented: ${text.length} ${where}`)
  }

  /** HKDF-SHA256 of the secret for one purpose, 32 bytes. */
  deriveKey(purpose: string): Uint8Array {
    throw new Error(`not implemented: ${purpose}`)
  }
}
