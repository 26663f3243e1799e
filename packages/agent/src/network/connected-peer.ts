import type { PeerId } from '@sheaf/protocol'

/** A peer that has proved that it belongs to the farm. */
export interface ConnectedPeer {
  readonly peer: PeerId
  readonly addresses: readonly string[]
  /** Wall time of its hello. */
  readonly sinceMs: number
}
