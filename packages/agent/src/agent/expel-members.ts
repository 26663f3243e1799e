import { SheafError, type Certificate, type PeerId, type VerifiedChain } from '@sheaf/protocol'
import type { Log } from '../log/index.js'
import type { FarmTrust } from '../trust/index.js'

export interface ExpelComponents {
  readonly network: {
    peers(): readonly { readonly peer: PeerId; readonly verified: VerifiedChain }[]
    disconnect(peer: PeerId, reason: Error): void
  }
  readonly trust: Pick<FarmTrust, 'isOut' | 'trust'>
  /** This agent's own certificate. */
  readonly own: Certificate
  /** This agent takes no more work. */
  readonly stopWork: () => void
  readonly log: Log
}

/**
 * Ends the connections of members that are out. Their leases go to others then, as those of any agent that is lost.
 * An agent that is out itself lets go of everybody and takes no more work.
 */
export function expelMembers({ network, trust, own, stopWork, log }: ExpelComponents): void {
  const selfIsOut = trust.isOut(own)
  if (selfIsOut) {
    const { by, reason } = trust.trust.revoked.get(own.peer) ?? { by: own.issuer, reason: '' }
    log.error({ by, reason }, 'this machine was put out of its farm')
    stopWork()
  }
  for (const { peer, verified } of network.peers()) {
    if (!selfIsOut && !trust.isOut(verified.certificate)) continue
    if (!selfIsOut) log.warn({ peer, name: verified.certificate.name }, 'a member was put out of the farm')
    network.disconnect(peer, memberRevoked(selfIsOut ? own : verified.certificate))
  }
}

function memberRevoked({ name, peer }: Certificate): SheafError {
  return new SheafError({
    code: 'SHEAF_MEMBER_REVOKED',
    message: `${name} was put out of the farm.`,
    hint: 'sheaf members shows who is in it.',
    details: { peer },
  })
}
