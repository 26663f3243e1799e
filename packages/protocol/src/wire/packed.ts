import { malformed, overLimit } from './check.js'

/** Whole numbers below 2³² as unsigned varints, one after another: 1 or 2 bytes for most segment indexes. */
export function packNumbers(numbers: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes: number[] = []
  for (const number of numbers) {
    let rest = number
    while (rest > 0x7f) {
      bytes.push((rest & 0x7f) | 0x80)
      rest = Math.floor(rest / 128)
    }
    bytes.push(rest)
  }
  return Uint8Array.from(bytes)
}

/** Reads `packNumbers`; each at most `max`, at most `maxCount` of them. */
export function unpackNumbers(
  field: string,
  bytes: Uint8Array,
  range: { readonly min: number; readonly max: number; readonly maxCount: number },
): number[] {
  const numbers: number[] = []
  let value = 0
  let scale = 1
  for (const byte of bytes) {
    value += (byte & 0x7f) * scale
    if (value > range.max) throw overLimit(field, `a number above ${range.max}`)
    if (byte >= 0x80) {
      scale *= 128
      if (scale > 2 ** 32) throw malformed(field, 'a number of too many bytes')
      continue
    }
    if (value < range.min) throw overLimit(field, `a number below ${range.min}`)
    if (numbers.length === range.maxCount) throw overLimit(field, `more than ${range.maxCount} numbers`)
    numbers.push(value)
    value = 0
    scale = 1
  }
  if (scale !== 1) throw malformed(field, 'ends inside a number')
  return numbers
}

/** 64 lower-case hex digits as 32 bytes. */
export function hexToBytes(hex: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(hex.length / 2)
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16)
  return bytes
}

/** Bytes as lower-case hex. */
export function bytesToHex(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0')
  return hex
}
