import { isSheafError } from '@sheaf/protocol'

/** What the process tells its caller. Documented in `sheaf --help` and in docs/CLI.md; never renumbered. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  agentNotRunning: 3,
  jobNotCompleted: 4,
  faultsFound: 5,
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** The exit code for something thrown. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!isSheafError(error)) return exitCodes.failure
  switch (error.code) {
    case 'SHEAF_AGENT_NOT_RUNNING':
      return exitCodes.agentNotRunning
    case 'SHEAF_REQUEST_INVALID':
    case 'SHEAF_FRAMES_MALFORMED':
    case 'SHEAF_PRESET_UNKNOWN':
    case 'SHEAF_PRESET_INVALID':
      return exitCodes.usage
    default:
      return exitCodes.failure
  }
}

/** The lines of `--help` that list them. */
export const exitCodeHelp = `Exit codes:
  0    done
  1    it failed; the message says why
  2    wrong usage
  3    no agent runs on this machine (start it with: sheaf up)
  4    the job failed or was canceled
  5    sheaf verify found something wrong with the film
  130  interrupted with Ctrl-C; a job goes on without you`
