export type { ConnectedPeer } from './connected-peer.js'
export {
  FarmNetwork,
  type FarmMessage,
  type FarmNetworkComponents,
  type FarmNetworkEvents,
  type FarmNetworkInit,
  type ReceivedMessage,
} from './farm-network.js'
export { peerUnreachable, type FarmStream, type StreamHandler } from './farm-stream.js'
export { silentLog } from './silent-log.js'
