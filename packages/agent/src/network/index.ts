export {
  FarmNetwork,
  type ConnectedPeer,
  type FarmMessage,
  type FarmNetworkComponents,
  type FarmNetworkEvents,
  type FarmNetworkInit,
  type ReceivedMessage,
} from './farm-network.js'
export type { FarmStream, StreamHandler } from './farm-stream.js'
export { silentLog } from './silent-log.js'
