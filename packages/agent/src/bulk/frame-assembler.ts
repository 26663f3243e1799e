import { blockMemory } from '../hashing/index.js'

/** What there is to read. `empty`: nothing has come of the next frame; `partly`: some of it. */
export type AssembledFrame =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  | { readonly kind: 'empty' | 'partly' }
  | { readonly kind: 'refused'; readonly why: string }

/** More than this of what nobody has asked for is left with the sender. */
const unreadBytes = 1 << 18
const maxPrefixBytes = 5
const largeFrameBytes = 1 << 16

/**
 * Makes frames of bytes that come in pieces, which are copied once, to where they belong: a frame gets its memory when
 * its length is known and somebody has said that it may be so long. No I/O.
 */
export class FrameAssembler {
  /** Came before anybody asked for the frame it is of, oldest first. */
  #early: Uint8Array[] = []
  #earlyBytes = 0
  #frame: { readonly bytes: Uint8Array; filled: number } | undefined
  #discarding = false

  /** Whether more may come before somebody reads. */
  get wantsMore(): boolean {
    return this.#discarding || this.#earlyBytes < unreadBytes
  }

  /** Whether `next` may find more than it did. */
  get hasNews(): boolean {
    return this.#frame === undefined || this.#frame.filled === this.#frame.bytes.byteLength
  }

  /** Takes a copy of what has come. */
  append(bytes: Uint8Array): void {
    if (this.#discarding) return
    const taken = this.#fill(bytes)
    if (taken === bytes.byteLength) return
    const rest = Uint8Array.from(bytes.subarray(taken))
    this.#early.push(rest)
    this.#earlyBytes += rest.byteLength
  }

  /** The next frame, if all of it has come. A frame or length that is too long is refused, once and for all. */
  next(maxBytes: number): AssembledFrame {
    if (this.#frame === undefined) {
      const prefix = this.#prefix()
      if (prefix === 'too-long') return { kind: 'refused', why: 'a frame length of too many bytes' }
      if (prefix === undefined) return { kind: this.#earlyBytes === 0 ? 'empty' : 'partly' }
      if (prefix.length > maxBytes) {
        return { kind: 'refused', why: `a frame of ${prefix.length} bytes, at most ${maxBytes} allowed` }
      }
      this.#begin(prefix)
    }
    const frame = this.#frame
    if (frame === undefined || frame.filled < frame.bytes.byteLength) return { kind: 'partly' }
    this.#frame = undefined
    return { kind: 'whole', bytes: frame.bytes }
  }

  /** Drops what is here and all that comes. */
  discard(): void {
    this.#discarding = true
    this.#early = []
    this.#earlyBytes = 0
    this.#frame = undefined
  }

  #begin(prefix: { readonly bytes: number; readonly length: number }): void {
    this.#frame = { bytes: frameMemory(prefix.length), filled: 0 }
    const early = this.#early
    this.#early = []
    this.#earlyBytes = 0
    let skip = prefix.bytes
    for (const piece of early) {
      const skipped = Math.min(skip, piece.byteLength)
      skip -= skipped
      if (skipped < piece.byteLength) this.append(piece.subarray(skipped))
    }
  }

  #fill(bytes: Uint8Array): number {
    const frame = this.#frame
    if (frame === undefined) return 0
    const taken = Math.min(bytes.byteLength, frame.bytes.byteLength - frame.filled)
    frame.bytes.set(taken === bytes.byteLength ? bytes : bytes.subarray(0, taken), frame.filled)
    frame.filled += taken
    return taken
  }

  /** Length and size of the next frame's prefix, once it is all there. */
  #prefix(): { readonly bytes: number; readonly length: number } | 'too-long' | undefined {
    let [at, length, scale] = [0, 0, 1]
    for (const piece of this.#early) {
      for (const byte of piece) {
        at += 1
        length += (byte & 0x7f) * scale
        if (byte < 0x80) return { bytes: at, length }
        if (at === maxPrefixBytes) return 'too-long'
        scale *= 128
      }
    }
    return undefined
  }
}

/** Large frames go into memory that is used again once whoever has read them gives it back. */
function frameMemory(length: number): Uint8Array {
  return length < largeFrameBytes ? new Uint8Array(length) : blockMemory.take(length)
}
