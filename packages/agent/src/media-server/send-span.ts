import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { ByteSpan } from './byte-range.js'

/** Gives the bytes from `position` on: at least one, and as many as are at hand. */
export type ReadFrom = (position: number, signal: AbortSignal) => Promise<Uint8Array>

/**
 * ffmpeg asks for all that follows, reads a little and hangs up to seek elsewhere. The first pieces are therefore small
 * and a moment apart; without that, megabytes that nobody wants would be fetched and lie in the sockets' buffers.
 */
const firstPieceBytes = 1 << 16
const lastPieceBytes = 1 << 20
const pauseMs = 1

/** Sends a stretch of a file as fast as the reader takes it. Rejects when reading fails or `signal` aborts. */
export async function sendSpan(response: ServerResponse, span: ByteSpan, read: ReadFrom, signal: AbortSignal) {
  let mostBytes = firstPieceBytes
  for (let at = span.from; at < span.to;) {
    const bytes = await read(at, signal)
    const end = Math.min(bytes.byteLength, span.to - at)
    for (let sent = 0; sent < end;) {
      signal.throwIfAborted()
      const piece = bytes.subarray(sent, Math.min(end, sent + mostBytes))
      sent += piece.byteLength
      if (!response.write(piece)) await once(response, 'drain', { signal })
      if (mostBytes < lastPieceBytes) {
        mostBytes *= 2
        await delay(pauseMs, undefined, { signal })
      }
    }
    at += end
  }
}
