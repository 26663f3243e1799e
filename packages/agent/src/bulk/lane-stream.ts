import type { TLSSocket } from 'node:tls'
import { SheafError, type PeerId } from '@sheaf/protocol'
import { peerUnreachable, type FarmStream } from '../network/index.js'
import { FrameAssembler } from './frame-assembler.js'

/** A peer that does not end its direction this long after we have ended ours is cut off. */
const farewellMs = 5_000
/** Frames up to this size travel in one record with their length. */
const smallFrameBytes = 1 << 14

/**
 * Frames over a TLS connection of their own: an unsigned varint length, then the bytes, as on the streams of libp2p.
 * One reader and one writer at a time. Bytes that are being written must not change until `write` resolves.
 */
export class LaneStream implements FarmStream {
  readonly #socket: TLSSocket
  readonly #frames = new FrameAssembler()
  #wake: (() => void) | undefined
  #broken: Error | undefined
  #ended = false

  constructor(
    socket: TLSSocket,
    readonly peer: PeerId,
    readonly protocol: string,
  ) {
    this.#socket = socket
    socket.on('end', () => this.#end())
    socket.on('error', (error) => {
      this.#broken ??= error
      this.#end()
    })
    socket.on('close', () => this.#end())
  }

  /** Takes bytes as they come; they may be overwritten afterwards. False asks for a pause: nobody reads. */
  take(bytes: Uint8Array): boolean {
    this.#frames.append(bytes)
    const goOn = this.#frames.wantsMore
    if (this.#frames.hasNews) this.#wake?.()
    return goOn
  }

  async read(
    maxBytes: number,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Uint8Array | undefined> {
    for (;;) {
      options.signal?.throwIfAborted()
      const frame = this.#frames.next(maxBytes)
      if (frame.kind === 'whole') return frame.bytes
      if (frame.kind === 'refused') throw this.#refuse(frame.why)
      if (this.#broken !== undefined) throw this.#unreachable(this.#broken)
      if (this.#ended) {
        if (frame.kind === 'empty') return undefined
        throw this.#unreachable(new Error('the lane ended inside a frame'))
      }
      this.#socket.resume()
      await this.#more(options.signal)
    }
  }

  async write(bytes: Uint8Array, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    options.signal?.throwIfAborted()
    if (this.#broken !== undefined) throw this.#unreachable(this.#broken)
    if (!this.#socket.writable) throw this.#unreachable(new Error('the lane was closed'))
    const prefix = varint(bytes.byteLength)
    if (bytes.byteLength <= smallFrameBytes) {
      this.#socket.write(Buffer.concat([prefix, bytes]))
      while (this.#socket.writableNeedDrain) await this.#drained(options.signal)
    } else {
      // By itself: several buffers of one write would be copied into one before they are sealed.
      this.#socket.write(prefix)
      await this.#send(bytes, options.signal)
    }
  }

  async close(): Promise<void> {
    const socket = this.#socket
    if (socket.destroyed) return
    const sent = new Promise<void>((resolve) => {
      socket.once('finish', resolve)
      socket.once('close', resolve)
    })
    socket.end()
    // What still comes is nobody's any more, and its end must be seen.
    if (this.#wake === undefined) this.#frames.discard()
    socket.resume()
    const farewell = setTimeout(() => socket.destroy(), farewellMs).unref()
    socket.once('close', () => clearTimeout(farewell))
    await sent
  }

  abort(reason: Error): void {
    this.#broken ??= reason
    this.#socket.destroy()
    this.#end()
  }

  /** Calls back once, when both directions are over. */
  onClosed(act: () => void): void {
    if (this.#socket.closed) act()
    else this.#socket.once('close', act)
  }

  #end(): void {
    this.#ended = true
    this.#wake?.()
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

  /** Resolves when the system has taken all of it, so that its memory may be used again. */
  #send(bytes: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(signal?.reason as Error)
      signal?.addEventListener('abort', onAbort)
      this.#socket.write(bytes, (error) => {
        signal?.removeEventListener('abort', onAbort)
        if (error) reject(this.#unreachable(this.#broken ?? error))
        else resolve()
      })
    })
  }

  #drained(signal: AbortSignal | undefined): Promise<void> {
    const socket = this.#socket
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => (): void => {
        socket.removeListener('drain', onDrain)
        socket.removeListener('close', onClose)
        signal?.removeEventListener('abort', onAbort)
        act()
      }
      const onDrain = settle(resolve)
      const onClose = settle(() => reject(this.#unreachable(this.#broken ?? new Error('the lane was closed'))))
      const onAbort = settle(() => reject(signal?.reason as Error))
      if (socket.destroyed) return onClose()
      socket.on('drain', onDrain)
      socket.on('close', onClose)
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
    return peerUnreachable(this.peer, `the lane for ${this.protocol} broke`, cause)
  }
}

function varint(length: number): Uint8Array {
  const bytes: number[] = []
  for (let rest = length; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest])
    bytes.push((rest % 128) | 0x80)
  }
}
