/** Memory of one block; what is shorter uses the beginning of it. */
const blockBytes = 1 << 20
/** Shorter pieces are not worth keeping. */
const leastKeptBytes = 1 << 16
/** Blocks that lie ready for the next. */
const mostKept = 48

/**
 * Memory that the threads of this process share, used again and again. Bytes on their way between socket, disk and
 * threads would else be garbage by the megabyte, and each 64 MiB of it make the collector look through everything.
 */
export class BlockMemory {
  readonly #ready: SharedArrayBuffer[] = []
  readonly #lent = new WeakSet<SharedArrayBuffer>()

  /** Room for so many bytes; what is in it is anything. */
  take(length: number): Uint8Array<SharedArrayBuffer> {
    if (length < leastKeptBytes || length > blockBytes) return new Uint8Array(new SharedArrayBuffer(length))
    const memory = this.#ready.pop() ?? new SharedArrayBuffer(blockBytes)
    this.#lent.add(memory)
    return new Uint8Array(memory, 0, length)
  }

  /** For whoever has taken it (the same object: not one that a message made of it) and lets nobody read it any more. What did not come from here, or is back, is left alone. */
  giveBack({ buffer }: Uint8Array): void {
    if (!(buffer instanceof SharedArrayBuffer) || !this.#lent.delete(buffer)) return
    if (this.#ready.length < mostKept) this.#ready.push(buffer)
  }
}

/** The memory for blocks of this process. */
export const blockMemory = new BlockMemory()
