import type { AgentOptions, FilmReport, KnownRenders, RunningAgent, VerifyRequest } from '@sheaf/agent'

export type { AgentOptions, FilmReport, KnownRenders, RunningAgent, VerifyRequest }

/** Starts the agent in this process; a port, so that commands can be tested without one. */
export type StartAgent = (options: AgentOptions) => Promise<RunningAgent>

/** Compares a film with its edit in this process, with no agent; a port, so that the command can be tested without. */
export type VerifyFilm = (request: VerifyRequest) => Promise<FilmReport>
