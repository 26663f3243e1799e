export type { AgentOptions, AgentOutcome, FarmStart, RunningAgent } from './agent/agent-options.js'
export { exportFarmKey, importFarmKey, type FarmKeyRequest } from './agent/farm-key-commands.js'
export type { FarmName } from './joining/index.js'
export { joinMachine, type JoinOutcome, type JoinRequest } from './agent/join-machine.js'
export { startAgent } from './agent/start-agent.js'
export { agentVersion } from './agent/version.js'
export {
  verifyWithTools as verifyFilm,
  type FilmReport,
  type KnownRenders,
  type VerifyRequest,
} from './validate/index.js'
