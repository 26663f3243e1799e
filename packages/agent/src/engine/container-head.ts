import { open } from 'node:fs/promises'

/** Boxes with which QuickTime and MP4 files begin (ISO/IEC 14496-12; `wide` and `pnot` are QuickTime's own). */
const firstBoxes = ['ftyp', 'styp', 'moov', 'moof', 'mdat', 'free', 'skip', 'wide', 'pnot', 'uuid', 'sidx']
/** Matroska (EBML), MXF, and the RIFF, IFF and Ogg families. */
const firstBytes = ['1a45dfa3', '060e2b34', ...['RIFF', 'RF64', 'FORM', 'OggS'].map((word) => hex(word))]

/**
 * Whether a file begins as a container does. Demuxers that are chosen by the file's name say of a text that its
 * index is missing, as they do of a film that was cut off; its first bytes tell the two apart.
 */
export async function beginsAsContainer(path: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const head = Buffer.alloc(8)
    await file.read(head, 0, head.length, 0)
    return firstBoxes.includes(head.toString('latin1', 4)) || firstBytes.includes(head.toString('hex', 0, 4))
  } finally {
    await file.close()
  }
}

function hex(word: string): string {
  return Buffer.from(word, 'latin1').toString('hex')
}
