export {
  discoverAgent,
  readAgentRun,
  type AgentRun,
  type DiscoveredAgent,
  type DiscoverOptions,
} from './discover-agent.js'
export {
  SheafClient,
  type AgentAddress,
  type CallOptions,
  type LogOptions,
  type SheafClientInit,
  type WatchOptions,
} from './sheaf-client.js'
