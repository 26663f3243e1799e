import type { PictureHead, ReadAt } from './picture-head.js'

/** A picture in a file, or in a part of one. */
export interface PictureBytes {
  readonly read: ReadAt
  readonly sizeBytes: number
  readonly container: PictureHead['container']
}

/** Bytes at the end of a JPEG in which its last marker is looked for: cameras put previews and notes behind it. */
const JPEG_TAIL_BYTES = 64 * 1024
/** Entries of a table that are looked at. */
const MOST_ENTRIES = 100_000

/**
 * Whether a picture has all of its bytes, as far as its own structure tells: the mark at its end (PNG, JPEG), or where it
 * says that its parts lie (TIFF, OpenEXR, DPX). Of its pixels nothing is read. What is laid out in a way that is not
 * known here counts as whole.
 */
export async function isPictureCutOff(picture: PictureBytes): Promise<boolean> {
  const { read, sizeBytes, container } = picture
  switch (container) {
    case 'png_pipe':
      return (await read(Math.max(0, sizeBytes - 12), 12)).toString('latin1', 4, 8) !== 'IEND'
    case 'jpeg_pipe': {
      const tail = await read(Math.max(0, sizeBytes - JPEG_TAIL_BYTES), JPEG_TAIL_BYTES)
      return !tail.includes(Buffer.from([0xff, 0xd9]))
    }
    case 'tiff_pipe':
      return (await tiffEnd(read)) > sizeBytes
    case 'exr_pipe':
      return (await exrEnd(read, sizeBytes)) > sizeBytes
    case 'dpx_pipe':
      return (await dpxEnd(read)) > sizeBytes
  }
}

/** Where a TIFF's pixels lie: strips or tiles, and how long each is. */
const TIFF_PARTS = [
  [273, 279],
  [324, 325],
] as const

/** The end of the last strip or tile; beyond everything when the directory itself is cut off. */
async function tiffEnd(read: ReadAt): Promise<number> {
  const head = await read(0, 8)
  const little = head.toString('latin1', 0, 2) === 'II'
  const u16 = (bytes: Buffer, at: number): number => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at))
  const u32 = (bytes: Buffer, at: number): number => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
  const directory = u32(head, 4)
  const count = await read(directory, 2)
  const length = count.length < 2 ? 0 : u16(count, 0) * 12
  const entries = await read(directory + 2, length)
  if (length === 0 || entries.length < length) return Number.POSITIVE_INFINITY
  const valuesOf = async (tag: number): Promise<readonly number[] | undefined> => {
    for (let at = 0; at + 12 <= entries.length; at += 12) {
      if (u16(entries, at) !== tag) continue
      const [size, values] = [u16(entries, at + 2) === 3 ? 2 : 4, Math.min(u32(entries, at + 4), MOST_ENTRIES)]
      const bytes =
        values * size <= 4 ? entries.subarray(at + 8, at + 12) : await read(u32(entries, at + 8), values * size)
      if (bytes.length < values * size) return [Number.POSITIVE_INFINITY]
      return Array.from({ length: values }, (_, i) => (size === 2 ? u16(bytes, 2 * i) : u32(bytes, 4 * i)))
    }
    return undefined
  }
  let end = 0
  for (const [offsets, lengths] of TIFF_PARTS) {
    const [starts = [], sizes = []] = [await valuesOf(offsets), await valuesOf(lengths)]
    for (const [i, start] of starts.entries()) end = Math.max(end, start + (sizes[i] ?? 0))
  }
  return end
}

/** Bits of OpenEXR's version: pictures in several parts, or with depths, are laid out otherwise. */
const EXR = { tiled: 0x200, others: 0x1800, headerBytes: 1024 * 1024 } as const

/** The end of the last block of pixels that the table of them names. */
async function exrEnd(read: ReadAt, sizeBytes: number): Promise<number> {
  const header = await read(0, Math.min(EXR.headerBytes, sizeBytes))
  const version = header.readUInt32LE(4)
  if ((version & EXR.others) !== 0) return 0
  let at = 8
  while (header[at] !== 0) {
    const typeEnd = header.indexOf(0, header.indexOf(0, at) + 1)
    at = typeEnd < at || typeEnd + 5 > header.length ? sizeBytes : typeEnd + 5 + header.readUInt32LE(typeEnd + 1)
    // A header that goes on behind what is read of it, as one with a large preview does, tells nothing.
    if (at >= header.length) return header.length < sizeBytes ? 0 : Number.POSITIVE_INFINITY
  }
  const table = at + 1
  const first = await read(table, 8)
  if (first.length < 8) return Number.POSITIVE_INFINITY
  // The first block lies right behind the table.
  const entries = (Number(first.readBigUInt64LE(0)) - table) / 8
  if (!Number.isInteger(entries) || entries < 1) return first.readBigUInt64LE(0) === 0n ? Number.POSITIVE_INFINITY : 0
  const offsets = await read(table, 8 * Math.min(entries, MOST_ENTRIES))
  let last = 0
  for (let i = 0; i + 8 <= offsets.length; i += 8) last = Math.max(last, Number(offsets.readBigUInt64LE(i)))
  // Before a block's pixels: its place, and how many bytes they have.
  const head = (version & EXR.tiled) === 0 ? 8 : 20
  const block = await read(last, head)
  return block.length < head ? Number.POSITIVE_INFINITY : last + head + block.readInt32LE(head - 4)
}

/** What a DPX says that it is long; nothing when it says nothing. */
async function dpxEnd(read: ReadAt): Promise<number> {
  const head = await read(0, 20)
  if (head.length < 20) return Number.POSITIVE_INFINITY
  const bytes = head.toString('latin1', 0, 4) === 'XPDS' ? head.readUInt32LE(16) : head.readUInt32BE(16)
  return bytes === 0xffff_ffff ? 0 : bytes
}
