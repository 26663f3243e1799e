import { parseAssetId, parseBlobId, parseJobId, type AssetId, type BlobId, type JobId } from '../ids.js'
import { limits } from '../limits.js'
import { checkId, checkInteger, checkText, clipText, decodeWire } from './check.js'
import { BlobRequestWire, BlobResponseWire } from './generated/blob.js'
import type { SignedCapability } from '../membership/certificate.js'
import { signedCapabilityFromWire, signedCapabilityToWire } from './membership-codec.js'

/** What is asked for on `/sheaf/blob/1`: a blob by its hash, or one block of a job's asset. Guests show a capability. */
export type BlobRequest = (
  | { readonly kind: 'blob'; readonly blob: BlobId }
  | { readonly kind: 'asset-block'; readonly jobId: JobId; readonly assetId: AssetId; readonly block: number }
) & { readonly capability?: SignedCapability | undefined }

/** Head of the answer. After `found`, `sizeBytes` bytes of content follow. */
export type BlobResponse =
  | { readonly kind: 'found'; readonly sha256: string; readonly sizeBytes: number }
  | { readonly kind: 'error'; readonly code: string; readonly message: string }

const codeBytes = 64

/** `SHEAF_WIRE_MALFORMED` for what is no asset id, whatever the compiler was told: a name of another's must not get here. */
export function blobRequestToWire(request: BlobRequest): Uint8Array {
  const capability =
    request.capability === undefined ? {} : { capability: Uint8Array.from(signedCapabilityToWire(request.capability)) }
  if (request.kind === 'blob') return BlobRequestWire.encode({ blob: request.blob, ...capability })
  const { jobId, block } = request
  const assetId = checkId('assetId', request.assetId, parseAssetId)
  return BlobRequestWire.encode({ jobId, assetId, block, ...capability })
}

/** `SHEAF_WIRE_MALFORMED`, `SHEAF_WIRE_LIMIT`. */
export function blobRequestFromWire(bytes: Uint8Array): BlobRequest {
  const wire = decodeWire('blob request', bytes, limits.blobRequestBytes, BlobRequestWire.decode)
  const capability = wire.capability.byteLength === 0 ? {} : { capability: signedCapabilityFromWire(wire.capability) }
  if (wire.blob !== '') return { kind: 'blob', blob: checkId('blob', wire.blob, parseBlobId), ...capability }
  return {
    kind: 'asset-block',
    jobId: checkId('jobId', wire.jobId, parseJobId),
    assetId: checkId('assetId', wire.assetId, parseAssetId),
    block: checkInteger('block', wire.block, { max: limits.blobBytes / limits.assetBlockBytes }),
    ...capability,
  }
}

export function blobResponseToWire(response: BlobResponse): Uint8Array {
  if (response.kind === 'error') {
    // A response is told from an error by its code, so it must not be empty; and no peer needs a long story.
    return BlobResponseWire.encode({ code: response.code, message: clipText(response.message, 2048) })
  }
  return BlobResponseWire.encode({ sha256: response.sha256, sizeBytes: response.sizeBytes })
}

/** `SHEAF_WIRE_MALFORMED`, `SHEAF_WIRE_LIMIT`. */
export function blobResponseFromWire(bytes: Uint8Array): BlobResponse {
  const wire = decodeWire('blob response', bytes, limits.blobRequestBytes, BlobResponseWire.decode)
  if (wire.code !== '') {
    return { kind: 'error', code: checkText('code', wire.code, codeBytes), message: checkText('message', wire.message) }
  }
  return {
    kind: 'found',
    sha256: checkId('sha256', wire.sha256, parseBlobId),
    sizeBytes: checkInteger('sizeBytes', wire.sizeBytes, { max: limits.blobBytes }),
  }
}
