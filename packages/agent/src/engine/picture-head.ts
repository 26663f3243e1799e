import { open } from 'node:fs/promises'

/** Reads bytes of a file; fewer at its end. */
export type ReadAt = (at: number, length: number) => Promise<Buffer>

/** What kind of picture a file holds, and how. */
export interface PictureHead {
  /** ffmpeg's name for a stream of such pictures. */
  readonly container: 'png_pipe' | 'jpeg_pipe' | 'tiff_pipe' | 'exr_pipe' | 'dpx_pipe'
  /** Pictures with equal layouts are decoded to the same size and format: `PNG 1920x1080, 8 bits, colour type 2`. */
  readonly layout: string
}

/**
 * Looks at the first bytes of a picture: PNG, JPEG, TIFF, OpenEXR or DPX; undefined for anything else. The pictures of a
 * sequence must be alike, for ffmpeg would begin its filters anew in the middle.
 */
export async function readPictureHead(read: ReadAt): Promise<PictureHead | undefined> {
  const head = await read(0, 32)
  if (head.length < 32) return undefined
  if (head.toString('hex', 0, 8) === '89504e470d0a1a0a') return { container: 'png_pipe', layout: await png(read, head) }
  if (head.toString('hex', 0, 3) === 'ffd8ff') return { container: 'jpeg_pipe', layout: await jpeg(read) }
  const start = head.toString('latin1', 0, 4)
  if (start === 'II*\0' || start === 'MM\0*') return { container: 'tiff_pipe', layout: await tiff(read, head) }
  if (head.readUInt32LE(0) === 0x01312f76) return { container: 'exr_pipe', layout: await exr(read) }
  if (start === 'SDPX' || start === 'XPDS') return { container: 'dpx_pipe', layout: await dpx(read) }
  return undefined
}

/** The header, and whether one of its colours is transparent, which makes it another format. */
async function png(read: ReadAt, head: Buffer): Promise<string> {
  const size = `${head.readUInt32BE(16)}x${head.readUInt32BE(20)}`
  let transparent = ''
  for (let at = 33, chunks = 0; chunks < 100; chunks++) {
    const chunk = await read(at, 8)
    if (chunk.length < 8) break
    const kind = chunk.toString('latin1', 4, 8)
    if (kind === 'tRNS') transparent = ', a transparent colour'
    if (kind === 'IDAT' || kind === 'IEND') break
    at += chunk.readUInt32BE(0) + 12
  }
  return `PNG ${size}, ${head[24]} bits, colour type ${head[25]}${transparent}`
}

/** The frame header: size, bits, and how the components are sampled. */
async function jpeg(read: ReadAt): Promise<string> {
  for (let at = 2, markers = 0; markers < 1000; markers++) {
    const bytes = await read(at, 32)
    const marker = bytes[1]
    if (bytes.length < 10 || bytes[0] !== 0xff || marker === undefined) break
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const components = bytes[9] ?? 0
      const sampling = Array.from({ length: components }, (_, i) => (bytes[11 + 3 * i] ?? 0).toString(16))
      return `JPEG ${bytes.readUInt16BE(7)}x${bytes.readUInt16BE(5)}, ${bytes[4]} bits, sampled ${sampling.join(' ')}`
    }
    at += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(2)
  }
  return 'JPEG without a frame'
}

/** Tags of the first directory that decide size and format. */
const TIFF_TAGS = [256, 257, 258, 262, 277, 284, 338, 339, 530]

async function tiff(read: ReadAt, head: Buffer): Promise<string> {
  const little = head.toString('latin1', 0, 2) === 'II'
  const u16 = (bytes: Buffer, at: number): number => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at))
  const u32 = (bytes: Buffer, at: number): number => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
  const directory = u32(head, 4)
  const count = await read(directory, 2)
  const entries = await read(directory + 2, count.length < 2 ? 0 : u16(count, 0) * 12)
  const found: string[] = []
  for (let at = 0; at + 12 <= entries.length; at += 12) {
    const tag = u16(entries, at)
    if (!TIFF_TAGS.includes(tag)) continue
    const values = u32(entries, at + 4)
    const wide = u16(entries, at + 2) === 4
    // Values that do not fit into the entry stand elsewhere; bits of each channel do.
    const bytes = values * (wide ? 4 : 2) <= 4 ? entries.subarray(at + 8) : await read(u32(entries, at + 8), values * 2)
    const shown = Array.from({ length: Math.min(values, 8) }, (_, i) =>
      wide ? u32(bytes, 4 * i) : bytes.length >= 2 * i + 2 ? u16(bytes, 2 * i) : 0,
    )
    found.push(`${tag}=${shown.join('/')}`)
  }
  return `TIFF ${found.join(', ')}`
}

async function dpx(read: ReadAt): Promise<string> {
  const bytes = await read(768, 40)
  const little = (await read(0, 4)).toString('latin1') === 'XPDS'
  const u32 = (at: number): number => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
  if (bytes.length < 40) return 'DPX without a header'
  return `DPX ${u32(4)}x${u32(8)}, ${bytes[35]} bits, descriptor ${bytes[32]}, transfer ${bytes[33]}`
}

/** Attributes of an OpenEXR header that decide size and format. */
const EXR_ATTRIBUTES = ['channels', 'dataWindow', 'displayWindow', 'pixelAspectRatio']

async function exr(read: ReadAt): Promise<string> {
  const bytes = await read(0, 65_536)
  const found: string[] = []
  for (let at = 8; at < bytes.length && bytes[at] !== 0;) {
    const nameEnd = bytes.indexOf(0, at)
    const typeEnd = bytes.indexOf(0, nameEnd + 1)
    if (nameEnd < 0 || typeEnd < 0 || typeEnd + 5 > bytes.length) break
    const name = bytes.toString('latin1', at, nameEnd)
    const size = bytes.readUInt32LE(typeEnd + 1)
    if (EXR_ATTRIBUTES.includes(name)) found.push(`${name} ${bytes.toString('hex', typeEnd + 5, typeEnd + 5 + size)}`)
    at = typeEnd + 5 + size
  }
  return `OpenEXR ${found.sort().join(', ')}`
}

/** ffmpeg's name for a stream of pictures such as the one in this file; undefined when it is none that is known here. */
export async function pictureContainer(path: string): Promise<PictureHead['container'] | undefined> {
  const file = await open(path, 'r')
  try {
    const head = await readPictureHead(async (at, length) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at)
      return buffer.subarray(0, bytesRead)
    })
    return head?.container
  } finally {
    await file.close()
  }
}
