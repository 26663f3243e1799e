import { randomBytes } from 'node:crypto'
import { open, rm } from 'node:fs/promises'

const BLOCK = 8 << 20

/** Bytes a second at which a new file of so many bytes gets onto the disk: written from end to end, then synced. */
export async function diskSpeed(path: string, bytes: number): Promise<number> {
  const block = randomBytes(BLOCK)
  const file = await open(path, 'wx')
  try {
    const startedMs = performance.now()
    for (let at = 0; at < bytes; at += BLOCK) await file.write(block, 0, Math.min(BLOCK, bytes - at), at)
    await file.sync()
    return bytes / ((performance.now() - startedMs) / 1000)
  } finally {
    await file.close()
    await rm(path)
  }
}
