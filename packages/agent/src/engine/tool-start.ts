/** How a command is started. Nothing passes through a shell; stdin is empty unless it is a pipe. */
export interface ToolStart {
  readonly file: string
  readonly args: readonly string[]
  readonly stdin?: 'none' | 'pipe' | undefined
  readonly stdout?: 'none' | 'pipe' | undefined
  /** Opens file descriptor 3 for reading what the tool writes there (`-progress pipe:3`). */
  readonly progress?: boolean | undefined
  readonly cwd?: string | undefined
  /** Added to the tool's environment; the place for secrets, which arguments would show to everybody. */
  readonly environment?: Readonly<Record<string, string>> | undefined
}
