import { basename } from 'node:path'
import { SheafError } from '@sheaf/protocol'
import type { ToolStart } from './tool-start.js'

/** What is known of a run that failed. */
export interface ToolFailure {
  readonly start: ToolStart
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  /** Of the operating system, when the command could not be started. */
  readonly code: string | undefined
  readonly cause: string | undefined
  readonly stderr: string
}

/** Lines of stderr that the message quotes; `details.stderr` has the rest. */
const QUOTED_LINES = 3

/**
 * SHEAF_TOOL_MISSING when the command is not there (behind a wrapper that is exit code 126 or 127,
 * which no tool of ours uses), SHEAF_DISK_FULL when it says so, else SHEAF_TOOL_FAILED.
 */
export function toolFailed(failure: ToolFailure): SheafError {
  const { start, exitCode, signal, code, cause, stderr } = failure
  const name = basename(start.file)
  if (code === 'ENOENT' || code === 'EACCES' || exitCode === 126 || exitCode === 127) {
    return new SheafError({
      code: 'SHEAF_TOOL_MISSING',
      message: `${start.file} cannot be started`,
      hint: 'Run `sheaf doctor`: it checks the programs that Sheaf needs.',
    })
  }
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  const quoted = lines.slice(-QUOTED_LINES).join(' | ').slice(-1000)
  if (/No space left on device|Disk quota exceeded/.test(stderr)) {
    return new SheafError({
      code: 'SHEAF_DISK_FULL',
      message: `${name} found the disk full: ${quoted}`,
      hint: "Free some space on the disk of this agent's store.",
      details: { stderr },
    })
  }
  const how = signal
    ? `was ended by ${signal}`
    : exitCode === undefined
      ? (cause ?? 'failed')
      : `failed with exit code ${exitCode}`
  return new SheafError({
    code: 'SHEAF_TOOL_FAILED',
    message: `${name} ${how}${quoted === '' ? '' : `: ${quoted}`}`,
    details: { stderr, args: start.args, exitCode, signal },
  })
}
