import { SheafError } from '@sheaf/protocol'

/**
 * The text of a file that people's programs wrote: UTF-8, or UTF-16 when its first bytes say so. Throws
 * SHEAF_EDIT_INVALID, naming the file, for any other: letters that are guessed would end up in the picture.
 */
export function decodeText(bytes: Uint8Array, path: string): string {
  const [first, second] = bytes
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new SheafError({
      code: 'SHEAF_EDIT_INVALID',
      message: `${path} is no text in ${encoding.toUpperCase()}.`,
      hint: 'Save it again as UTF-8.',
      cause,
    })
  }
}
