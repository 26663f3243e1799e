import type { Certificate, LogId, PeerId, Role } from '@sheaf/protocol'

/** Names one log in a map. */
export function logName(author: PeerId, logId: LogId): string {
  return `${author}/${logId}`
}

/** A certificate that an author put into its log. */
export interface CertifiedPlace {
  readonly seq: number
  readonly certificate: Certificate
  /** Whether it still counts: not when the admin who signed it is out and its owner was not kept. */
  readonly counts: boolean
}

/** What is left of a member that was revoked. */
export interface RevokedMember {
  readonly peer: PeerId
  /** Of each log, the last sequence that counts; nothing of logs that are not named. */
  readonly heads: ReadonlyMap<LogId, number>
  /** Of those whom it certified, who stays. */
  readonly keeps: ReadonlySet<PeerId>
  /** Whose revocation it was (of several the one with the lowest stamp), and why. */
  readonly by: PeerId
  readonly reason: string
}

/** A log with two branches: nothing from the fork on counts. */
export interface FrozenLog {
  readonly author: PeerId
  readonly logId: LogId
  /** The last sequence that counts. */
  readonly seq: number
}

/** What a set of facts says about members and logs: a function of the set alone. */
export interface Trust {
  readonly revoked: ReadonlyMap<PeerId, RevokedMember>
  /** By `logName`. */
  readonly frozen: ReadonlyMap<string, FrozenLog>
  /** By `logName`, each list by sequence. */
  readonly certified: ReadonlyMap<string, readonly CertifiedPlace[]>
  /** Newest certificate that counts of each member that has written a log; revoked ones included. */
  readonly members: ReadonlyMap<PeerId, Certificate>
}

/** Nothing known. */
export const emptyTrust: Trust = { revoked: new Map(), frozen: new Map(), certified: new Map(), members: new Map() }

/** The role in which an author wrote at that place of a log; `undefined` when no certificate of it counts. */
export function roleAt(places: readonly CertifiedPlace[] | undefined, seq: number): Role | undefined {
  const counting = (places ?? []).filter(({ counts }) => counts)
  // A member whose first certificate fell with its admin, and that another has certified since, is a member throughout.
  const place = counting.findLast((one) => one.seq <= seq) ?? counting[0]
  return place?.certificate.role
}
