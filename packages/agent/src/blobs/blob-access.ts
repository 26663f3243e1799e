import {
  allowanceOf,
  SheafError,
  type BlobId,
  type BlobRequest,
  type JobId,
  type PeerId,
  type Role,
} from '@sheaf/protocol'
import { judgeCapability, type Membership } from '../membership/index.js'

export interface BlobAccessComponents {
  /** By the certificate that a peer has shown; `undefined` for one that is not connected any more. */
  readonly roleOf: (peer: PeerId) => Role | undefined
  readonly membership: Pick<Membership, 'judge'>
  /** Manifest of a job that is open; `undefined` for others. */
  readonly manifestOf: (jobId: JobId) => BlobId | undefined
  readonly nowMs: () => number
}

/** Says who may have what; throws what the peer is told. */
export type BlobAccess = (from: PeerId, request: BlobRequest) => void

/**
 * Members may have everything. A guest has what its capability is for: the manifest of one open job, and blocks of the
 * assets of that job. `SHEAF_NOT_ALLOWED`, `SHEAF_CAPABILITY_INVALID`.
 */
export function createBlobAccess({ roleOf, membership, manifestOf, nowMs }: BlobAccessComponents): BlobAccess {
  return (guest, request) => {
    const role = roleOf(guest)
    const allowance = role === undefined ? 'no' : allowanceOf('blob', request.kind, role)
    if (allowance === 'yes') return
    if (allowance !== 'capability') throw notAllowed(guest)
    if (request.capability === undefined) throw invalid('a guest shows a capability with each request')
    const verdict = judgeCapability(request.capability, { guest, membership, nowMs: nowMs() })
    if (verdict.kind === 'invalid') throw invalid(verdict.fault)
    const { jobId, manifest } = verdict.capability
    if (manifestOf(jobId) !== manifest) throw invalid('its job is not open, or has another manifest')
    // Blocks are named by job and asset, and the registry serves those of the job's manifest and no others.
    if (request.kind === 'blob' ? request.blob !== manifest : request.jobId !== jobId)
      throw invalid('it is for something else')
  }
}

function notAllowed(peer: PeerId): SheafError {
  return new SheafError({ code: 'SHEAF_NOT_ALLOWED', message: 'This is not for you.', details: { peer } })
}

function invalid(why: string): SheafError {
  return new SheafError({ code: 'SHEAF_CAPABILITY_INVALID', message: `The capability does not hold: ${why}.` })
}
