import { createReadStream } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import type { MovieEnd } from './movie-assembler.js'

/** Where the second file is written meanwhile; a crash may leave it there. */
export const fastPathOf = (path: string): string => `${path}.fast`

/**
 * Writes a finished movie once more, with its index between head and media, and puts it in the first one's place.
 * Returns the new file, which is open; the old one is closed.
 */
export async function indexFirst(file: FileHandle, path: string, end: MovieEnd): Promise<FileHandle> {
  const fastPath = fastPathOf(path)
  await rm(fastPath, { force: true })
  const fast = await open(fastPath, 'wx+', 0o644)
  try {
    const head = Buffer.alloc(end.position)
    await file.read(head, 0, head.length, 0)
    await fast.appendFile(head)
    await fast.appendFile(indexOf(end))
    const media = { fd: file, start: end.position, end: end.endOfMedia - 1, autoClose: false }
    for await (const bytes of createReadStream('', {
      ...media,
      highWaterMark: 4 * 1024 * 1024,
    }) as AsyncIterable<Buffer>) {
      await fast.appendFile(bytes)
    }
    await file.close()
    await rename(fastPath, path)
    return fast
  } catch (error) {
    await fast.close()
    await rm(fastPath, { force: true })
    throw error
  }
}

/** Moving the media may make their offsets longer, and that the index: at most once. */
function indexOf({ indexFor }: MovieEnd): Buffer {
  const first = indexFor(indexFor(0).length)
  const second = indexFor(first.length)
  return second.length === first.length ? second : indexFor(second.length)
}
