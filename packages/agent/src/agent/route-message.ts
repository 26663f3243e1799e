import { assertNever, compareTerms, type OfferReply, type PeerId, type Term } from '@sheaf/protocol'
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
}

interface Route {
  readonly parts: Receivers
  readonly log: Log
  readonly deliver: (to: PeerId, message: FarmMessage) => void
}

/** Gives a message to the part that it is for. Commands of a term lower than the followed one are refused. */
export function routeMessage(
  { from, message }: { readonly from: PeerId; readonly message: FarmMessage },
  { parts, log, deliver }: Route,
): void {
  switch (message.kind) {
    case 'heartbeat':
      return parts.host.onHeartbeat(from, message)
    case 'lease':
      return isCurrent(message.term, from, parts.host.following()) ? parts.worker.lease(message) : undefined
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
