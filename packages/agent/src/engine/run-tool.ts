/** One run of an outside command. Nothing passes through a shell. */
export interface ToolOptions {
  readonly file: string
  readonly args: readonly string[]
  readonly signal?: AbortSignal | undefined
  readonly cwd?: string | undefined
  /** Most bytes of stdout that `runTool` keeps; more is an error. Default 64 MiB. */
  readonly maxStdoutBytes?: number | undefined
}

/** What a finished run left. */
export interface ToolResult {
  readonly stdout: Buffer
  /** The last 64 KiB. */
  readonly stderr: string
}

/**
 * Runs a command to its end at low CPU and disk priority and returns its output.
 * Throws SHEAF_TOOL_MISSING (not there), SHEAF_TOOL_FAILED (exit code other than 0, with stderr),
 * or the signal's reason after the process is gone.
 */
export async function runTool(options: ToolOptions): Promise<ToolResult> {
  throw new Error(`not built yet ${options.file}`)
}
