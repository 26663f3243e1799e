import { isSheafError } from '@sheaf/protocol'
import type { FfmpegTools } from './find-ffmpeg.js'
import { partUrl } from './input-places.js'
import type { PictureHead } from './picture-head.js'
import { runTool } from './run-tool.js'

/** A picture to be decoded: a file, or a part of one. */
export interface PictureFile {
  readonly path: string
  readonly container: PictureHead['container']
  readonly part?: { readonly start: number; readonly end: number } | undefined
}

/** Pictures that one process decodes. */
const AT_ONCE = 16

/**
 * Decodes pictures, at low priority and a few at a time, and tells which of them a compositor would fail at: by their
 * places in the list, rising. Throws SHEAF_TOOL_MISSING, or the signal's reason.
 */
export async function brokenPictures(
  pictures: readonly PictureFile[],
  how: { readonly tools: Pick<FfmpegTools, 'ffmpeg'>; readonly signal?: AbortSignal | undefined },
): Promise<readonly number[]> {
  const broken: number[] = []
  for (let from = 0; from < pictures.length; from += AT_ONCE) {
    const some = pictures.slice(from, from + AT_ONCE)
    if (await decodes(some, how)) continue
    // One at a time it can be said which.
    for (const [i, picture] of some.entries()) if (!(await decodes([picture], how))) broken.push(from + i)
  }
  return broken
}

async function decodes(
  pictures: readonly PictureFile[],
  { tools, signal }: Parameters<typeof brokenPictures>[1],
): Promise<boolean> {
  const inputs = pictures.flatMap(({ path, container, part }) => [
    ...['-protocol_whitelist', 'file,subfile', '-f', container],
    ...['-i', part ? partUrl({ path, ...part }) : `file:${path}`],
  ])
  const outputs = pictures.flatMap((_, i) => ['-map', `${i}:v:0`, '-f', 'null', '-'])
  try {
    const args = ['-hide_banner', '-nostdin', '-v', 'error', '-nostats', ...inputs, ...outputs]
    // ffmpeg says what it cannot decode, and goes on; a compositor that has said something fails.
    return (await runTool({ file: tools.ffmpeg, args, signal })).stderr.trim() === ''
  } catch (error) {
    if (isSheafError(error) && error.code === 'SHEAF_TOOL_FAILED') return false
    throw error
  }
}
