/** A process of our own that outlives us. `exited` never rejects. */
export interface DetachedProcess {
  readonly pid: number
  readonly exited: Promise<void>
  kill(): void
}

/** Starts `sheaf ARGS…` apart from this terminal, both outputs appended to `logPath`. */
export type SpawnDetached = (args: readonly string[], logPath: string) => Promise<DetachedProcess>
