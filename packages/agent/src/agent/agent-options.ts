import type { AgentView, FarmView, LogLine, PeerId, Role } from '@sheaf/protocol'
import type { ApiPlace } from '../api/index.js'

/** How an agent is started; everything but the store has a default. */
export interface AgentOptions {
  /** Folder that belongs to this agent alone: identity, facts, blobs. Made when absent. */
  readonly storePath: string
  /** Shown to people; the host's name when absent. */
  readonly name?: string | undefined
  /** TCP port for other agents; 0 takes a free one. Default 7433. */
  readonly farmPort?: number | undefined
  readonly farmHost?: string | undefined
  /** TCP port of the bulk lanes; a free one when it is 0 or taken. Default: the farm port and two, 7435. */
  readonly bulkPort?: number | undefined
  /** Loopback port of the HTTP API; 0 takes a free one. Default 7434. */
  readonly apiPort?: number | undefined
  /** Where else the API listens, for programs of other machines. Default: nowhere. */
  readonly apiListen?: ApiPlace | undefined
  /** Multiaddrs of agents that mDNS cannot find. */
  readonly staticPeers?: readonly string[] | undefined
  readonly mdns?: boolean | undefined
  /** Segments at once; chosen by cores and memory when absent. */
  readonly slots?: number | undefined
  /** Measure this machine when no kept result fits. Default true. */
  readonly benchmark?: boolean | undefined
  /** Decode every segment once before it counts. Default true; false is for measuring what that costs. */
  readonly verify?: boolean | undefined
  readonly log?: ((line: LogLine) => void) | undefined
  /** Least level that is logged. Default `info`. */
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error' | undefined
}

/** Why an agent has stopped. `changed-farm`: it was let into another farm, and is to be started again in it. */
export type AgentOutcome = 'stopped' | 'changed-farm'

/** What an agent says of its farm when it starts. */
export interface FarmStart {
  readonly farmName: string
  readonly farmFingerprint: string
  readonly role: Role
  /** Whether this start has founded the farm. */
  readonly how: 'founded' | 'kept'
}

/** An agent that runs in this process. */
export interface RunningAgent {
  readonly peer: PeerId
  readonly name: string
  readonly apiPort: number
  readonly farm: FarmStart
  addresses(): readonly string[]
  view(): FarmView
  status(): AgentView
  onChange(listener: () => void): () => void
  /** Resolves when the agent has stopped, whoever asked for it. */
  readonly stopped: Promise<AgentOutcome>
  stop(): Promise<void>
}
