import { Worker } from 'node:worker_threads'
import { hashProgram } from './hash-program.js'

/** Part of a file, hashed in blocks. */
export interface FileBlocks {
  readonly path: string
  readonly start: number
  readonly end: number
  readonly blockBytes: number
}

/** A stretch of a file: bytes [start, end). */
export interface ReadPart {
  readonly path: string
  readonly start: number
  readonly end: number
}

/** What a file looked like just after a part of it was read. */
export interface ReadFile {
  readonly size: number
  readonly mtimeMs: number
  readonly ctimeMs: number
  readonly ino: number
}

/** What became of reading parts: as many files as were read whole, then why no more. */
export interface PartsRead {
  readonly files: readonly ReadFile[]
  /** Of all of them together. */
  readonly sha256?: string
  /** The next file is shorter than its part. */
  readonly short?: boolean
  /** The system's, of the next file. */
  readonly error?: { readonly message: string; readonly code?: string }
}

/** A question to a thread. `update` and `digest` belong to a running sum, which a number names. */
export type HashQuestion =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'update'; readonly sum: number; readonly bytes: Uint8Array }
  | { readonly kind: 'update-file'; readonly sum: number; readonly file: ReadPart }
  | { readonly kind: 'digest'; readonly sum: number }
  | { readonly kind: 'file'; readonly file: FileBlocks }
  | { readonly kind: 'parts'; readonly parts: readonly ReadPart[]; readonly into: Uint8Array<SharedArrayBuffer> }

/** The answer to it; bytes come back in the memory that they went in, unless that is shared. */
export interface HashAnswer {
  readonly bytes?: Uint8Array
  readonly sha256?: string
  readonly blocks?: readonly string[]
  /** Bytes of the file that there were. */
  readonly taken?: number
  readonly read?: PartsRead
  readonly error?: { readonly message: string; readonly code?: string }
}

interface Waiting {
  resolve(answer: HashAnswer): void
  reject(error: Error): void
}

/** One thread that hashes: answers questions in their order. It does not keep the process alive. */
export class HashThread {
  readonly #worker: Worker
  readonly #waiting: Waiting[] = []
  #failed: Error | undefined

  constructor() {
    this.#worker = new Worker(hashProgram, { eval: true, name: 'sheaf-hash', execArgv: [], stdin: false })
    this.#worker.unref()
    this.#worker.on('message', (answer: HashAnswer) => this.#onAnswer(answer))
    this.#worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))))
    this.#worker.on('exit', () => this.#fail(new Error('the thread that hashes has ended')))
  }

  /** Questions that wait for their answers. */
  get load(): number {
    return this.#waiting.length
  }

  get usable(): boolean {
    return this.#failed === undefined
  }

  /** The bytes of the question belong to the thread until its answer. Rejects with the error of the file or the thread. */
  ask(question: HashQuestion): Promise<HashAnswer> {
    if (this.#failed !== undefined) return Promise.reject(this.#failed)
    return new Promise((resolve, reject) => {
      // While it is asked something the process has to wait for it.
      if (this.#waiting.length === 0) this.#worker.ref()
      this.#waiting.push({ resolve, reject })
      const own = 'bytes' in question ? question.bytes.buffer : undefined
      this.#worker.postMessage(question, own instanceof ArrayBuffer ? [own] : [])
    })
  }

  #onAnswer(answer: HashAnswer): void {
    const waiting = this.#waiting.shift()
    if (this.#waiting.length === 0) this.#worker.unref()
    const { error } = answer
    if (error === undefined) waiting?.resolve(answer)
    else waiting?.reject(Object.assign(new Error(error.message), error.code === undefined ? {} : { code: error.code }))
  }

  #fail(error: Error): void {
    this.#failed ??= error
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error)
  }
}
