export {
  certificateLifetimesMs,
  certifyAdmin,
  certifyMember,
  expiryLeewayMs,
  hasExpired,
  isRenewalDue,
  renewalOpensMs,
  signCertificate,
  verifyChain,
  type ChainExpectation,
  type ChainFault,
  type ChainVerdict,
} from './certificate.js'
export { FarmKey, fingerprintOf, verifyFarmSignature, type Signer } from './farm-key.js'
