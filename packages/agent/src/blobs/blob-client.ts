import {
  blobRequestToWire,
  blobResponseFromWire,
  errorCodes,
  limits,
  protocols,
  SheafError,
  type BlobRequest,
  type PeerId,
} from '@sheaf/protocol'
import { blockMemory, hasher } from '../hashing/index.js'
import type { FarmStream } from '../network/index.js'
import type { BlobStreams } from './ports.js'

/** Frames of content are at most this long. */
export const contentFrameBytes = 1 << 20
const silenceMs = 30_000

/** One stream of `/sheaf/blob/1` to a peer: asks, and reads the answers, one after another. */
export class BlobClient {
  readonly #stream: FarmStream
  readonly #signal: AbortSignal | undefined

  private constructor(stream: FarmStream, signal: AbortSignal | undefined) {
    this.#stream = stream
    this.#signal = signal
  }

  /** `signal` ends all that is done with it. `SHEAF_PEER_UNREACHABLE`. */
  static async open(streams: Pick<BlobStreams, 'openStream'>, peer: PeerId, signal?: AbortSignal): Promise<BlobClient> {
    return new BlobClient(await streams.openStream(peer, protocols.blob, { signal }), signal)
  }

  /** Head of the answer to a request. The peer's error with its code, `SHEAF_TIMEOUT`, `SHEAF_WIRE_*`. */
  async ask(request: BlobRequest): Promise<{ readonly sha256: string; readonly sizeBytes: number }> {
    await this.#patiently((signal) => this.#stream.write(blobRequestToWire(request), { signal }))
    const frame = await this.#read(limits.blobRequestBytes)
    const response = blobResponseFromWire(frame)
    if (response.kind === 'found') return response
    const code = errorCodes.find((known) => known === response.code) ?? 'SHEAF_INTERNAL'
    throw new SheafError({ code, message: response.message, details: { peer: this.#stream.peer } })
  }

  /** The content that follows `ask`, as it comes; not verified. */
  async *content(sizeBytes: number): AsyncIterable<Uint8Array> {
    for (let left = sizeBytes; left > 0;) {
      const chunk = await this.#read(Math.min(left, contentFrameBytes))
      left -= chunk.byteLength
      yield chunk
    }
  }

  /** The content of one asset block, verified. `SHEAF_BLOB_CORRUPT`. */
  async block(
    request: Extract<BlobRequest, { kind: 'asset-block' }>,
    expectedBytes: number,
  ): Promise<{
    readonly bytes: Uint8Array
    readonly sha256: string
  }> {
    const { sha256, sizeBytes } = await this.ask(request)
    const what = `Block ${request.block} of asset ${request.assetId} of job ${request.jobId} from ${this.#stream.peer}`
    if (sizeBytes !== expectedBytes) throw corrupt(`${what} has ${sizeBytes} bytes instead of ${expectedBytes}.`)
    const hashed = await hasher.hash(await this.#whole(sizeBytes))
    if (hashed.sha256 === sha256) return hashed
    blockMemory.giveBack(hashed.bytes)
    throw corrupt(`${what} hashes to ${hashed.sha256} instead of ${sha256}.`)
  }

  /** Content as one piece; copied only where it comes in several frames. */
  async #whole(sizeBytes: number): Promise<Uint8Array> {
    let bytes: Uint8Array | undefined
    let filled = 0
    for await (const chunk of this.content(sizeBytes)) {
      if (chunk.byteLength === sizeBytes) return chunk
      bytes ??= blockMemory.take(sizeBytes)
      bytes.set(chunk, filled)
      blockMemory.giveBack(chunk)
      filled += chunk.byteLength
    }
    return bytes ?? new Uint8Array()
  }

  async close(): Promise<void> {
    await this.#stream.close().catch(() => undefined)
  }

  abort(reason: unknown): void {
    this.#stream.abort(reason instanceof Error ? reason : new Error(String(reason)))
  }

  async #read(maxBytes: number): Promise<Uint8Array> {
    const frame = await this.#patiently((signal) => this.#stream.read(maxBytes, { signal }))
    if (frame === undefined || frame.byteLength === 0) {
      const { peer } = this.#stream
      const message = `Peer ${peer} ended the transfer before it was whole.`
      throw new SheafError({ code: 'SHEAF_PEER_UNREACHABLE', message, details: { peer } })
    }
    return frame
  }

  async #patiently<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const patience = AbortSignal.timeout(silenceMs)
    try {
      return await act(this.#signal === undefined ? patience : AbortSignal.any([this.#signal, patience]))
    } catch (error) {
      if (error !== patience.reason) throw error
      throw new SheafError({
        code: 'SHEAF_TIMEOUT',
        message: `Peer ${this.#stream.peer} was silent for ${silenceMs / 1000} s during a transfer.`,
        details: { peer: this.#stream.peer },
      })
    }
  }
}

function corrupt(message: string): SheafError {
  return new SheafError({ code: 'SHEAF_BLOB_CORRUPT', message })
}
