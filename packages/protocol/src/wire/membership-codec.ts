import { parseBlobId, parseFarmKeyId, parseJobId, parsePeerId } from '../ids.js'
import { limits } from '../limits.js'
import type { Capability, Certificate, CertificateChain, SignedCapability } from '../membership/certificate.js'
import { roles } from '../statuses.js'
import {
  checkId,
  checkInteger,
  checkLength,
  checkPresent,
  checkText,
  checkWord,
  decodeWire,
  malformed,
} from './check.js'
import {
  CapabilityBodyWire,
  CertificateBodyWire,
  CertificateChainWire,
  SignedCapabilityWire,
} from './generated/membership.js'
import { bytesToHex, hexToBytes } from './packed.js'

const keyBytes = 32
const signatureBytes = 64

/** The bytes of a certificate that are signed. */
export function certificateToWire(certificate: Certificate): Uint8Array {
  return CertificateBodyWire.encode({
    ...certificate,
    farmKey: Uint8Array.from(hexToBytes(certificate.farmKey)),
    issuer: certificate.issuer === 'farm' ? '' : certificate.issuer,
  })
}

/** `SHEAF_WIRE_MALFORMED`, `SHEAF_WIRE_LIMIT`. Signatures are not judged. */
export function certificateFromWire(bytes: Uint8Array): Certificate {
  const wire = decodeWire('certificate', bytes, limits.certificateBytes, CertificateBodyWire.decode)
  const key = bytesToHex(checkLength('certificate.farmKey', wire.farmKey, keyBytes))
  return {
    farmKey: checkId('certificate.farmKey', key, parseFarmKeyId),
    peer: checkId('certificate.peer', wire.peer, parsePeerId),
    name: checkText('certificate.name', wire.name, limits.nameBytes),
    role: checkWord('certificate.role', wire.role, roles),
    serial: checkInteger('certificate.serial', wire.serial),
    issuedAtMs: checkInteger('certificate.issuedAtMs', wire.issuedAtMs),
    expiresAtMs: checkInteger('certificate.expiresAtMs', wire.expiresAtMs),
    issuer: wire.issuer === '' ? 'farm' : checkId('certificate.issuer', wire.issuer, parsePeerId),
  }
}

/** Certificates untouched, as they were signed. */
export function certificateChainToWire(chain: CertificateChain): Uint8Array {
  return CertificateChainWire.encode(chainMessage(chain))
}

/** One or two certificates of the right sizes. `SHEAF_WIRE_MALFORMED`, `SHEAF_WIRE_LIMIT`. Bodies are not read. */
export function certificateChainFromWire(bytes: Uint8Array): CertificateChain {
  return readChain(decodeWire('chain', bytes, limits.certificateChainBytes, CertificateChainWire.decode))
}

/** The bytes of a capability that are signed. */
export function capabilityToWire(capability: Capability): Uint8Array {
  return CapabilityBodyWire.encode({ ...capability })
}

/** `SHEAF_WIRE_MALFORMED`, `SHEAF_WIRE_LIMIT`. Signature and signer are not judged. */
export function capabilityFromWire(bytes: Uint8Array): Capability {
  const wire = decodeWire('capability', bytes, limits.certificateBytes, CapabilityBodyWire.decode)
  return {
    guest: checkId('capability.guest', wire.guest, parsePeerId),
    jobId: checkId('capability.jobId', wire.jobId, parseJobId),
    manifest: checkId('capability.manifest', wire.manifest, parseBlobId),
    expiresAtMs: checkInteger('capability.expiresAtMs', wire.expiresAtMs),
    signer: checkId('capability.signer', wire.signer, parsePeerId),
  }
}

export function signedCapabilityToWire(signed: SignedCapability): Uint8Array {
  return SignedCapabilityWire.encode({
    body: Uint8Array.from(signed.body),
    signature: Uint8Array.from(signed.signature),
    chain: chainMessage(signed.chain),
  })
}

/** `SHEAF_WIRE_MALFORMED`, `SHEAF_WIRE_LIMIT`. */
export function signedCapabilityFromWire(bytes: Uint8Array): SignedCapability {
  const wire = decodeWire('capability', bytes, limits.certificateChainBytes, SignedCapabilityWire.decode)
  return {
    body: wire.body,
    signature: checkLength('capability.signature', wire.signature, signatureBytes),
    chain: readChain(checkPresent('capability.chain', wire.chain)),
  }
}

function chainMessage(chain: CertificateChain): CertificateChainWire {
  return {
    certificates: chain.map(({ body, signature }) => ({
      body: Uint8Array.from(body),
      signature: Uint8Array.from(signature),
    })),
  }
}

function readChain(wire: CertificateChainWire): CertificateChain {
  const read = wire.certificates.map(({ body, signature }) => ({
    body,
    signature: checkLength('certificate.signature', signature, signatureBytes),
  }))
  const [own, admin, ...more] = read
  if (own === undefined || more.length > 0)
    throw malformed('chain', `${read.length} certificates instead of one or two`)
  return admin === undefined ? [own] : [own, admin]
}
