import type { PeerId, Term } from '@sheaf/protocol'

/** Where an agent stands in the election. */
export type ElectionState =
  | { readonly kind: 'following'; readonly term: Term; readonly how: 'direct' | 'relayed' }
  /** No coordinator is known; `openSinceMs` is when claiming became possible, absent while it is not. */
  | { readonly kind: 'seeking'; readonly openSinceMs?: number | undefined; readonly lost?: PeerId | undefined }
  /** Coordinator that still listens: it hears everybody before it leases. */
  | { readonly kind: 'listening'; readonly term: Term; readonly sinceMs: number }
  | { readonly kind: 'leading'; readonly term: Term; readonly sinceMs: number }
  /** About to stop: follows nobody, claims nothing. */
  | { readonly kind: 'stopped' }
