import type { AgentOptions, RunningAgent } from '@sheaf/agent'

export type { AgentOptions, RunningAgent }

/** Starts the agent in this process; a port, so that commands can be tested without one. */
export type StartAgent = (options: AgentOptions) => Promise<RunningAgent>
