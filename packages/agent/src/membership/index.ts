export {
  capabilityLifetimeMs,
  judgeCapability,
  signCapability,
  type CapabilityFault,
  type CapabilityVerdict,
} from './capability.js'
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
export {
  FarmMembership,
  type FarmMembershipEvents,
  type FarmMembershipInit,
  type Membership,
  type MembershipFacts,
  type Standing,
} from './farm-membership.js'
export { FarmFolder, type KeptFarmKey } from './farm-folder.js'
export { openOrFoundFarm, type OpenedFarm } from './found-farm.js'
export { codeBytes, formatCode, parseCode, rendezvousTag } from './invitation-code.js'
export { Invitations, type Invitation, type InvitedRole } from './invitations.js'
export { Issuer } from './issuer.js'
export { askRenewal, joinByCode, knock, roleOf, type JoinOptions, type StoreGrant } from './join-client.js'
export { JoinServer, type JoinCaller, type JoinServerComponents, type JoinStream } from './join-server.js'
export { Knocks, type Knock } from './knocks.js'
export { openFarmKey, sealFarmKey, type RecoveredFarm } from './key-file.js'
