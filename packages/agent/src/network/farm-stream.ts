import { encode } from 'it-length-prefixed'
import type { Stream } from '@libp2p/interface'
import { SheafError, type PeerId } from '@sheaf/protocol'
import { Uint8ArrayList } from 'uint8arraylist'

/** An ordered two-way stream of frames with a member of the farm. Nothing of libp2p shows through. */
export interface FarmStream {
  readonly peer: PeerId
  readonly protocol: string
  /**
   * The next frame; `undefined` when the peer has closed its end.
   * Throws `SHEAF_WIRE_LIMIT` for a frame longer than `maxBytes`, `SHEAF_PEER_UNREACHABLE` when the stream broke,
   * and the signal's reason.
   */
  read(maxBytes: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<Uint8Array | undefined>
  /** Sends one frame; resolves when there is room for the next one (back-pressure). Errors as `read`. */
  write(bytes: Uint8Array, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>
  /** Sends what is queued and ends our direction. */
  close(): Promise<void>
  /** Ends both directions at once. Idempotent. */
  abort(reason: Error): void
}

/** Serves one incoming stream; when it settles the stream is closed (or aborted, if it rejected). */
export type StreamHandler = (stream: FarmStream, peer: PeerId) => Promise<void>

/** More than this unread is left with the sender. */
const highWaterBytes = 1 << 20
const maxPrefixBytes = 5

/** Frames over a libp2p stream: unsigned varint length, then the bytes. One reader and one writer at a time. */
export class FramedStream implements FarmStream {
  readonly #stream: Stream
  readonly #received = new Uint8ArrayList()
  #wake: (() => void) | undefined
  #broken: Error | undefined
  #ended = false

  constructor(
    stream: Stream,
    readonly peer: PeerId,
  ) {
    this.#stream = stream
    stream.addEventListener('message', (event) => {
      this.#received.append(event.data)
      // While somebody reads, the frame may be longer than the mark; otherwise the sender waits.
      if (this.#wake === undefined && this.#received.byteLength > highWaterBytes && stream.readStatus === 'readable') {
        stream.pause()
      }
      this.#wake?.()
    })
    stream.addEventListener('remoteCloseWrite', () => {
      this.#ended = true
      this.#wake?.()
    })
    stream.addEventListener('close', (event) => {
      this.#ended = true
      if (event.error !== undefined) this.#broken ??= event.error
      this.#wake?.()
    })
    if (stream.status !== 'open') this.#ended = true
  }

  get protocol(): string {
    return this.#stream.protocol
  }

  async read(
    maxBytes: number,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Uint8Array | undefined> {
    for (;;) {
      options.signal?.throwIfAborted()
      const prefix = this.#prefix()
      if (prefix !== undefined) {
        if (prefix.length > maxBytes)
          throw this.#refuse(`a frame of ${prefix.length} bytes, at most ${maxBytes} allowed`)
        const total = prefix.bytes + prefix.length
        if (this.#received.byteLength >= total) {
          const frame = this.#received.slice(prefix.bytes, total)
          this.#received.consume(total)
          return frame
        }
      }
      if (this.#resume()) continue
      if (this.#broken !== undefined) throw this.#unreachable(this.#broken)
      if (this.#ended) {
        if (this.#received.byteLength === 0) return undefined
        throw this.#unreachable(new Error('the stream ended inside a frame'))
      }
      await this.#more(options.signal)
    }
  }

  async write(bytes: Uint8Array, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    options.signal?.throwIfAborted()
    if (this.#broken !== undefined) throw this.#unreachable(this.#broken)
    try {
      // It may keep them for longer than we wait; shared memory is used again by then.
      this.#stream.send(encode.single(bytes.buffer instanceof SharedArrayBuffer ? Uint8Array.from(bytes) : bytes))
    } catch (error) {
      throw this.#unreachable(error)
    }
    while (this.#stream.writableNeedsDrain) await this.#drained(options.signal)
  }

  async close(): Promise<void> {
    try {
      await this.#stream.close()
    } catch (error) {
      throw this.#unreachable(error)
    }
  }

  abort(reason: Error): void {
    this.#broken ??= reason
    this.#stream.abort(reason)
  }

  /** Length and size of the next frame's prefix, once it is all there. */
  #prefix(): { readonly bytes: number; readonly length: number } | undefined {
    let length = 0
    let scale = 1
    const available = Math.min(this.#received.byteLength, maxPrefixBytes)
    for (let at = 0; at < available; at++) {
      const byte = this.#received.get(at)
      length += (byte & 0x7f) * scale
      if (byte < 0x80) return { bytes: at + 1, length }
      scale *= 128
    }
    if (available === maxPrefixBytes) throw this.#refuse('a frame length of too many bytes')
    return undefined
  }

  /** Lets a paused sender go on; true when that has brought bytes at once. */
  #resume(): boolean {
    const before = this.#received.byteLength
    if (this.#stream.readStatus === 'paused') this.#stream.resume()
    return this.#received.byteLength > before
  }

  #more(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#wake = undefined
        signal?.removeEventListener('abort', done)
        resolve()
      }
      this.#wake = done
      signal?.addEventListener('abort', done)
    })
  }

  #drained(signal: AbortSignal | undefined): Promise<void> {
    const stream = this.#stream
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => (): void => {
        stream.removeEventListener('drain', onDrain)
        stream.removeEventListener('close', onClose)
        signal?.removeEventListener('abort', onAbort)
        act()
      }
      const onDrain = settle(resolve)
      const onClose = settle(() => reject(this.#unreachable(this.#broken ?? new Error('the stream was closed'))))
      const onAbort = settle(() => reject(signal?.reason as Error))
      if (stream.status !== 'open' && stream.status !== 'closing') return onClose()
      stream.addEventListener('drain', onDrain)
      stream.addEventListener('close', onClose)
      signal?.addEventListener('abort', onAbort)
    })
  }

  #refuse(why: string): SheafError {
    const error = new SheafError({ code: 'SHEAF_WIRE_LIMIT', message: `${this.protocol} from ${this.peer}: ${why}` })
    this.abort(error)
    return error
  }

  #unreachable(cause: unknown): SheafError {
    if (cause instanceof SheafError) return cause
    return peerUnreachable(this.peer, `the ${this.protocol} stream broke`, cause)
  }
}

/** The error for a peer that cannot be talked to. */
export function peerUnreachable(peer: PeerId, why: string, cause?: unknown): SheafError {
  return new SheafError({
    code: 'SHEAF_PEER_UNREACHABLE',
    message: `Peer ${peer} cannot be reached: ${why}.`,
    details: { peer },
    cause,
  })
}
