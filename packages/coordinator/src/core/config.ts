/** The core's numbers; times are durations in milliseconds. */
export interface CoreConfig {
  /** How often agents send heartbeats. */
  readonly heartbeatMs: number
  /** A coordinator heard of so recently is not replaced. */
  readonly wordMs: number
  /** An agent silent for so long counts as lost even if its connection stands. */
  readonly silentMs: number
  /** Claim delay of each better-placed candidate. */
  readonly rankDelayMs: number
  /** An agent that just started (or stood still) looks for others before it claims. */
  readonly graceMs: number
  /** A peer that just connected may know a coordinator; its first heartbeat is awaited. */
  readonly firstWordMs: number
  /** A new coordinator hears everybody first, for so long at most. */
  readonly listenMs: number
  /** A coordinator that stood still for longer resigns. */
  readonly stallMs: number
  /** A segment that an agent no longer has, and that has not landed: its landing may be under way. */
  readonly settleMs: number
  /** Segments of a lost agent are remembered as urgent for so long, until somebody leads. */
  readonly orphanMs: number
  /** An agent that refused, or failed without a strike, gets no more of that job for so long. */
  readonly backOffMs: number
  /** A fact that was asked for and did not come back within this was not written; it is asked for again. */
  readonly factMs: number
  /** Score of an agent that was never measured: that of the reference machine, until its segments tell. */
  readonly unmeasuredScore: number
  /** How long rendering one chunk should take. */
  readonly chunkMs: number
  /** Segments in a chunk while speeds are unknown. */
  readonly firstChunkSegments: number
  /** Segments in a chunk at most. */
  readonly mostChunkSegments: number
  /** What an agent may keep unbegun leases for without a word from the coordinator. */
  readonly leaseMs: number
  /** A segment fails after strikes by so many different agents. */
  readonly strikesToFail: number
}

/** What every farm runs with. */
export const defaultConfig: CoreConfig = {
  heartbeatMs: 500,
  wordMs: 2000,
  silentMs: 3000,
  rankDelayMs: 250,
  graceMs: 700,
  firstWordMs: 1000,
  listenMs: 700,
  stallMs: 1500,
  settleMs: 2000,
  orphanMs: 10_000,
  backOffMs: 5000,
  factMs: 10_000,
  unmeasuredScore: 100,
  chunkMs: 10_000,
  firstChunkSegments: 8,
  mostChunkSegments: 64,
  leaseMs: 15_000,
  strikesToFail: 3,
}
