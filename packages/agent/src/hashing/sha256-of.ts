import { hasher } from './hasher.js'

/** The SHA-256 of a file, in hex, taken on another thread. */
export async function sha256Of(path: string): Promise<string> {
  return (await hasher.file(path)).sha256
}
