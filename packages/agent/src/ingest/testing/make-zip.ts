import { open } from 'node:fs/promises'
import { crc32, deflateRawSync } from 'node:zlib'

/** A file of a ZIP that a test makes. */
export interface ZipMember {
  readonly name: string
  readonly bytes: Uint8Array
  readonly how?: 'stored' | 'deflated' | 'encrypted'
  /** Where its header lies; after the one before when absent. What lies between is a hole, which takes no space on the disk. */
  readonly at?: number
}

/** Writes a ZIP file by hand, as large as it may be; numbers that are too large for ZIP are ZIP64's. */
export async function makeZip(path: string, members: readonly ZipMember[]): Promise<void> {
  const file = await open(path, 'w')
  let at = 0
  const put = async (bytes: Uint8Array): Promise<void> => {
    await file.write(bytes, 0, bytes.length, at)
    at += bytes.length
  }
  try {
    const directory: Buffer[] = []
    for (const member of members) {
      at = member.at ?? at
      directory.push(centralHeader(member, at))
      await put(localHeader(member))
      await put(dataOf(member))
    }
    const start = at
    for (const header of directory) await put(header)
    await put(endOf(directory, start))
  } finally {
    await file.close()
  }
}

function dataOf({ bytes, how }: ZipMember): Uint8Array {
  if (how === 'deflated') return deflateRawSync(bytes)
  // Twelve bytes of ZIP's old cipher stand before what is encrypted.
  return how === 'encrypted' ? Buffer.concat([Buffer.alloc(12), bytes]) : bytes
}

/** What both headers of a file say alike, from the version needed to the sizes. */
function facts(member: ZipMember): Buffer {
  const fields = Buffer.alloc(22)
  fields.writeUInt16LE(45, 0)
  // Names are UTF-8.
  fields.writeUInt16LE(0x800 | (member.how === 'encrypted' ? 1 : 0), 2)
  fields.writeUInt16LE(member.how === 'deflated' ? 8 : 0, 4)
  fields.writeUInt32LE(crc32(member.bytes), 10)
  fields.writeUInt32LE(dataOf(member).length, 14)
  fields.writeUInt32LE(member.bytes.length, 18)
  return fields
}

function localHeader(member: ZipMember): Buffer {
  const name = Buffer.from(member.name)
  const lengths = Buffer.alloc(4)
  lengths.writeUInt16LE(name.length, 0)
  return Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), facts(member), lengths, name])
}

function centralHeader(member: ZipMember, at: number): Buffer {
  const name = Buffer.from(member.name)
  const far = at > 0xffffffff
  const extra = Buffer.alloc(far ? 12 : 0)
  if (far) {
    extra.writeUInt16LE(1, 0)
    extra.writeUInt16LE(8, 2)
    extra.writeBigUInt64LE(BigInt(at), 4)
  }
  const rest = Buffer.alloc(18)
  rest.writeUInt16LE(name.length, 0)
  rest.writeUInt16LE(extra.length, 2)
  rest.writeUInt32LE(far ? 0xffffffff : at, 14)
  return Buffer.concat([Buffer.from('PK\x01\x02\x2d\x03', 'latin1'), facts(member), rest, name, extra])
}

/** The end of the directory; ZIP64's before it when it lies beyond what ZIP can say. */
function endOf(directory: readonly Buffer[], start: number): Buffer {
  const size = directory.reduce((sum, { length }) => sum + length, 0)
  const far = start > 0xffffffff
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(directory.length, 8)
  end.writeUInt16LE(directory.length, 10)
  end.writeUInt32LE(size, 12)
  end.writeUInt32LE(far ? 0xffffffff : start, 16)
  if (!far) return end
  const end64 = Buffer.alloc(56)
  end64.write('PK\x06\x06', 0, 'latin1')
  end64.writeBigUInt64LE(44n, 4)
  end64.writeUInt16LE(45, 12)
  end64.writeUInt16LE(45, 14)
  end64.writeBigUInt64LE(BigInt(directory.length), 24)
  end64.writeBigUInt64LE(BigInt(directory.length), 32)
  end64.writeBigUInt64LE(BigInt(size), 40)
  end64.writeBigUInt64LE(BigInt(start), 48)
  const locator = Buffer.alloc(20)
  locator.write('PK\x06\x07', 0, 'latin1')
  locator.writeBigUInt64LE(BigInt(start + size), 8)
  locator.writeUInt32LE(1, 16)
  return Buffer.concat([end64, locator, end])
}
