import type { ProbePacket } from '@sheaf/timeline'

/** Reads `stream_index=0|pts=1024|duration=512|pos=48|flags=K_`, as ffprobe writes packets; undefined for other lines. */
export function readPacketLine(line: string): ProbePacket | undefined {
  const fields = new Map<string, string>()
  for (const field of line.trim().split('|')) {
    const equals = field.indexOf('=')
    // Side data repeats no name that is read here; the first one counts.
    if (equals > 0 && !fields.has(field.slice(0, equals))) fields.set(field.slice(0, equals), field.slice(equals + 1))
  }
  const stream = wholeNumber(fields.get('stream_index'))
  if (stream === undefined) return undefined
  const pts = wholeNumber(fields.get('pts'))
  const duration = wholeNumber(fields.get('duration'))
  const pos = wholeNumber(fields.get('pos'))
  const flags = fields.get('flags')
  return {
    stream_index: stream,
    ...(pts === undefined ? {} : { pts }),
    ...(duration === undefined ? {} : { duration }),
    ...(pos === undefined ? {} : { pos }),
    ...(flags === undefined ? {} : { flags }),
  }
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,16}$/.test(text) ? Number(text) : undefined
}
