import { SheafError } from '@sheaf/protocol'
import { type ToolProcess, startTool } from './tool-process.js'

/** One run of an outside command. Nothing passes through a shell. */
export interface ToolOptions {
  readonly file: string
  readonly args: readonly string[]
  readonly signal?: AbortSignal | undefined
  readonly cwd?: string | undefined
  /** Added to the tool's environment. */
  readonly environment?: Readonly<Record<string, string>> | undefined
  /** Most bytes of stdout that are kept; more is an error. Default 64 MiB. */
  readonly maxStdoutBytes?: number | undefined
  /** Takes stdout piece by piece instead: then `ToolResult.stdout` is empty. Throwing ends the run. */
  readonly onStdout?: ((bytes: Buffer) => void) | undefined
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
 * SHEAF_DISK_FULL, or the signal's reason after the process is gone.
 */
export async function runTool(options: ToolOptions): Promise<ToolResult> {
  const { file, args, signal, cwd, environment } = options
  signal?.throwIfAborted()
  const tool = await startTool({ file, args, cwd, environment, stdout: 'pipe' })
  const release = killOnAbort(signal, tool.kill)
  const stdout: Buffer[] = []
  let failure: unknown
  try {
    await collect(tool, options, stdout)
  } catch (error) {
    failure = error
    tool.kill()
  }
  const outcome = await tool.done
  release()
  signal?.throwIfAborted()
  if (outcome.kind === 'failed') throw outcome.error
  if (outcome.kind === 'killed') throw failure
  return { stdout: Buffer.concat(stdout), stderr: outcome.stderr }
}

/** Calls `kill` when the signal aborts, now if it has already; the function returned lets go of the signal. */
export function killOnAbort(signal: AbortSignal | undefined, kill: () => void): () => void {
  if (!signal) return () => undefined
  if (signal.aborted) kill()
  signal.addEventListener('abort', kill, { once: true })
  return () => signal.removeEventListener('abort', kill)
}

async function collect(tool: ToolProcess, options: ToolOptions, stdout: Buffer[]): Promise<void> {
  const { onStdout, maxStdoutBytes = 64 * 1024 * 1024 } = options
  let total = 0
  for await (const bytes of tool.stdout as AsyncIterable<Buffer>) {
    if (onStdout) {
      onStdout(bytes)
      continue
    }
    total += bytes.length
    if (total > maxStdoutBytes) {
      throw new SheafError({
        code: 'SHEAF_TOOL_FAILED',
        message: `${options.file} wrote more than ${maxStdoutBytes} bytes`,
        details: { args: options.args },
      })
    }
    stdout.push(bytes)
  }
}
