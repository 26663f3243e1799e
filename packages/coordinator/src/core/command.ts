import type { LeaseMessage, PeerId, RevokeMessage } from '@sheaf/protocol'
import type { LeaseReason, RevokeReason } from '../plan/plan-value.js'

/**
 * What the host is to do, in order. `to` may be the agent itself.
 * - `keep-counter`: on disk before the commands after it are carried out.
 * - `announce`: send a heartbeat to every peer at once (and feed it to the core first).
 */
export type Command =
  | { readonly kind: 'lease'; readonly to: PeerId; readonly message: LeaseMessage; readonly reason: LeaseReason }
  | { readonly kind: 'revoke'; readonly to: PeerId; readonly message: RevokeMessage; readonly reason: RevokeReason }
  | { readonly kind: 'keep-counter'; readonly counter: number }
  | { readonly kind: 'announce' }
