import type { PeerId } from '@sheaf/protocol'

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
  /** Sends one frame; resolves when there is room for the next one (back-pressure). */
  write(bytes: Uint8Array, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>
  /** Sends what is queued and ends our direction. */
  close(): Promise<void>
  /** Ends both directions at once. Idempotent. */
  abort(reason: Error): void
}

/** Serves one incoming stream; when it settles the stream is closed (or aborted, if it rejected). */
export type StreamHandler = (stream: FarmStream, peer: PeerId) => Promise<void>
