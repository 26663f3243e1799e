export type { AgentOptions, RunningAgent } from './agent/agent-options.js'
export { startAgent } from './agent/start-agent.js'
export { agentVersion } from './agent/version.js'
export {
  verifyWithTools as verifyFilm,
  type FilmReport,
  type KnownRenders,
  type VerifyRequest,
} from './validate/index.js'
