export type { ConnectedPeer } from './connected-peer.js'
export {
  FarmNetwork,
  type FarmMessage,
  type FarmNetworkComponents,
  type FarmNetworkEvents,
  type FarmNetworkInit,
  type ReceivedMessage,
  type StrangerHandler,
  type StreamCaller,
} from './farm-network.js'
export { peerUnreachable, type FarmStream, type StreamHandler } from './farm-stream.js'
export { AddressBook } from './address-book.js'
export { JoinNode, type FoundAgent } from './join-node.js'
export { dialableAddress, parseHostAddress, parseStaticPeer } from './peer-address.js'
export { silentLog } from './silent-log.js'
