/** A file that breaks the rules of ISO/IEC 14496-12, or uses a part of it that Sheaf never writes. */
export class Mp4FormatError extends Error {
  override readonly name = 'Mp4FormatError'
}

/** One box inside a buffer: its four-letter type and what follows the header. */
export interface Box {
  readonly type: string
  readonly body: Buffer
}

/** The boxes that lie in `buffer` one after another. Throws Mp4FormatError when one overruns it. */
export function* readBoxes(buffer: Buffer): Generator<Box, void, undefined> {
  let at = 0
  while (at < buffer.length) {
    // QuickTime ends some lists with a 32-bit zero.
    if (buffer.length - at < 8) return
    let size = buffer.readUInt32BE(at)
    const type = buffer.toString('latin1', at + 4, at + 8)
    let header = 8
    if (size === 1 && buffer.length - at >= 16) {
      size = Number(buffer.readBigUInt64BE(at + 8))
      header = 16
    } else if (size === 0) {
      size = buffer.length - at
    }
    if (size < header || size > buffer.length - at) {
      throw new Mp4FormatError(`box '${type}' of ${size} bytes does not fit into its parent`)
    }
    yield { type, body: buffer.subarray(at + header, at + size) }
    at += size
  }
}

/** The first box of this type in `buffer`, or undefined. */
export function findBox(buffer: Buffer, type: string): Buffer | undefined {
  for (const box of readBoxes(buffer)) if (box.type === type) return box.body
  return undefined
}

/** The box at a path of types, such as `mdia`, `minf`, `stbl`; throws Mp4FormatError when it is absent. */
export function requireBox(buffer: Buffer, ...path: readonly string[]): Buffer {
  let body = buffer
  for (const type of path) {
    const next = findBox(body, type)
    if (next === undefined) throw new Mp4FormatError(`box '${path.join('/')}' is missing`)
    body = next
  }
  return body
}

/** A box of its parts, which are concatenated. Below 4 GiB. */
export function box(type: string, ...parts: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(8)
  const size = parts.reduce((sum, part) => sum + part.length, 8)
  if (size > 0xffff_ffff) throw new Mp4FormatError(`box '${type}' would be larger than 4 GiB`)
  header.writeUInt32BE(size, 0)
  header.write(type, 4, 'latin1')
  return Buffer.concat([header, ...parts], size)
}

/** A full box: version and flags before its parts. */
export function fullBox(type: string, version: number, flags: number, ...parts: readonly Uint8Array[]): Buffer {
  return box(type, u32([version * 0x1_00_00_00 + flags]), ...parts)
}

/** Unsigned 32-bit numbers, big endian. */
export function u32(values: ArrayLike<number>): Buffer {
  const out = Buffer.alloc(values.length * 4)
  for (let i = 0; i < values.length; i++) out.writeUInt32BE(values[i] ?? 0, i * 4)
  return out
}

/** Unsigned 64-bit numbers, big endian. */
export function u64(values: ArrayLike<number>): Buffer {
  const out = Buffer.alloc(values.length * 8)
  for (let i = 0; i < values.length; i++) out.writeBigUInt64BE(BigInt(values[i] ?? 0), i * 8)
  return out
}

/** Unsigned 16-bit numbers, big endian. */
export function u16(values: ArrayLike<number>): Buffer {
  const out = Buffer.alloc(values.length * 2)
  for (let i = 0; i < values.length; i++) out.writeUInt16BE(values[i] ?? 0, i * 2)
  return out
}
