import { SheafError, type Certificate, type PeerId, type SheafErrorCode } from '@sheaf/protocol'

/** What ends a hello for good, each told apart: logged once per peer, which is left alone for a while. */
export const refusalCodes: ReadonlySet<SheafErrorCode> = new Set([
  'SHEAF_FARM_REFUSED',
  'SHEAF_VERSION_OLDER',
  'SHEAF_VERSION_NEWER',
  'SHEAF_CERTIFICATE_EXPIRED',
  'SHEAF_MEMBER_REVOKED',
])

/** Why this agent lets a peer not in. */
export function peerRefusal(
  why: 'foreign' | 'expired' | 'revoked',
  peer: PeerId,
  certificate?: Pick<Certificate, 'name' | 'expiresAtMs'>,
): SheafError {
  const who = certificate === undefined ? `Peer ${peer}` : `${certificate.name} (${peer})`
  switch (why) {
    case 'foreign':
      return new SheafError({
        code: 'SHEAF_FARM_REFUSED',
        message: `Peer ${peer} is not in this farm.`,
        hint: 'If it should be, type sheaf invite on a machine of the farm, and sheaf join on the other.',
        details: { peer },
      })
    case 'expired':
      return new SheafError({
        code: 'SHEAF_CERTIFICATE_EXPIRED',
        message: `The certificate of ${who} ran out on ${dayOf(certificate?.expiresAtMs ?? 0)}.`,
        hint: 'Type sheaf join there and sheaf approve here; if the date is wrong, set the clocks of both.',
        details: { peer },
      })
    case 'revoked':
      return new SheafError({
        code: 'SHEAF_MEMBER_REVOKED',
        message: `${who} was put out of this farm.`,
        hint: 'To take it in again, invite it under a new identity.',
        details: { peer },
      })
  }
}

/** Why a peer does not let this agent in, in the words for this side. */
export function ownRefusal(why: 'expired' | 'revoked', peer: PeerId): SheafError {
  if (why === 'expired') {
    return new SheafError({
      code: 'SHEAF_CERTIFICATE_EXPIRED',
      message: `Peer ${peer} says that this machine's certificate has run out.`,
      hint: 'Check the clocks of both; then type sheaf join here, and sheaf approve on an admin’s machine.',
      details: { peer },
    })
  }
  return new SheafError({
    code: 'SHEAF_MEMBER_REVOKED',
    message: `Peer ${peer} says that this machine was put out of the farm.`,
    hint: 'An admin of the farm can say why: sheaf members.',
    details: { peer },
  })
}

/** A peer whose version of the protocol is another one. */
export function versionRefusal(peer: PeerId, theirs: number, ours: number): SheafError {
  const older = theirs < ours
  return new SheafError({
    code: older ? 'SHEAF_VERSION_OLDER' : 'SHEAF_VERSION_NEWER',
    message: `Peer ${peer} runs ${older ? 'an older' : 'a newer'} Sheaf (protocol ${theirs}, here ${ours}).`,
    hint: `Update Sheaf ${older ? 'there' : 'here'}: all machines of a farm need one version.`,
    details: { peer, theirs, ours },
  })
}

/** The address leads to this very agent, or to a copy of its store. */
export function ownPeer(peer: PeerId): SheafError {
  return new SheafError({
    code: 'SHEAF_FARM_REFUSED',
    message: `The address leads to this agent itself (${peer}).`,
    hint: 'Remove it from the static peers; if it is another machine, its store is a copy: give it one of its own.',
    details: { peer },
  })
}

const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10)
