/** A stretch of a file, `to` exclusive. */
export interface ByteSpan {
  readonly from: number
  readonly to: number
}

/**
 * The stretch that a `Range` header asks for; the whole file without one. Undefined when the file has none of it, or
 * the header is of a form that ffmpeg does not send.
 */
export function spanOf(header: string | undefined, sizeBytes: number): ByteSpan | undefined {
  const match = /^bytes=([0-9]{1,16})-([0-9]{0,16})$/.exec(header ?? 'bytes=0-')
  if (match === null) return undefined
  const from = Number(match[1])
  const to = match[2] === '' ? sizeBytes : Math.min(Number(match[2]) + 1, sizeBytes)
  return from < to ? { from, to } : undefined
}
