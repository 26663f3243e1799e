export {
  blobRequestFromWire,
  blobRequestToWire,
  blobResponseFromWire,
  blobResponseToWire,
  type BlobRequest,
  type BlobResponse,
} from './blob-codec.js'
export {
  bulkRefusals,
  bulkReplyFromWire,
  bulkReplyToWire,
  bulkRequestFromWire,
  bulkRequestToWire,
  type BulkRefusal,
  type BulkReply,
  type BulkRequest,
} from './bulk-codec.js'
export { factPayloadFromWire, factPayloadToWire, isKnownFactKind } from './fact-payload-codec.js'
export {
  factBodyFromWire,
  factBodyToWire,
  factsMessageFromWire,
  factsMessageToWire,
  signedFactFromWire,
  signedFactToWire,
  type FactBody,
  type FactsMessage,
  type LogHead,
  type SignedFact,
} from './facts-codec.js'
export { helloFromWire, helloToWire, helloVerdicts, type HelloMessage, type HelloVerdict } from './hello-codec.js'
export {
  capabilityFromWire,
  capabilityToWire,
  certificateChainFromWire,
  certificateChainToWire,
  certificateFromWire,
  certificateToWire,
  signedCapabilityFromWire,
  signedCapabilityToWire,
} from './membership-codec.js'
export {
  grantFromWire,
  grantToWire,
  joinMessageFromWire,
  joinMessageToWire,
  joinRefusals,
  type JoinMessage,
  type JoinRefusal,
} from './join-codec.js'
export { workMessageFromWire, workMessageToWire } from './work-codec.js'
