import type {
  AgentOptions,
  AgentOutcome,
  FarmKeyRequest,
  FarmName,
  FilmReport,
  JoinOutcome,
  JoinRequest,
  KnownRenders,
  RunningAgent,
  VerifyRequest,
} from '@sheaf/agent'

export type {
  AgentOptions,
  AgentOutcome,
  FarmKeyRequest,
  FarmName,
  FilmReport,
  JoinRequest,
  KnownRenders,
  RunningAgent,
  VerifyRequest,
}

/** Starts the agent in this process; a port, so that commands can be tested without one. */
export type StartAgent = (options: AgentOptions) => Promise<RunningAgent>

/** Compares a film with its edit in this process, with no agent; a port, so that the command can be tested without. */
export type VerifyFilm = (request: VerifyRequest) => Promise<FilmReport>

/** Brings this machine into a farm, in this process; a port, so that the command can be tested without a network. */
export type JoinMachine = (request: JoinRequest) => Promise<JoinOutcome>

/** What is done with the farm key of a store, in this process. */
export interface FarmKeys {
  readonly exportKey: (request: FarmKeyRequest) => Promise<FarmName>
  readonly importKey: (request: FarmKeyRequest) => Promise<FarmName>
}
