import {
  allowanceOf,
  assertNever,
  compareTerms,
  type Heartbeat,
  type OfferReply,
  type PeerId,
  type Role,
  type Term,
} from '@sheaf/protocol'
import type { CapabilityBook } from '../blobs/index.js'
import type { Log } from '../log/index.js'
import type { HomeFarm, Landing } from '../home/index.js'
import type { CoreHost } from '../host/index.js'
import type { FarmMessage } from '../network/index.js'
import type { Delivery, Worker } from '../worker/index.js'

/** The parts that messages are for. */
export interface Receivers {
  readonly host: CoreHost
  readonly worker: Worker
  readonly landing: Landing
  readonly delivery: Delivery
  readonly farm: HomeFarm
  readonly capabilities: CapabilityBook
  /** By its certificate, whatever it says of itself; `undefined` for one that is not connected any more. */
  roleOf(peer: PeerId): Role | undefined
}

interface Route {
  readonly parts: Receivers
  readonly log: Log
  readonly deliver: (to: PeerId, message: FarmMessage) => void
}

/**
 * Gives a message to the part that it is for, if the sender's role may say it. Commands of a term lower than the
 * followed one are refused.
 */
export function routeMessage(
  { from, message }: { readonly from: PeerId; readonly message: FarmMessage },
  { parts, log, deliver }: Route,
): void {
  const role = parts.roleOf(from)
  if (role === undefined || allowanceOf('message', message.kind, role) === 'no') {
    return log.warn({ peer: from, role, kind: message.kind }, 'message not allowed')
  }
  switch (message.kind) {
    case 'heartbeat':
      return parts.host.onHeartbeat(from, believed(message, role, parts.host.following()))
    case 'lease':
      if (!isCurrent(message.term, from, parts.host.following())) return
      if (message.capability !== undefined) parts.capabilities.hold(message.capability)
      return parts.worker.lease(message)
    case 'revoke':
      return isCurrent(message.term, from, parts.host.following()) ? parts.worker.revoke(message) : undefined
    case 'segment-report':
      return parts.host.onReport(from, message)
    case 'offer':
      parts.landing.offer(from, message).then(
        (reply) => deliver(from, reply),
        (error: unknown) => log.error({ jobId: message.jobId, error }, 'an offer could not be answered'),
      )
      return
    case 'offer-reply':
      return takeReply(from, message, { parts, log, deliver })
    case 'goodbye':
      return parts.host.onPeerLost(from)
    default:
      return assertNever(message)
  }
}

/** What a heartbeat says about the farm counts from members; a guest's word counts for itself, and under the followed term. */
function believed(heartbeat: Heartbeat, role: Role, followed: Term | undefined): Heartbeat {
  const ability = { ...heartbeat.ability, role }
  if (allowanceOf('message', 'heartbeat', role) === 'yes') return { ...heartbeat, ability }
  const { following: _not, ...rest } = heartbeat
  const isOurs = ({ term }: { readonly term: Term }): boolean => !!followed && compareTerms(term, followed) === 0
  const [leases, running] = [heartbeat.leases.filter(isOurs), heartbeat.running.filter(isOurs)]
  return { ...rest, ability, highestCounter: 0, leases, running }
}

function takeReply(from: PeerId, reply: OfferReply, { parts, log }: Route): void {
  if (parts.farm.job(reply.jobId)?.home !== from) return
  parts.delivery
    .onReply(reply)
    .catch((error: unknown) => log.error({ jobId: reply.jobId, error }, 'an answer could not be kept'))
}

/** A stale coordinator's commands are refused; so are those that somebody sends in another's name. */
function isCurrent(term: Term, from: PeerId, following: Term | undefined): boolean {
  return term.peer === from && (following === undefined || compareTerms(term, following) >= 0)
}
