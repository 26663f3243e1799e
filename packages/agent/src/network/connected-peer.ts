import type { PeerId, VerifiedChain } from '@sheaf/protocol'

/** A peer that has proved that it belongs to the farm. */
export interface ConnectedPeer {
  readonly peer: PeerId
  /** Its certificate, with its role, as it showed it at its last hello. */
  readonly verified: VerifiedChain
  readonly addresses: readonly string[]
  /** Wall time of its hello. */
  readonly sinceMs: number
}
