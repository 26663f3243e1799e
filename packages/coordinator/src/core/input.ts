import type { Fact, Heartbeat, PeerId, SegmentReport } from '@sheaf/protocol'

/**
 * What can happen to the core. `atMs` never goes back and must come from a monotonic clock; its
 * origin does not matter. Order and meaning of each kind:
 * - `facts`: durable already; own ones and others', each may come more than once.
 * - `facts-anew`: all facts that count, after some that were given before no longer do.
 * - `heartbeat`: also the agent's own, with `from` = self, before it is sent.
 * - `peer-connected`, `peer-lost`: the farm connection opened, closed.
 * - `stalled`: the host's loop stood still for so long; comes before anything that queued up meanwhile.
 * - `stopping`: the agent is about to stop; it will not lead again.
 */
export type Input =
  | { readonly kind: 'tick'; readonly atMs: number }
  | { readonly kind: 'facts'; readonly atMs: number; readonly facts: readonly Fact[] }
  | { readonly kind: 'facts-anew'; readonly atMs: number; readonly facts: readonly Fact[] }
  | { readonly kind: 'heartbeat'; readonly atMs: number; readonly from: PeerId; readonly heartbeat: Heartbeat }
  | { readonly kind: 'peer-connected'; readonly atMs: number; readonly peer: PeerId }
  | { readonly kind: 'peer-lost'; readonly atMs: number; readonly peer: PeerId }
  | { readonly kind: 'report'; readonly atMs: number; readonly from: PeerId; readonly report: SegmentReport }
  | { readonly kind: 'stalled'; readonly atMs: number; readonly stoodStillMs: number }
  | { readonly kind: 'stopping'; readonly atMs: number }
