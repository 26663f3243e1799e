import { open } from 'node:fs/promises'
import { seededRandom } from '../statistics/random.js'

/** Writes a file that nothing can compress and whose blocks differ; afterwards it is in the cache, as far as it fits. */
export async function writeRandomFile(path: string, sizeBytes: number, seed: number): Promise<void> {
  const random = seededRandom(seed)
  const words = Uint32Array.from({ length: 1 << 18 }, () => random() * 2 ** 32)
  const file = await open(path, 'w')
  for (let left = sizeBytes; left > 0; left -= words.byteLength) {
    words[0] = left
    await file.appendFile(new Uint8Array(words.buffer))
  }
  await file.close()
}
